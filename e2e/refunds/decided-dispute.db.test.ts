import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { standingAlarms } from '@/lib/credit-notes/credit-note'
import { db, disconnectDatabase } from '@/lib/db'
import { adoptRefund } from '@/lib/refunds/adopt-refund'
import { applyDispute } from '@/lib/refunds/apply-dispute'
import { askStripe } from '@/lib/refunds/ask-stripe'
import { markRefunded } from '@/lib/refunds/mark-refunded'
import { beginRefund } from '@/lib/refunds/trigger-refund'
import { inTransaction } from '@/lib/transaction'
import {
  amendAgain,
  type Desk,
  deliver,
  deliverAll,
  emailsOf,
  expectPromisesKept,
  forgetJobs,
  issueNote,
  type Note,
  openDesk,
  runJobs,
  sign,
  standing,
  timelineOf,
  trigger,
} from './desk'
import { type StripeWorld, startStripe } from './stripe-world'

let stripe: StripeWorld
let desk: Desk

beforeAll(async () => {
  stripe = await startStripe()
})
afterAll(async () => {
  await disconnectDatabase()
  await stripe.close()
})
beforeEach(async () => {
  await forgetJobs()
  await db().$executeRaw`UPDATE stripe_breaker SET failures = 0, open_until = NULL`
  desk = await openDesk(await stripe.openAccount())
})
afterEach(async () => {
  await stripe.forgetFaults()
  await expectPromisesKept(stripe, desk)
})

const byHand = (note: Note, method: 'sepa' | 'chargeback' = 'sepa', reference = 'By transfer') =>
  markRefunded({
    ...note,
    actor: 'freelancer',
    method,
    reference,
    refundedOn: new Date('2026-03-14T00:00:00Z'),
  })

/** Stripe's word on the dispute `du_1`, the later `second` the later said. */
async function said(
  note: Note,
  status: 'lost' | 'won' | 'prevented',
  amount: number,
  second = 0,
  currency = 'eur',
): Promise<void> {
  const { stripeAccountId, paymentIntentId, chargeId } = note
  const word = { stripeAccountId, paymentIntentId, chargeId, disputeId: 'du_1', status, amount, currency }
  const toldAt = new Date(Date.now() + 60_000 + second * 1000)
  await inTransaction((tx) => applyDispute(tx, { ...word, toldAt }, { actor: 'stripe' }))
}

test('a dispute lost for less than the credit note does not count as having paid it', async () => {
  const note = await issueNote(desk, { card: 'pm_card_createDispute' })
  await trigger(note)
  await said(note, 'lost', 500, -120)
  expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'partly_paid_by_chargeback' })
  expect(await byHand(note, 'chargeback')).toMatchObject({ reason: 'method_not_possible' })
  // The rest goes by transfer, as the banner says: nothing is paid twice by that.
  expect(await byHand(note)).toMatchObject({ ok: true })
  expect(await standing(note)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: null })
})

test('a refund that had failed for another reason is paid too by a dispute lost since: its freelancer hears so, once', async () => {
  const note = await issueNote(desk)
  await trigger(note)
  const { stripeRefundId } = await standing(note)
  await stripe.act(`/refunds/${stripeRefundId}/fail`, { failure_reason: 'expired_or_canceled_card' })
  await deliverAll(stripe, desk)
  expect(await standing(note)).toMatchObject({ failureReason: 'expired_or_canceled_card' })
  const toldBefore = await emailsOf(note)
  await said(note, 'lost', 30_000)
  await said(note, 'lost', 30_000, 1)
  expect(await standing(note)).toMatchObject({ failureReason: 'paid_by_chargeback', failureMessage: null })
  expect(await emailsOf(note)).toEqual([...toldBefore, 'refund_failed'])
  expect(await byHand(note, 'chargeback')).toMatchObject({ ok: true })
})

test('a try that Requite had planned is not made once a lost dispute has paid the client', async () => {
  const note = await issueNote(desk)
  await stripe.plan({ kind: 'error_before', method: 'POST', path: '/v1/refunds' })
  await trigger(note)
  expect(await standing(note)).toMatchObject({ failureReason: 'api_error', nextTryAt: expect.any(Date) })
  await said(note, 'lost', 30_000)
  expect(await standing(note)).toMatchObject({ failureReason: 'paid_by_chargeback', nextTryAt: null })
})

