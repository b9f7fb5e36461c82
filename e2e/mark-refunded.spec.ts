import { BANNER, banner, fillInMark, markDialog } from './fixtures/credit-note-page'
import {
  failedForNow,
  lookUnderWay,
  markByHand,
  sendAmendment,
  sign,
  tryUnderWay,
  withheldOutcome,
} from './fixtures/desk'
import { countMails, MAIL, mailsTo } from './fixtures/mailbox'
import { expect, test } from './fixtures/test'

test('Mark refunded without a reference or the tick is refused at the field, with the cursor there; with both it is permanent and the client is told once', async ({
  page,
  desk,
}) => {
  const agreement = await sendAmendment(desk)
  await desk.stripe.plan({ kind: 'refusal', code: 'charge_not_refundable', method: 'POST', path: '/v1/refunds' })
  const note = await sign(agreement)
  await page.goto(note.path)
  await expect(banner(page)).toHaveText(BANNER.failed)
  await expect(page.getByText('A retry will not help')).toBeVisible()

  await page.getByRole('button', { name: 'Mark refunded' }).click()
  const { dialog, reason, moneyLeft, submit } = markDialog(page)
  await expect(dialog).toBeVisible()
  await moneyLeft.check()
  await submit.click()
  await expect(dialog.getByText(/^Give a reason or reference/)).toBeVisible()
  await expect(reason).toBeFocused()
  await expect(reason).toHaveAttribute('aria-invalid', 'true')
  await expect(moneyLeft).toBeChecked()

  await moneyLeft.uncheck()
  await reason.fill('Sparkasse transfer RQ-2231')
  await submit.click()
  await expect(dialog.getByText(/^Tick this once the money has really left/)).toBeVisible()
  await expect(moneyLeft).toBeFocused()
  await expect(reason).toHaveValue('Sparkasse transfer RQ-2231')

  await moneyLeft.check()
  await submit.click()
  await expect(dialog).toBeHidden()
  await expect(banner(page)).toHaveText(BANNER.manual)

  await page.reload()
  await expect(banner(page)).toHaveText(BANNER.manual)
  const byHand = page.getByRole('region', { name: 'Refunded by hand' })
  await expect(byHand).toContainText('Sparkasse transfer RQ-2231')
  await expect(byHand).toContainText('SEPA transfer')
  await expect(page.getByRole('button', { name: /^(Retry|Mark refunded)/ })).toHaveCount(0)
  await expect.poll(() => countMails(note.clientEmail, MAIL.completedByTransfer)).toBe(1)
  const mail = (await mailsTo(note.clientEmail)).find(({ subject }) => MAIL.completedByTransfer.test(subject))
  expect(mail?.text).toContain('Sparkasse transfer RQ-2231')
  expect(await desk.stripe.refunds()).toEqual([])
})

test('a lost dispute is settled as repaid by chargeback: chosen and filled in, told to both sides as what it was', async ({
  page,
  desk,
}) => {
  const note = await sign(await sendAmendment(desk, { card: 'pm_card_createDispute' }))
  await page.goto(note.path)
  await expect(banner(page)).toHaveText(/your client’s bank has opened a dispute over this payment/)
  const dispute = await desk.stripe.dispute()
  await desk.stripe.act(`/disputes/${dispute}/lost`)
  await expect(banner(page)).toHaveText('Refund failed: your client already got the money back through their bank.')

  await page.getByRole('button', { name: 'Mark refunded' }).click()
  const { dialog, reason, moneyLeft, submit } = markDialog(page)
  await expect(dialog.getByLabel('How the money went')).toHaveValue('chargeback')
  await expect(reason).toHaveValue(dispute)
  await expect(dialog.getByText(/that the lost dispute has given back to/)).toBeVisible()
  await moneyLeft.check()
  await submit.click()
  await expect(banner(page)).toHaveText(BANNER.manual)
  await expect(page.getByText(/^By chargeback: your client’s bank has taken the money back/)).toBeVisible()
  await expect(page.getByRole('region', { name: 'Refunded by chargeback' })).toContainText(dispute)
  await expect.poll(() => countMails(note.clientEmail, /^Refund completed: .+ through your bank/)).toBe(1)
})

