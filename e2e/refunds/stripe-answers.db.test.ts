import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { db, disconnectDatabase } from '@/lib/db'
import { retryRefund } from '@/lib/refunds/retry-refund'
import { stripe as stripeClient } from '@/lib/stripe/client'
import { createRefund } from '@/lib/stripe/create-refund'
import { refundMetadata } from '@/lib/stripe/refund-news'
import {
  attemptsOf,
  type Desk,
  deliverAll,
  emailsOf,
  expectPromisesKept,
  forgetJobs,
  issueNote,
  type Note,
  openDesk,
  pressRetry,
  resolveNow,
  standing,
  trigger,
  whenAnswered,
} from './desk'
import { type StripeCall, type StripeWorld, startStripe } from './stripe-world'

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
  desk = await openDesk(await stripe.openAccount())
})
afterEach(async () => {
  await stripe.forgetFaults()
  await expectPromisesKept(stripe, desk)
})

/** The calls that asked for a refund. */
async function asked(): Promise<StripeCall[]> {
  return (await stripe.callsFor(desk.stripeAccountId)).filter(
    ({ method, path }) => method === 'POST' && path === '/v1/refunds',
  )
}

async function keysAsked(): Promise<(string | null)[]> {
  return [...new Set((await asked()).map(({ idempotencyKey }) => idempotencyKey))]
}

function retry({ freelancerId, creditNoteId }: Note) {
  return retryRefund({ freelancerId, creditNoteId, actor: 'freelancer' })
}

const asksForRefund = { method: 'POST', path: '/v1/refunds' }
const listsRefunds = { method: 'GET', path: '/v1/refunds' }

describe('Stripe says yes', () => {
  test('its answer makes the refund requested, never succeeded, though it says so', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    const [refund] = await stripe.refundsOf(desk.stripeAccountId)
    expect(refund).toMatchObject({ status: 'succeeded', amount: note.amount, paymentIntent: note.paymentIntentId })
    expect(await standing(note)).toMatchObject({
      refundStatus: 'requested',
      stripeRefundId: refund?.id,
      settledAt: null,
      failureReason: null,
    })
    expect(await emailsOf(note)).toEqual([])
  })

  test('its events settle it, and the client hears of it once', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    await deliverAll(stripe, desk)
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded' })
    expect(await emailsOf(note)).toEqual(['refund_completed'])
  })

  test('the attempt keeps the number of the request, for support to ask about', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    const [attempt] = await attemptsOf(note)
    expect(attempt).toMatchObject({ state: 'accepted', calls: 1, requestId: expect.stringMatching(/^req_/) })
    expect(attempt?.finishedAt).toBeInstanceOf(Date)
  })

  test.each([
    ['waits for the bank', 'waits', 'processing'],
    ['waits for the client', 'needs_client', 'requires_action'],
  ] as const)('a refund that %s is requested, and says what it waits for', async (_, course, pendingReason) => {
    await stripe.plan({ kind: 'refund_course', course, account: desk.stripeAccountId })
    const note = await issueNote(desk)
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested', pendingReason })
    const [refund] = await stripe.refundsOf(desk.stripeAccountId)
    await stripe.act(`/refunds/${refund?.id}/confirm`)
    await deliverAll(stripe, desk)
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', pendingReason: null })
  })

  test('a refund that Stripe calls off counts as failed, canceled', async () => {
    await stripe.plan({ kind: 'refund_course', course: 'needs_client', account: desk.stripeAccountId })
    const note = await issueNote(desk)
    await trigger(note)
    const [refund] = await stripe.refundsOf(desk.stripeAccountId)
    await stripeClient().refunds.cancel(refund?.id ?? '', {}, { stripeAccount: desk.stripeAccountId })
    await deliverAll(stripe, desk)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'canceled' })
    expect(await emailsOf(note)).toEqual(['refund_failed'])
  })

  test('a short balance makes it wait for money, and a top-up lets it through', async () => {
    const note = await issueNote(desk)
    await stripe.act(`/accounts/${desk.stripeAccountId}/pay-out`)
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested', pendingReason: 'insufficient_funds' })
    await stripe.act(`/accounts/${desk.stripeAccountId}/top-up`, { amount: note.amount })
    await deliverAll(stripe, desk)
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded' })
  })
})

