import { sendAmendment, sign } from './fixtures/desk'
import { countMails, MAIL } from './fixtures/mailbox'
import { expect, test } from './fixtures/test'
import { worldOfThisRun } from './world/world-of-this-run'

test('a mail that comes back days later is shown with why, on the open page, and reaches the client once its address is put right', async ({
  page,
  desk,
  anotherBrowser,
}) => {
  const note = await sign(await sendAmendment(desk, 'sepa'))
  await page.goto(note.path)
  const emails = page.getByRole('region', { name: 'Emails' })
  await expect(emails.getByText('Sent', { exact: true })).toBeVisible()

  const mailbox = await anotherBrowser()
  await mailbox.goto(worldOfThisRun().mailboxUrl)
  // By keyboard: mails of other tests move the list's rows, and a pointer presses where a row has been.
  await mailbox.getByRole('link', { name: note.clientEmail }).press('Enter')
  await mailbox.getByRole('button', { name: 'Return as undeliverable' }).click()
  await expect(mailbox.getByRole('definition').filter({ hasText: 'as undeliverable' })).toBeVisible()

  await expect(emails.getByText('Came back', { exact: true })).toBeVisible()
  await expect(emails.getByText(/It came back undelivered\. There is no such mailbox\. .*550 5\.1\.1/)).toBeVisible()
  await expect(page.getByText('Email came back undelivered')).toBeVisible()

  await page.goto('/')
  const undelivered = page.getByRole('region', { name: 'Emails that did not arrive' })
  await expect(undelivered.getByText(note.clientEmail)).toBeVisible()
  await undelivered.getByRole('link', { name: 'Refund initiated' }).click()

  const rightAddress = `accounts.${note.clientEmail}`
  await emails.getByLabel('Send it to').fill(rightAddress)
  await emails.getByRole('button', { name: 'Send again' }).click()
  await expect(emails.getByText('Sent', { exact: true })).toBeVisible()
  await expect(emails.getByText('Came back')).toBeHidden()
  expect(await countMails(rightAddress, MAIL.initiated)).toBe(1)

  await page.goto('/')
  await expect(page.getByRole('heading', { name: 'Today' })).toBeVisible()
  await expect(undelivered).toBeHidden()
})
