import { BANNER, banner } from './fixtures/credit-note-page'
import { sendAmendment, sign } from './fixtures/desk'
import { countMails, MAIL } from './fixtures/mailbox'
import { expect, test } from './fixtures/test'

test('a refund that the bank returns after it had completed is failed again on the open page; client and freelancer are told once', async ({
  page,
  desk,
}) => {
  const note = await sign(await sendAmendment(desk))
  await page.goto(note.path)
  await expect(banner(page)).toHaveText(BANNER.succeeded)
  await expect.poll(() => countMails(note.clientEmail, MAIL.completed)).toBe(1)

  const refund = await desk.stripe.onlyRefund()
  await desk.stripe.act(`/refunds/${refund.id}/fail`, { failure_reason: 'expired_or_canceled_card' })
  await expect(banner(page)).toHaveText('Refund failed: your client’s card has expired or was cancelled.')
  await expect(page.getByText('A retry will not help')).toBeVisible()
  const timeline = page.getByRole('region', { name: 'Timeline' }).getByRole('listitem')
  await expect(
    timeline.filter({ hasText: 'The bank returned the refund' }).filter({ hasText: 'By Stripe' }),
  ).toHaveCount(1)
  await expect.poll(() => countMails(note.clientEmail, MAIL.correction)).toBe(1)
  await expect.poll(() => countMails(desk.email, MAIL.returned)).toBe(1)

  await desk.stripe.resend('refund.failed')
  await expect.poll(() => desk.stripe.undelivered()).toBe(0)
  expect(await countMails(note.clientEmail, MAIL.correction)).toBe(1)
})

test('a card whose refunds bounce by themselves ends as failed, never as completed', async ({ page, desk }) => {
  const note = await sign(await sendAmendment(desk, { card: 'pm_card_refundFail' }))
  await page.goto(note.path)
  await expect(banner(page)).toHaveText('Refund failed: your client’s card has expired or was cancelled.')
  // Which of Stripe's three events is booked first is chance: a client who was told of no completion needs no correction.
  // The emails about one note go one at a time, the client's before the freelancer's.
  const told = async () => (await countMails(desk.email, MAIL.failed)) + (await countMails(desk.email, MAIL.returned))
  await expect.poll(told).toBe(1)
  expect(await countMails(note.clientEmail, MAIL.correction)).toBe(await countMails(note.clientEmail, MAIL.completed))
  expect(await desk.stripe.onlyRefund()).toMatchObject({ status: 'failed' })
})