describe('Stripe says nothing that can be understood: unknown is not failed', () => {
  const silences = ['timeout_after', 'reset_after', 'empty_answer', 'malformed_answer'] as const
  const quick = { timeout_after: { milliseconds: 20 }, reset_after: {}, empty_answer: {}, malformed_answer: {} }

  test.each(silences)('%s: shown as in progress, found again, paid once', async (kind) => {
    const note = await issueNote(desk)
    await stripe.plan({ kind, ...quick[kind], ...asksForRefund })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true, failureReason: null })
    expect(await attemptsOf(note)).toMatchObject([{ state: 'unknown' }])
    expect(await emailsOf(note)).toEqual([])

    await resolveNow(note)
    const refunds = await stripe.refundsOf(desk.stripeAccountId)
    expect(refunds).toHaveLength(1)
    expect(await standing(note)).toMatchObject({ stripeRefundId: refunds[0]?.id, attemptOpen: false })
    expect(['requested', 'succeeded']).toContain((await standing(note)).refundStatus)
    expect(await keysAsked()).toHaveLength(1)
  })

  test.each(['timeout_before', 'reset_before'] as const)('%s: the same key makes the refund', async (kind) => {
    const note = await issueNote(desk)
    await stripe.plan({ kind, ...(kind === 'timeout_before' && { milliseconds: 20 }), ...asksForRefund })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
    expect(await stripe.refundsOf(desk.stripeAccountId)).toEqual([])

    await resolveNow(note)
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
    expect(await asked()).toHaveLength(2)
    expect(await keysAsked()).toHaveLength(1)
  })

  test('a no that Stripe says before it looks at the key is none to an earlier call: the same key, until that one cannot be at work', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'timeout_before', milliseconds: 20, ...asksForRefund })
    await trigger(note)
    await stripe.plan({ kind: 'rate_limit', shouldRetry: false, times: 100, ...asksForRefund })
    for (let calls = 2; calls < 6; calls++) {
      await resolveNow(note)
      expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
      expect(await retry(note)).toMatchObject({ ok: false, reason: 'refund_not_retryable' })
    }
    expect(await keysAsked()).toHaveLength(1)
    await resolveNow(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'rate_limit' })
  })

  test('a try after another one looks before it asks: what the first had made after all is booked, not made again', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'rate_limit', shouldRetry: false, ...asksForRefund })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'rate_limit' })
    const [first] = await attemptsOf(note)
    if (!first) throw new Error('there was no attempt')
    // What Stripe has said was not so, or its list was behind: nothing tells of the refund yet.
    await createRefund({ ...note, idempotencyKey: first.idempotencyKey, attemptId: first.id })
    await pressRetry(note)
    const refunds = await stripe.refundsOf(desk.stripeAccountId)
    expect(refunds).toHaveLength(1)
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', stripeRefundId: refunds[0]?.id })
    expect(await keysAsked()).toEqual([first.idempotencyKey])
  })

  test('while nobody knows, neither Retry nor a second try can send the money again', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'timeout_after', milliseconds: 20, ...asksForRefund })
    await trigger(note)
    expect(await retry(note)).toMatchObject({ ok: false, reason: 'refund_not_retryable', status: 'pending' })
    await trigger(note)
    expect(await asked()).toHaveLength(1)
  })

  test('a day later, when Stripe has forgotten the key, the refund is found by looking, not made again', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'timeout_after', milliseconds: 20, ...asksForRefund })
    await trigger(note)
    await stripe.act('/idempotency-keys/forget')
    await resolveNow(note)
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
    expect(await asked()).toHaveLength(1)
    expect((await standing(note)).stripeRefundId).not.toBeNull()
  })

  test('a try that may have paid is never given up, however long Stripe is out', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'timeout_after', milliseconds: 5, ...asksForRefund })
    await trigger(note)
    await stripe.plan({ kind: 'rate_limit', times: 50, account: desk.stripeAccountId })
    for (let time = 0; time < 10; time++) await resolveNow(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
    await stripe.forgetFaults()
    await resolveNow(note)
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
    expect(await standing(note)).toMatchObject({ attemptOpen: false })
  })
})