test('what Stripe may have paid but says nothing of for seven days can be marked, after a look in Stripe’s Dashboard', async ({
  page,
  desk,
}) => {
  const note = await withheldOutcome(desk)
  await page.goto(note.path)
  await expect(banner(page)).toHaveText(BANNER.checking)
  await expect(page.getByText(/Nobody here knows whether the money has left/)).toBeVisible()
  await page.getByRole('button', { name: 'Mark refunded' }).click()
  const { dialog, reason, moneyLeft, submit, problem } = markDialog(page)
  await expect(dialog.getByText('Stripe may have paid this.')).toBeVisible()
  await reason.fill('Transfer RQ-7')
  await moneyLeft.check()
  await submit.click()
  await expect(dialog.getByText('Look at this payment in your Stripe Dashboard first.')).toBeVisible()
  await dialog.getByRole('checkbox', { name: 'I have looked at this payment in my Stripe Dashboard.' }).check()
  const look = await lookUnderWay(note)
  await submit.click()
  await expect(problem).toHaveText(/^Stripe is being asked for this refund right now\./)
  await expect(reason).toHaveValue('Transfer RQ-7')
  await look.end()
  await submit.click()
  await expect(banner(page)).toHaveText(BANNER.manual)
  await page.reload()
  await expect(page.getByText('Attempt closed without knowing what became of it')).toBeVisible()
})

test('Mark refunded while a try has just begun is refused in the dialog, which keeps what was typed and takes it once the try has failed', async ({
  page,
  desk,
}) => {
  const note = await failedForNow(desk)
  await page.goto(note.path)
  const { dialog, method, date, reason, moneyLeft, submit, problem } = await fillInMark(page)

  const begun = await tryUnderWay(note)
  await expect(banner(page)).toHaveText(BANNER.checking)
  await submit.click()
  await expect(problem).toHaveText(/^Stripe is being asked for this refund right now\./)
  await expect(submit).toBeFocused()

  await begun.refuse()
  await expect(banner(page)).toHaveText('Refund failed: Stripe cannot refund this payment.')
  await expect(problem).toBeEmpty()
  await expect(dialog).toBeVisible()
  await expect(method).toHaveValue('paypal')
  await expect(date).toHaveValue('2025-01-02')
  await expect(reason).toHaveValue('PayPal 8XG12')
  await expect(moneyLeft).toBeChecked()
  await submit.click()
  await expect(dialog).toBeHidden()
  await expect(banner(page)).toHaveText(BANNER.manual)
  await expect(page.getByRole('region', { name: 'Refunded by hand' })).toContainText('PayPal 8XG12')
})

test('Mark refunded after another tab was first closes the dialog, and the page says why', async ({ page, desk }) => {
  const note = await sign(await sendAmendment(desk, 'sepa'))
  // The page of somebody who hears of changes too late.
  await page.route('**/api/changes', () => {})
  await page.goto(note.path)
  await page.getByRole('button', { name: 'Mark refunded' }).click()
  const { dialog, reason, moneyLeft, submit } = markDialog(page)
  await reason.fill('End-to-end id RQ-2')
  await moneyLeft.check()
  await markByHand(note)
  await submit.click()
  await expect(dialog).toBeHidden()
  await expect(page.getByText('This refund is marked as paid by other means already.')).toBeVisible()
  await expect(banner(page)).toHaveText(BANNER.manual)
})

test('a deposit by bank transfer asks for a transfer back, never Stripe, and is done once marked', async ({
  page,
  desk,
}) => {
  const note = await sign(await sendAmendment(desk, 'sepa'))
  await page.goto('/')
  await page
    .getByRole('region', { name: 'Needs you' })
    .getByRole('link', { name: new RegExp(note.number) })
    .click()
  await expect(banner(page)).toHaveText(BANNER.transferByHand)
  await page.getByRole('button', { name: 'Mark refunded' }).click()
  const { reason, moneyLeft, submit } = markDialog(page)
  await reason.fill('End-to-end id RQ-1')
  await moneyLeft.check()
  await submit.click()
  await expect(banner(page)).toHaveText(BANNER.manual)
  await expect.poll(() => countMails(note.clientEmail, MAIL.completedByTransfer)).toBe(1)
  expect(await desk.stripe.refundCalls()).toBe(0)
})
