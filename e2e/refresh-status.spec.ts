import { countAct } from '@/lib/auth/rate-limit'
import { RATE_LIMITS } from '@/lib/auth/rate-limit-rules'
import { BANNER, banner } from './fixtures/credit-note-page'
import { keepFromSweeps, sendAmendment, sign } from './fixtures/desk'
import { expect, test } from './fixtures/test'

test('Refresh status settles a refund whose webhooks were lost, and pressing it again changes nothing', async ({
  page,
  desk,
}) => {
  const agreement = await sendAmendment(desk, { card: 'pm_card_pendingRefund' })
  await desk.stripe.loseWebhooks()
  const note = await sign(agreement)
  await page.goto(note.path)
  await expect(banner(page)).toHaveText(BANNER.requested)
  await keepFromSweeps(note)
  await page.getByRole('button', { name: 'Refresh status' }).click()
  // A person is kept waiting for 1.5 seconds: what Stripe says after that is booked all the same.
  await expect(page.getByText(/^(Checked with Stripe|Stripe did not answer) just now/)).toBeVisible()
  await expect(banner(page)).toHaveText(BANNER.requested)

  await desk.stripe.act(`/refunds/${(await desk.stripe.onlyRefund()).id}/confirm`)
  await page.getByRole('button', { name: 'Refresh status' }).click()
  await expect(banner(page)).toHaveText(BANNER.succeeded)
  expect(await desk.stripe.refundCalls()).toBe(1)
})

test('Refresh status pressed far too often in a minute is answered kindly, and Stripe is left alone', async ({
  page,
  desk,
}) => {
  const note = await sign(await sendAmendment(desk, { card: 'pm_card_pendingRefund' }))
  await page.goto(note.path)
  await expect(banner(page)).toHaveText(BANNER.requested)
  const { times } = RATE_LIMITS.refresh_per_freelancer
  await Promise.all(Array.from({ length: times }, () => countAct('refresh_per_freelancer', desk.freelancerId)))
  await page.getByRole('button', { name: 'Refresh status' }).click()
  await expect(page.getByText('You have asked Stripe very often just now.')).toBeVisible()
  await expect(banner(page)).toHaveText(BANNER.requested)
})