describe('Stripe breaks: a 500', () => {
  test('although it made the refund: adopted by looking, no second call', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'error_after', ...asksForRefund })
    await trigger(note)
    const [refund] = await stripe.refundsOf(desk.stripeAccountId)
    expect(await standing(note)).toMatchObject({ stripeRefundId: refund?.id, attemptOpen: false })
    expect(await asked()).toHaveLength(1)
  })

  test('without making it: failed, and the next try has a key of its own that works', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'error_before', ...asksForRefund })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'api_error' })
    expect(await emailsOf(note)).toEqual(['refund_failed'])

    expect(await pressRetry(note)).toMatchObject({ refundStatus: 'requested', failureReason: null })
    expect(await keysAsked()).toHaveLength(2)
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
  })

  test('without making it, and then it could not even be looked up: failed as soon as Stripe is well', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'error_before', ...asksForRefund })
    await stripe.plan({ kind: 'unavailable', ...listsRefunds })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
    await resolveNow(note)
    expect(await standing(note)).toMatchObject({
      refundStatus: 'failed',
      failureReason: 'api_error',
      attemptOpen: false,
    })
  })

  test('although it made the refund, and then it could not be looked up: found as soon as Stripe is well', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'error_after', ...asksForRefund })
    await stripe.plan({ kind: 'reset_before', ...listsRefunds })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
    await resolveNow(note)
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
    expect(await standing(note)).toMatchObject({ attemptOpen: false, failureReason: null })
  })

  test('503, perhaps still at work behind a gateway: the same key makes the refund', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'unavailable', ...asksForRefund })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
    await resolveNow(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
    expect(await keysAsked()).toHaveLength(1)
  })
})

describe('Stripe is busy', () => {
  test.each(['rate_limit', 'lock_timeout'] as const)('%s: the same key, until it gets through', async (kind) => {
    const note = await issueNote(desk)
    await stripe.plan({ kind, times: 3, ...asksForRefund })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
    await resolveNow(note)
    await resolveNow(note)
    await resolveNow(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
    expect(await asked()).toHaveLength(4)
    expect(await keysAsked()).toHaveLength(1)
  })

  test.each(['rate_limit', 'lock_timeout'] as const)(
    '%s without end: failed after six calls, one email, and a retry has a new key',
    async (kind) => {
      const note = await issueNote(desk)
      await stripe.plan({ kind, times: 100, ...asksForRefund })
      await trigger(note)
      for (let time = 0; time < 10; time++) await resolveNow(note)
      expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: kind, attemptOpen: false })
      expect(await asked()).toHaveLength(6)
      expect(await emailsOf(note)).toEqual(['refund_failed'])

      await stripe.forgetFaults()
      expect(await pressRetry(note)).toMatchObject({ refundStatus: 'requested' })
      expect(await keysAsked()).toHaveLength(2)
    },
  )

  test('Stripe-Should-Retry: false on a 429 is a definite no; true on a 400 is not', async () => {
    const told = await issueNote(desk)
    await stripe.plan({ kind: 'rate_limit', shouldRetry: false, ...asksForRefund })
    await trigger(told)
    expect(await standing(told)).toMatchObject({ refundStatus: 'failed', failureReason: 'rate_limit' })

    const untold = await issueNote(desk)
    await stripe.plan({ kind: 'refusal', code: 'charge_disputed', shouldRetry: true, ...asksForRefund })
    await trigger(untold)
    expect(await standing(untold)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
  })

  test('a key that is in use is waited for, never replaced', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'delay_before', milliseconds: 3000, ...asksForRefund })
    const first = trigger(note)
    await expect.poll(async () => (await asked()).length).toBe(1)
    await resolveNow(note)
    expect((await asked())[1]).toMatchObject({ status: 409, errorCode: 'idempotency_key_in_use' })
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
    await first
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested', attemptOpen: false })
    expect(await keysAsked()).toHaveLength(1)
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
  })
})