test('nor is one planned where the loss is known before the refusal that passes', async () => {
  const note = await issueNote(desk)
  await said(note, 'lost', 30_000)
  await stripe.plan({ kind: 'error_before', method: 'POST', path: '/v1/refunds' })
  await trigger(note)
  expect(await standing(note)).toMatchObject({ failureReason: 'paid_by_chargeback', nextTryAt: null })
})

test('a dispute that was decided before the credit note was issued says nothing of what the note fails for', async () => {
  const note = await issueNote(desk)
  await said(note, 'lost', 30_000, -3600)
  await stripe.plan({ kind: 'error_before', method: 'POST', path: '/v1/refunds' })
  await trigger(note)
  expect(await standing(note)).toMatchObject({ failureReason: 'api_error', nextTryAt: expect.any(Date) })
})

test('what the bank took pays the notes of a deposit one after another, as far as it goes', async () => {
  const first = await issueNote(desk, { card: 'pm_card_createDispute' })
  const later = await sign(desk, await amendAgain(first, 10_000))
  const second = { ...first, creditNoteId: later.id }
  await trigger(first)
  await trigger(second)
  await said(first, 'lost', first.amount + 1)
  expect(await standing(first)).toMatchObject({ failureReason: 'paid_by_chargeback' })
  expect(await standing(second)).toMatchObject({ failureReason: 'partly_paid_by_chargeback' })
})

/** An older note and a younger one of the same deposit. */
async function twoNotes(card?: string): Promise<[Note, Note]> {
  const older = await issueNote(desk, card ? { card } : {})
  const later = await sign(desk, await amendAgain(older, 10_000))
  await forgetJobs()
  return [older, { ...older, creditNoteId: later.id, amount: later.amountGross }]
}

const refusedForDispute = { kind: 'refusal', code: 'charge_disputed', method: 'POST', path: '/v1/refunds' } as const

test.each(['before', 'after'] as const)(
  'no two notes are paid by the same money of a lost dispute, heard of %s one of them fails',
  async (when) => {
    const [older, younger] = await twoNotes('pm_card_pendingRefund')
    await trigger(older)
    await stripe.plan(refusedForDispute)
    await trigger(younger)
    const { stripeRefundId } = await standing(older)
    const loss = () => said(older, 'lost', older.amount)
    const failure = async () => {
      await stripe.act(`/refunds/${stripeRefundId}/fail`, { failure_reason: 'charge_for_pending_refund_disputed' })
      await deliverAll(stripe, desk)
    }
    for (const news of when === 'before' ? [loss, failure] : [failure, loss]) await news()
    await runJobs()
    expect(await standing(older)).toMatchObject({ failureReason: 'paid_by_chargeback' })
    expect(await standing(younger)).toMatchObject({ failureReason: 'chargeback_paid_another' })
    expect(await byHand(younger, 'chargeback')).toMatchObject({ reason: 'method_not_possible' })
  },
)

test('a note that the bank has paid in part, and a transfer the rest, gives none of that part to another', async () => {
  const [older, younger] = await twoNotes('pm_card_createDispute')
  await trigger(older)
  await trigger(younger)
  await said(older, 'lost', older.amount - 2_000, -60)
  expect(await standing(older)).toMatchObject({ failureReason: 'partly_paid_by_chargeback' })
  expect(await standing(younger)).toMatchObject({ failureReason: 'chargeback_paid_another' })
  expect(await byHand(older)).toMatchObject({ ok: true })
  await runJobs()
  expect(await standing(older)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: null })
  expect(await standing(younger)).toMatchObject({ failureReason: 'chargeback_paid_another' })
})

test('of two notes that were sent by hand before anybody heard of the loss, one alarms: the bank has paid once more', async () => {
  const [older, younger] = await twoNotes('pm_card_createDispute')
  await trigger(older)
  await trigger(younger)
  await byHand(older)
  await byHand(younger)
  await said(older, 'lost', older.amount, -120)
  await runJobs()
  expect(await standing(older)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: expect.any(Date) })
  expect(await standing(younger)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: null })
})

test('nor does one that was marked with the dispute’s number before it was lost', async () => {
  const [older, younger] = await twoNotes('pm_card_createDispute')
  await trigger(older)
  await trigger(younger)
  await byHand(older, 'sepa', 'Accepted dispute du_1')
  await said(older, 'lost', older.amount)
  await runJobs()
  expect(await standing(younger)).toMatchObject({ failureReason: 'chargeback_paid_another' })
})

