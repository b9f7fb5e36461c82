import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { deskSummary } from '@/lib/credit-notes/credit-note-store'
import { db, disconnectDatabase } from '@/lib/db'
import { takeUpAttempt } from '@/lib/refunds/attempt-store'
import { markRefunded } from '@/lib/refunds/mark-refunded'
import { retryRefund } from '@/lib/refunds/retry-refund'
import {
  attemptsOf,
  type Desk,
  deliver,
  emailsOf,
  expectPromisesKept,
  forgetJobs,
  issueNote,
  letLeaseLapse,
  type Note,
  openDesk,
  resolveNow,
  runJobs,
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

/** Stripe is asked, its answer is lost, and then the account is: nobody may look what became of it. */
async function lostAccount(fault: 'timeout_after' | 'timeout_before' = 'timeout_after'): Promise<Note> {
  const note = await issueNote(desk)
  await stripe.plan({ kind: fault, milliseconds: 20, method: 'POST', path: '/v1/refunds' })
  await trigger(note)
  await stripe.act(`/accounts/${desk.stripeAccountId}/deauthorize`)
  await resolveNow(note)
  return note
}

const daysPass = (note: Note, days: number) =>
  db().$executeRaw`
    UPDATE refund_attempts SET look_refused_since = look_refused_since - ${days} * interval '1 day'
    WHERE credit_note_id = ${note.creditNoteId}::uuid`

const refusedSince = async (note: Note) =>
  (await db().refundAttempt.findFirstOrThrow({ where: { creditNoteId: note.creditNoteId } })).lookRefusedSince

const mark = (note: Note, reference = 'By transfer') =>
  markRefunded({
    ...note,
    actor: 'freelancer',
    method: 'sepa',
    reference,
    refundedOn: new Date('2026-03-14T00:00:00Z'),
  })

test('what Stripe may have paid is not sent by hand before seven days without a look, and may be afterwards', async () => {
  const note = await lostAccount()
  expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true, outcomeWithheld: false })
  expect(await mark(note)).toMatchObject({ ok: false, reason: 'refund_not_markable', status: 'pending' })
  await daysPass(note, 6.9)
  await resolveNow(note)
  expect(await mark(note)).toMatchObject({ ok: false, reason: 'refund_not_markable' })
  await daysPass(note, 0.2)
  expect(await standing(note)).toMatchObject({ outcomeWithheld: true })
  const { needsYou, moving } = await deskSummary(desk.freelancerId)
  expect({ needsYou: needsYou.map(({ id }) => id), moving }).toEqual({ needsYou: [note.creditNoteId], moving: [] })
  expect(await retryRefund({ ...note, actor: 'freelancer' })).toMatchObject({ reason: 'refund_not_retryable' })

  expect(await mark(note)).toMatchObject({ ok: true, creditNote: { refundStatus: 'manual', attemptOpen: false } })
  expect(await attemptsOf(note)).toMatchObject([{ state: 'refused', code: 'outcome_withheld' }])
  const kinds = (await timelineOf(note)).map(({ kind }) => kind)
  expect(kinds.slice(-2)).toEqual(['attempt_given_up', 'marked_refunded'])
  await resolveNow(note)
  await runJobs()
  expect(await standing(note)).toMatchObject({ refundStatus: 'manual' })
})

test('news that Stripe had paid after all raises the alarm that the client was paid twice', async () => {
  const note = await lostAccount()
  await daysPass(note, 8)
  await mark(note)
  await stripe.act(`/accounts/${desk.stripeAccountId}/reconnect`)
  for (const told of await stripe.webhooksOf(desk.stripeAccountId, ['account.application.authorized']))
    await deliver(told)
  await runJobs()
  expect(await standing(note)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: expect.any(Date) })
  expect(await emailsOf(note)).toEqual(['refund_completed_manually', 'paid_twice_alert'])
})

test('a refund of Stripe’s that the freelancer found and gave as the reference is no second payment, and is told when it bounces', async () => {
  const note = await lostAccount()
  await daysPass(note, 8)
  const [refund] = await stripe.refundsOf(desk.stripeAccountId)
  await mark(note, `Found in Stripe: ${refund?.id}`)
  await stripe.act(`/accounts/${desk.stripeAccountId}/reconnect`)
  for (const told of await stripe.webhooksOf(desk.stripeAccountId, ['account.application.authorized']))
    await deliver(told)
  await runJobs()
  expect(await standing(note)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: null })
  await stripe.act(`/refunds/${refund?.id}/fail`, { failure_reason: 'declined' })
  for (const told of await stripe.webhooksOf(desk.stripeAccountId, ['refund.failed'])) await deliver(told)
  expect(await standing(note)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: null })
  expect(await emailsOf(note)).toEqual(['refund_completed_manually', 'manual_refund_returned_alert'])
})

test('while somebody is looking at that very moment nothing is closed', async () => {
  const note = await lostAccount()
  await daysPass(note, 8)
  await letLeaseLapse(note)
  const [open] = await attemptsOf(note)
  await takeUpAttempt(open?.id ?? '')
  expect(await mark(note)).toMatchObject({ ok: false, reason: 'refund_not_markable' })
  expect(await attemptsOf(note)).toMatchObject([{ state: 'in_flight' }])
})

test('a look that Stripe allows begins the seven days anew, its silence does not', async () => {
  const note = await lostAccount('timeout_before')
  await daysPass(note, 5)
  const since = await refusedSince(note)
  await stripe.plan({ kind: 'reset_before', method: 'GET', path: '/v1/refunds' })
  await resolveNow(note)
  expect(await refusedSince(note)).toEqual(since)
  await stripe.act(`/accounts/${desk.stripeAccountId}/reconnect`)
  await stripe.plan({ kind: 'timeout_before', milliseconds: 20, method: 'POST', path: '/v1/refunds' })
  await resolveNow(note)
  expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
  expect(await refusedSince(note)).toBeNull()
  // Nor does the banner go on saying that nobody may look.
  expect(await standing(note)).toMatchObject({ failureReason: null, failureMessage: null })
})
