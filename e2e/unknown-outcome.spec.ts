import { BANNER, banner } from './fixtures/credit-note-page'
import { failedForNow } from './fixtures/desk'
import { countMails, MAIL } from './fixtures/mailbox'
import { expect, test } from './fixtures/test'

test('when Stripe falls silent after making the refund, the page says so while Stripe is still silent, never calls it failed, and settles by itself with one refund', async ({
  page,
  desk,
}) => {
  const note = await failedForNow(desk)
  await desk.stripe.loseWebhooks()
  await desk.stripe.plan({ kind: 'timeout_after', milliseconds: 12_000, method: 'POST', path: '/v1/refunds' })
  await page.goto(note.path)
  await page.getByRole('button', { name: 'Retry' }).click()
  await expect(banner(page)).toHaveText(BANNER.checking, { timeout: 11_000 })
  await expect(page.getByRole('button', { name: 'Retry' })).toBeHidden()
  await expect(page.getByRole('button', { name: 'Mark refunded' })).toBeHidden()

  await expect(banner(page)).toHaveText(BANNER.succeeded)
  expect(await desk.stripe.refunds()).toHaveLength(1)
  await expect.poll(() => countMails(note.clientEmail, MAIL.completed)).toBe(1)
  // The one failure that there was lies before the retry.
  expect(await countMails(desk.email, MAIL.failed)).toBe(1)
})