test('a dispute lost in another currency is for a person to compare, and alarms beside what was paid before', async () => {
  const [failed, paid] = [await issueNote(desk, { card: 'pm_card_createDispute' }), await issueNote(desk)]
  await trigger(failed)
  await trigger(paid)
  await deliverAll(stripe, desk)
  for (const note of [failed, paid]) await said(note, 'lost', 30_000, 0, 'usd')
  expect(await standing(failed)).toMatchObject({ failureReason: 'partly_paid_by_chargeback' })
  expect(await standing(paid)).toMatchObject({ refundStatus: 'succeeded', paidTwiceAt: expect.any(Date) })
})

test('a loss that is heard of while a retry is under way is told when that is refused', async () => {
  const note = await issueNote(desk, { card: 'pm_card_createDispute' })
  await trigger(note)
  const told = await emailsOf(note)
  const begun = await beginRefund({ ...note, cause: 'retry', actor: 'freelancer' })
  if (begun.kind !== 'claimed') throw new Error(`not claimed: ${begun.kind}`)
  await said(note, 'lost', 30_000)
  await askStripe(begun.attempt, { actor: 'freelancer' })
  expect(await standing(note)).toMatchObject({ failureReason: 'paid_by_chargeback', attemptOpen: false })
  expect(await emailsOf(note)).toEqual([...told, 'refund_failed'])
})

test('a dispute that Stripe prevented is no win: it may have been resolved by paying the client, so nothing is asked for by itself', async () => {
  const note = await issueNote(desk, { card: 'pm_card_createDispute' })
  await trigger(note)
  const told = await emailsOf(note)
  await said(note, 'prevented', 30_000)
  expect(await standing(note)).toMatchObject({ failureReason: 'dispute_prevented', nextTryAt: null })
  expect(await emailsOf(note)).toEqual([...told, 'refund_failed'])
})

test('nor is a try made that was planned for another reason', async () => {
  const note = await issueNote(desk)
  await stripe.plan({ kind: 'error_before', method: 'POST', path: '/v1/refunds' })
  await trigger(note)
  expect(await standing(note)).toMatchObject({ failureReason: 'api_error', nextTryAt: expect.any(Date) })
  await said(note, 'prevented', 30_000)
  expect(await standing(note)).toMatchObject({ failureReason: 'dispute_prevented', nextTryAt: null })
})

test('each alarm ends with its own cause, and one that comes back is named again', async () => {
  const note = await issueNote(desk)
  await trigger(note)
  await deliverAll(stripe, desk)
  const named = async () => [...standingAlarms(await timelineOf(note)).keys()]
  await said(note, 'lost', 30_000)
  expect(await named()).toEqual(['du_1'])
  await stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId, amount: note.amount + 1 })
  await deliverAll(stripe, desk)
  await runJobs()
  const [, elsewhere = ''] = await named()
  await said(note, 'won', 30_000, 1)
  expect(await named()).toEqual([elsewhere])
  expect(await standing(note)).toMatchObject({ paidTwiceAt: expect.any(Date) })
  await said(note, 'lost', 30_000, 2)
  expect(await named()).toEqual([elsewhere, 'du_1'])
})

test('an older note that Stripe has paid is not told as paid twice where the bank has paid a younger one', async () => {
  const [older, younger] = await twoNotes()
  await trigger(older)
  await deliverAll(stripe, desk)
  await stripe.plan(refusedForDispute)
  await trigger(younger)
  await said(older, 'lost', younger.amount)
  await runJobs()
  expect(await standing(younger)).toMatchObject({ failureReason: 'paid_by_chargeback' })
  expect(await standing(older)).toMatchObject({ refundStatus: 'succeeded', paidTwiceAt: null })
})

test('a note that was marked with the dispute’s number, while the dispute was open, is not told as paid twice when it is lost', async () => {
  const note = await issueNote(desk, { card: 'pm_card_createDispute' })
  await trigger(note)
  await byHand(note, 'sepa', 'Accepted dispute du_1')
  await said(note, 'lost', 30_000)
  expect(await standing(note)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: null })
  await said(note, 'won', 30_000, 1)
  expect(await emailsOf(note)).toContain('manual_refund_returned_alert')
})

