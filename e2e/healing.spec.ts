import { BANNER, banner } from './fixtures/credit-note-page'
import { failedForNow } from './fixtures/desk'
import { expect, test } from './fixtures/test'

test('a failure that passes by itself says when Requite asks again, until the freelancer stops that', async ({
  page,
  desk,
}) => {
  const note = await failedForNow(desk)
  await page.goto(note.path)
  const plan = page.getByText(/Requite tries again by itself: next try \d{1,2} \w+ \d{4}, \d\d:\d\d, 1 of \d/)
  await expect(plan).toBeVisible()
  await page.getByRole('button', { name: 'Stop trying' }).click()
  await expect(plan).toBeHidden()
  await page.reload()
  await expect(banner(page)).toHaveText(BANNER.failed)
  await expect(plan).toBeHidden()
})

test('a refund made by hand in Stripe’s Dashboard is offered and adopted, so that nothing is paid twice', async ({
  page,
  desk,
}) => {
  const note = await failedForNow(desk)
  const before = await desk.stripe.refundCalls()
  await page.goto(note.path)
  await expect(banner(page)).toHaveText(BANNER.failed)
  await desk.stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId, amount: 20_000 })
  const adopt = page.getByRole('button', { name: 'Adopt this refund' })
  await expect(adopt).toBeVisible()
  await expect(page.getByText('A refund of this payment was made outside Requite')).toBeVisible()
  await expect(page.getByRole('region', { name: 'Timeline' })).toContainText('€200.00')
  await adopt.click()
  await expect(banner(page)).toHaveText(BANNER.succeeded)
  expect(await desk.stripe.refundCalls()).toBe(before)
  expect(await desk.stripe.refunds()).toHaveLength(1)
})