describe('Stripe says no', () => {
  test('a disputed payment: failed, with that reason, and one call', async () => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'charge_disputed' })
    expect(await asked()).toHaveLength(1)
    expect(await emailsOf(note)).toEqual(['refund_failed'])
  })

  test('an inquiry is no dispute yet: refunded', async () => {
    const note = await issueNote(desk, { card: 'pm_card_createDisputeInquiry' })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
  })

  test('refused again and again, the freelancer who presses Retry is written to once', async () => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await trigger(note)
    for (let press = 0; press < 3; press++) {
      expect(await pressRetry(note)).toMatchObject({ refundStatus: 'failed' })
    }
    expect(await keysAsked()).toHaveLength(4)
    expect(await emailsOf(note)).toEqual(['refund_failed'])
  })

  test('a key of ours that Stripe no longer takes: failed after one call, and nothing is lost', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'refusal', code: 'api_key_expired', ...asksForRefund })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'api_key_expired' })
    expect(await asked()).toHaveLength(1)
    expect(await pressRetry(note)).toMatchObject({ refundStatus: 'requested' })
  })

  test('an account that was taken away from us: failed, to be reconnected, no storm of tries', async () => {
    const note = await issueNote(desk)
    await stripe.act(`/accounts/${desk.stripeAccountId}/deauthorize`)
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'account_invalid' })
    expect((await stripe.callsFor(desk.stripeAccountId)).filter(({ status }) => status === 403)).toHaveLength(1)
    await stripe.act(`/accounts/${desk.stripeAccountId}/reconnect`)
    expect(await pressRetry(note)).toMatchObject({ refundStatus: 'requested' })
  })

  test('a key that was used with other parameters: nothing is paid, and a person is needed', async () => {
    const note = await issueNote(desk)
    await stripeClient().refunds.create(
      { payment_intent: note.paymentIntentId, amount: 1 },
      { stripeAccount: desk.stripeAccountId, idempotencyKey: `refund-${note.creditNoteId}-1` },
    )
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'idempotency_error' })
    expect((await stripe.refundsOf(desk.stripeAccountId)).map(({ amount }) => amount)).toEqual([1])
  })

  test('a key used with other parameters, and a list that can’t be read: never closed unread, for it may have paid', async () => {
    const note = await issueNote(desk)
    await stripeClient().refunds.create(
      { payment_intent: note.paymentIntentId, amount: 1 },
      { stripeAccount: desk.stripeAccountId, idempotencyKey: `refund-${note.creditNoteId}-1` },
    )
    await stripe.plan({ ...listsRefunds, kind: 'rate_limit', times: 20 })
    await trigger(note)
    for (let call = 0; call < 8; call++) await resolveNow(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
  })

  test('a payment that Stripe does not know: failed, no call beyond the one', async () => {
    const note = await issueNote(desk)
    await db().deposit.update({ where: { id: note.depositId }, data: { stripePaymentIntentId: 'pi_of_another_mode' } })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'resource_missing' })
    expect(await asked()).toHaveLength(1)
  })
})