test('a transfer beside a dispute that is then lost is told as maybe paid twice, until it is won after all', async () => {
  const note = await issueNote(desk, { card: 'pm_card_createDispute' })
  await trigger(note)
  await byHand(note)
  await said(note, 'lost', 30_000)
  expect(await standing(note)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: expect.any(Date) })
  expect((await timelineOf(note)).at(-1)).toMatchObject({ kind: 'paid_twice', detail: { disputeId: 'du_1' } })
  expect(await emailsOf(note)).toContain('paid_twice_alert')
  await said(note, 'won', 30_000, 1)
  expect(await standing(note)).toMatchObject({ paidTwiceAt: null })
})

test.each(['By chargeback du_1', 'The bank took it back'])(
  'a chargeback that a note was marked with (%s), and that is won after all, is told: the client has lost the money again',
  async (reference) => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await trigger(note)
    await said(note, 'lost', 30_000)
    const { disputeId } = await standing(note)
    expect(await byHand(note, 'chargeback', reference)).toMatchObject({ ok: true })
    await said(note, 'won', 30_000, 1)
    expect((await timelineOf(note)).at(-1)).toMatchObject({ kind: 'manual_refund_returned', detail: { disputeId } })
    expect(await emailsOf(note)).toContain('manual_refund_returned_alert')
    expect(await standing(note)).toMatchObject({ refundStatus: 'manual' })
  },
)

test('a refund that Stripe completed beside a dispute that is then lost is told as maybe paid twice', async () => {
  const note = await issueNote(desk)
  await trigger(note)
  await deliverAll(stripe, desk)
  const dispute = z.object({ id: z.string() }).parse(await stripe.act(`/charges/${note.chargeId}/dispute`))
  await stripe.act(`/disputes/${dispute.id}/lost`)
  for (const webhook of await stripe.webhooksOf(desk.stripeAccountId, ['charge.dispute.closed'])) await deliver(webhook)
  expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', paidTwiceAt: expect.any(Date) })
  expect(await emailsOf(note)).toContain('paid_twice_alert')
})

test.each(['first', 'last'] as const)(
  'a refund under way when a dispute is lost for a part of it is told as maybe paid twice, the loss heard of %s',
  async (lossHeard) => {
    const note = await issueNote(desk)
    await trigger(note)
    const loss = () => said(note, 'lost', 500, -60)
    const completion = () => deliverAll(stripe, desk)
    for (const news of lossHeard === 'first' ? [loss, completion] : [completion, loss]) await news()
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', paidTwiceAt: expect.any(Date) })
    expect(await emailsOf(note)).toContain('paid_twice_alert')
  },
)

test('a refund made in the Dashboard before a dispute was lost for a part of it is told as maybe paid twice though adopted after', async () => {
  const note = await issueNote(desk)
  await stripe.plan({ kind: 'error_before', method: 'POST', path: '/v1/refunds' })
  await trigger(note)
  await stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId, amount: note.amount })
  await deliverAll(stripe, desk)
  await said(note, 'lost', 500, -60)
  const { stripeRefundId } = (await standing(note)).foreignRefund ?? { stripeRefundId: '' }
  expect(await adoptRefund({ ...note, stripeRefundId, actor: 'freelancer' })).toMatchObject({ ok: true })
  expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', paidTwiceAt: expect.any(Date) })
})

test('a refund that is asked for after a dispute was lost for a part of it, knowing of that, alarms nobody', async () => {
  const note = await issueNote(desk)
  await said(note, 'lost', 500, -120)
  await trigger(note)
  await deliverAll(stripe, desk)
  expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', paidTwiceAt: null })
})

test('a note of which a lost dispute has paid nothing, all of it being another’s, is not told as paid twice', async () => {
  const first = await issueNote(desk, { card: 'pm_card_createDispute' })
  await trigger(first)
  const later = await sign(desk, await amendAgain(first, 10_000))
  const second = { ...first, creditNoteId: later.id, amount: 10_000 }
  expect(await byHand(second)).toMatchObject({ ok: true })
  await said(first, 'lost', first.amount)
  expect(await standing(first)).toMatchObject({ failureReason: 'paid_by_chargeback' })
  expect(await standing(second)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: null })
})

test.each(['in order', 'the wrong way round'] as const)(
  'a dispute that is lost and then won asks for the refund again, its news arriving %s',
  async (order) => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await trigger(note)
    const words = [() => said(note, 'lost', 30_000), () => said(note, 'won', 30_000, 1)]
    for (const word of order === 'in order' ? words : words.toReversed()) await word()
    expect(await standing(note)).toMatchObject({ failureReason: 'charge_disputed', nextTryAt: expect.any(Date) })
  },
)
