import { BANNER, banner } from './fixtures/credit-note-page'
import { sendAmendment, sign } from './fixtures/desk'
import { expect, test } from './fixtures/test'

test('a refund waits for its deposit without asking Stripe, and starts by itself when Stripe confirms it', async ({
  page,
  desk,
}) => {
  const note = await sign(await sendAmendment(desk, 'unpaid'))
  await page.goto(note.path)
  await expect(banner(page)).toHaveText(BANNER.awaitingDeposit)
  await page.getByText('Retry anyway').click()
  await page.getByRole('button', { name: 'Retry', exact: true }).click()
  await expect(page.getByText(/^Stripe was not asked: it has not confirmed the deposit yet/)).toBeVisible()
  await expect(banner(page)).toHaveText(BANNER.awaitingDeposit)
  expect(await desk.stripe.refundCalls()).toBe(0)

  await desk.stripe.act(`/payment_intents/${note.paymentIntentId}/confirm`)
  await expect(banner(page)).toHaveText(BANNER.succeeded)
  expect(await desk.stripe.refunds()).toHaveLength(1)
})