describe('the money has gone back already', () => {
  test('as this very note: adopted, nobody is paid twice', async () => {
    const note = await issueNote(desk, { priceAfter: 0 })
    // As after a backup was restored: Stripe remembers an attempt that we don't.
    const forgotten = await stripeClient().refunds.create(
      {
        payment_intent: note.paymentIntentId,
        metadata: refundMetadata(note.creditNoteId, '00000000-0000-4000-8000-000000000001'),
      },
      { stripeAccount: desk.stripeAccountId },
    )
    await trigger(note)
    expect(await standing(note)).toMatchObject({
      refundStatus: 'succeeded',
      stripeRefundId: forgotten.id,
      attemptOpen: false,
      paidTwiceAt: null,
    })
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
    expect(await emailsOf(note)).toEqual(['refund_completed'])
  })

  test('by somebody else, before we ever looked: failed without asking, and it says which refund of which day', async () => {
    const note = await issueNote(desk, { priceAfter: 0 })
    await stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId })
    await db().$executeRaw`UPDATE event_cursors SET read_in = NULL WHERE stripe_account_id = ${desk.stripeAccountId}`
    await trigger(note)
    const [refund] = await stripe.refundsOf(desk.stripeAccountId)
    const { refundStatus, failureReason, failureMessage } = await standing(note)
    expect({ refundStatus, failureReason }).toEqual({ refundStatus: 'failed', failureReason: 'refunded_elsewhere' })
    expect(failureMessage).toContain(refund?.id)
    expect(await asked()).toHaveLength(0)
  })

  test('and comes back before that is recorded: asked again by itself, though Stripe repeats its old no', async () => {
    const note = await issueNote(desk, { priceAfter: 0 })
    await stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId })
    await stripe.plan({ kind: 'timeout_after', milliseconds: 20, ...asksForRefund })
    await trigger(note)
    const [elsewhere] = await stripe.refundsOf(desk.stripeAccountId)
    await stripe.act(`/refunds/${elsewhere?.id}/fail`, { failure_reason: 'declined' })
    await resolveNow(note)
    expect(await standing(note)).toMatchObject({
      refundStatus: 'failed',
      failureReason: 'charge_already_refunded',
      nextTryAt: expect.any(Date),
    })
  })

  test('says Stripe, whose list shows none that came back: nothing is tried in vain', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'refusal', code: 'charge_already_refunded', ...asksForRefund })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ failureReason: 'charge_already_refunded', nextTryAt: null })
  })

  test('by somebody else: failed, and it says which refund of which day', async () => {
    const note = await issueNote(desk, { priceAfter: 0 })
    for (const amount of [10_000, 20_000]) {
      await stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId, amount })
    }
    await trigger(note)
    const [refund] = await stripe.refundsOf(desk.stripeAccountId)
    const { refundStatus, failureReason, failureMessage } = await standing(note)
    expect({ refundStatus, failureReason }).toEqual({
      refundStatus: 'failed',
      failureReason: 'charge_already_refunded',
    })
    expect(failureMessage).toContain(refund?.id)
    expect(failureMessage).toContain(new Date((refund?.created ?? 0) * 1000).toISOString().slice(0, 10))
    expect(failureMessage).toContain('not made by Requite')
  })

  test('in part, by somebody else: failed, with what is left', async () => {
    const note = await issueNote(desk, { paid: 30_000, priceAfter: 0 })
    await stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId, amount: 10_000 })
    await trigger(note)
    const { refundStatus, failureReason, failureMessage } = await standing(note)
    expect({ refundStatus, failureReason }).toEqual({
      refundStatus: 'failed',
      failureReason: 'amount_exceeds_remaining',
    })
    expect(failureMessage).toMatch(/unrefunded amount on charge \(€200\.00\)/)
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
  })
})

test('a refund that merely bears the note’s id is not taken for its own: failed, and asked once', async () => {
  const note = await issueNote(desk, { priceAfter: 0 })
  await stripeClient().refunds.create(
    { payment_intent: note.paymentIntentId, amount: 10_000, metadata: { credit_note_id: note.creditNoteId } },
    { stripeAccount: desk.stripeAccountId },
  )
  await trigger(note)
  expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'amount_exceeds_remaining' })
})

describe('an answer that comes late', () => {
  test('never pulls back what the events have settled', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'delay_after', milliseconds: 400, ...asksForRefund })
    const answering = trigger(note)
    await expect.poll(async () => (await stripe.refundsOf(desk.stripeAccountId)).length).toBe(1)
    await deliverAll(stripe, desk)
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', attemptOpen: false })
    await answering
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded' })
    expect(await attemptsOf(note)).toMatchObject([{ state: 'accepted' }])
    expect(await emailsOf(note)).toEqual(['refund_completed'])
  })

  test('never revives what has failed meanwhile', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'delay_after', milliseconds: 400, ...asksForRefund })
    const answering = trigger(note)
    await expect.poll(async () => (await stripe.refundsOf(desk.stripeAccountId)).length).toBe(1)
    const [refund] = await stripe.refundsOf(desk.stripeAccountId)
    await stripe.act(`/refunds/${refund?.id}/fail`, { failure_reason: 'declined' })
    await deliverAll(stripe, desk)
    await answering
    expect(await standing(note)).toMatchObject({
      refundStatus: 'failed',
      failureReason: 'declined',
      attemptOpen: false,
    })
  })

  test('a person who pressed Retry hears before Stripe answers that it is in progress', async () => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await trigger(note)
    await stripe.plan({ kind: 'delay_after', milliseconds: 10_000, ...asksForRefund })
    expect(await retry(note)).toMatchObject({
      ok: true,
      creditNote: { refundStatus: 'pending', attemptOpen: true, failureReason: null },
    })
    expect((await asked()).at(-1)).toMatchObject({ status: null })
    await whenAnswered(note)
  })
})
