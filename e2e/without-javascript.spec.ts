import { BANNER, banner, fillInMark, markDialog } from './fixtures/credit-note-page'
import {
  failedForNow,
  keepFromSweeps,
  sendAmendment,
  sign,
  tryUnderWay,
  untilAttempts,
  untilStatus,
} from './fixtures/desk'
import { expect, test } from './fixtures/test'

// The desk's sign-in, in these tests as in all, goes through the page: it needs no JavaScript either.
test.use({ javaScriptEnabled: false })

test('without JavaScript, Retry asks Stripe and the page that comes back says how the refund stands', async ({
  page,
  desk,
}) => {
  const note = await failedForNow(desk, 'pm_card_pendingRefund')
  await page.goto(note.path)
  await expect(banner(page)).toHaveText(BANNER.failed)
  await page.getByRole('button', { name: 'Retry' }).click()
  // A person is kept waiting for 1.5 seconds: Stripe's answer may come after the page.
  await expect(banner(page)).toHaveText(/^Refund in progress/)
  await untilStatus(note, 'requested')
  await page.goto(note.path)
  await expect(banner(page)).toHaveText(BANNER.requested)
  expect(await desk.stripe.refunds()).toHaveLength(1)
})

test('without JavaScript, a Retry that cannot help stays behind a second look', async ({ page, desk }) => {
  const note = await sign(await sendAmendment(desk, { card: 'pm_card_createDispute' }))
  await untilStatus(note, 'failed')
  await page.goto(note.path)
  await expect(page.getByRole('button', { name: 'Retry', exact: true })).toBeHidden()
  await page.getByText('Retry anyway').click()
  await page.getByRole('button', { name: 'Retry', exact: true }).click()
  await untilAttempts(note, ['refused', 'refused'])
  await page.goto(note.path)
  await expect(banner(page)).toHaveText(BANNER.failed)
  await expect(page.getByRole('button', { name: 'Retry', exact: true })).toBeHidden()
})

test('without JavaScript, Refresh status settles a refund whose webhooks were lost', async ({ page, desk }) => {
  const agreement = await sendAmendment(desk)
  await desk.stripe.loseWebhooks()
  const note = await sign(agreement)
  await untilStatus(note, 'requested')
  await keepFromSweeps(note)
  await page.goto(note.path)
  await page.getByRole('button', { name: 'Refresh status' }).click()
  await untilStatus(note, 'succeeded')
  await page.goto(note.path)
  await expect(banner(page)).toHaveText(BANNER.succeeded)
})

test('without JavaScript, Mark refunded names the missing reference, keeps what was typed, and is permanent once given', async ({
  page,
  desk,
}) => {
  const note = await sign(await sendAmendment(desk, 'sepa'))
  await page.goto(note.path)
  await page.getByRole('button', { name: 'Mark refunded' }).click()
  const { dialog, reason, moneyLeft, submit } = markDialog(page)
  await expect(dialog).toBeVisible()
  await dialog.getByLabel('How the money went').selectOption('PayPal')
  await moneyLeft.check()
  await submit.click()
  await expect(dialog.getByText(/^Give a reason or reference/)).toBeVisible()
  await expect(dialog.getByLabel('How the money went')).toHaveValue('paypal')
  await expect(moneyLeft).toBeChecked()
  await reason.fill('PayPal 8XG12')
  await submit.click()
  await expect(banner(page)).toHaveText(BANNER.manual)
  await expect(page.getByRole('region', { name: 'Refunded by hand' })).toContainText('PayPal 8XG12')
  await expect(page.getByRole('button', { name: /^(Retry|Mark refunded)/ })).toHaveCount(0)
})

test('without JavaScript, Mark refunded while a try has just begun is refused in the form, which keeps what was typed', async ({
  page,
  desk,
}) => {
  const note = await failedForNow(desk)
  await page.goto(note.path)
  const { dialog, method, date, reason, moneyLeft, submit, problem } = await fillInMark(page)
  const begun = await tryUnderWay(note)
  await submit.click()
  await expect(problem).toHaveText(/^Stripe is being asked for this refund right now\./)
  await expect(banner(page)).toHaveText(BANNER.checking)
  await expect(method).toHaveValue('paypal')
  await expect(date).toHaveValue('2025-01-02')
  await expect(reason).toHaveValue('PayPal 8XG12')
  await expect(moneyLeft).toBeChecked()
  await begun.refuse()
  await submit.click()
  await expect(banner(page)).toHaveText(BANNER.manual)
  await expect(dialog).toBeHidden()
})

test('without JavaScript, a client signs behind their link and sees their refund', async ({ page, desk }) => {
  const agreement = await sendAmendment(desk, { card: 'pm_card_pendingRefund' })
  await page.goto(agreement.clientPath)
  await page.getByLabel('Your name').fill('Paula Pine')
  await page.getByRole('checkbox', { name: /^I agree to this change/ }).check()
  await page.getByRole('button', { name: 'Sign' }).click()
  await expect(page.getByText(/Signed by Paula Pine/)).toBeVisible()
  await expect(page.getByRole('heading', { name: /^Your refund/ })).toBeVisible()
})
