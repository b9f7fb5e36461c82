import { BANNER, banner } from './fixtures/credit-note-page'
import { failedForNow, sendAmendment, sign, untilStatus } from './fixtures/desk'
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
  await expect(page.getByText('A refund of this payment was made outside Requite', { exact: true })).toBeVisible()
  await expect(page.getByText('Already refunded', { exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Retry', exact: true })).toBeHidden()
  await page.getByText('Retry anyway').click()
  await expect(page.getByText(/your client is paid twice/)).toBeVisible()
  await expect(page.getByRole('region', { name: 'Timeline' })).toContainText('€200.00')
  await adopt.click()
  await expect(banner(page)).toHaveText(BANNER.succeeded)
  expect(await desk.stripe.refundCalls()).toBe(before)
  expect(await desk.stripe.refunds()).toHaveLength(1)
})

test('a client who may have been paid twice waits for the freelancer on Today, and the banner names the other refund and where it is told', async ({
  page,
  desk,
}) => {
  const note = await sign(await sendAmendment(desk))
  await untilStatus(note, 'succeeded')
  await page.goto(note.path)
  const own = await desk.stripe.onlyRefund()
  await desk.stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId, amount: 20_000 })
  const alarm = page.getByRole('alert').filter({ hasText: 'Your client may have been paid twice.' })
  await expect(alarm).toBeVisible()
  const other = (await desk.stripe.refunds()).find(({ id }) => id !== own.id)
  await expect(alarm).toContainText(`the refund ${other?.id}`)
  await alarm.getByRole('link', { name: 'the timeline' }).click()
  await expect(page).toHaveURL(/#timeline$/)
  await expect(page.getByRole('heading', { name: 'Timeline' })).toBeInViewport()

  await page.goto('/')
  const needsYou = page.getByRole('region', { name: 'Needs you' })
  await expect(needsYou.getByText('Your client may have been paid twice.')).toBeVisible()
  await needsYou.getByRole('link', { name: note.number }).click()
  await expect(alarm).toBeVisible()

  await alarm.getByRole('link', { name: 'the timeline' }).click()
  await expect(page).toHaveURL(/#timeline$/)
  await desk.stripe.act(`/refunds/${other?.id}/fail`, { failure_reason: 'expired_or_canceled_card' })
  await expect(alarm).toBeHidden()
  // The page was redrawn under its reader: the address still names the place they are at.
  await expect(page).toHaveURL(/#timeline$/)
})
