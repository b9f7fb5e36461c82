import { sendAmendment, sign } from './fixtures/desk'
import { countMails, MAIL } from './fixtures/mailbox'
import { expect, test } from './fixtures/test'
import { worldOfThisRun } from './world/world-of-this-run'

test('a mail that arrives appears in the mailbox by itself and leaves whoever is about to open another where they are', async ({
  page,
  desk,
}) => {
  const first = await sign(await sendAmendment(desk, 'sepa'))
  const second = await sendAmendment(desk, 'sepa')
  await expect.poll(() => countMails(first.clientEmail, MAIL.initiated)).toBe(1)
  await page.goto(worldOfThisRun().mailboxUrl)
  const mail = page.getByRole('link', { name: first.clientEmail })
  await mail.focus()

  await sign(second)
  await expect(page.getByRole('link', { name: second.clientEmail })).toBeVisible()
  await expect(mail).toBeFocused()
  const opensAt = await mail.getAttribute('href')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(new RegExp(`${opensAt}$`))
  await expect(page.getByRole('definition').filter({ hasText: first.clientEmail })).toBeVisible()
})
