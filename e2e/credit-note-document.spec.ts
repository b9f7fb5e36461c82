import { readFile } from 'node:fs/promises'
import { sendAmendment, sign, untilStatus } from './fixtures/desk'
import { countMails, MAIL, mailsTo, refuseNextMail } from './fixtures/mailbox'
import { expect, test } from './fixtures/test'

test('Download PDF hands out the credit note under its number', async ({ page, desk }) => {
  const note = await sign(await sendAmendment(desk))
  await untilStatus(note, 'succeeded')
  await page.goto(note.path)
  const downloading = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Download PDF' }).click()
  const download = await downloading
  expect(download.suggestedFilename()).toBe(`${note.number}.pdf`)
  expect((await readFile(await download.path())).subarray(0, 5).toString()).toBe('%PDF-')
})

test('a mail that was refused for good is shown with the server’s words, and reaches the client once its address is put right', async ({
  page,
  desk,
}) => {
  const agreement = await sendAmendment(desk, 'sepa')
  await refuseNextMail(agreement.clientEmail)
  const note = await sign(agreement)
  await page.goto(note.path)
  const emails = page.getByRole('region', { name: 'Emails' })
  await expect(emails.getByText('Not delivered')).toBeVisible()
  await expect(emails.getByText(/The mail server said:/)).toBeVisible()
  expect(await mailsTo(note.clientEmail)).toEqual([])

  const rightAddress = `accounts.${note.clientEmail}`
  await emails.getByLabel('Send it to').fill(rightAddress)
  await emails.getByRole('button', { name: 'Send again' }).click()
  await expect(emails.getByText('Sent', { exact: true })).toBeVisible()
  expect(await countMails(rightAddress, MAIL.initiated)).toBe(1)
})
