import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { db, disconnectDatabase } from '@/lib/db'
import { recordDispute } from '@/lib/deposits/confirm-deposit'
import { applyStripeRefund } from '@/lib/refunds/apply-stripe-refund'
import { stopAutomaticTries } from '@/lib/refunds/plan-tries'
import { retryRefund } from '@/lib/refunds/retry-refund'
import { sweepRefunds } from '@/lib/refunds/sweep-refunds'
import { stripe as stripeClient } from '@/lib/stripe/client'
import { readRefundsOfPayment } from '@/lib/stripe/read-refunds'
import { refundMetadata } from '@/lib/stripe/refund-news'
import { inTransaction } from '@/lib/transaction'
import {
  attemptsOf,
  type Desk,
  deliver,
  deliverAll,
  expectPromisesKept,
  forgetJobs,
  issueNote,
  openDesk,
  resolveNow,
  runJobs,
  standing,
  trigger,
} from './desk'
import { type StripeWorld, startStripe } from './stripe-world'

// What seeded simulation has found, each as the shortest story that shows it.

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

test('a try that may have paid on an account since taken away stays open, and says what it waits for', async () => {
  const note = await issueNote(desk)
  await stripe.plan({ method: 'POST', path: '/v1/refunds', kind: 'reset_after' })
  await trigger(note)
  await stripe.act(`/accounts/${desk.stripeAccountId}/deauthorize`)
  await resolveNow(note)
  expect(await standing(note)).toMatchObject({
    refundStatus: 'pending',
    attemptOpen: true,
    failureReason: 'account_invalid',
  })
  await stripe.act(`/accounts/${desk.stripeAccountId}/reconnect`)
  await resolveNow(note)
  expect(await standing(note)).toMatchObject({ attemptOpen: false, failureReason: null })
  expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
  expect(await attemptsOf(note)).toHaveLength(1)
})

test.each([
  ['lost', { failureReason: 'paid_by_chargeback', nextTryAt: null }],
  ['won', { failureReason: 'charge_disputed', nextTryAt: expect.any(Date) }],
] as const)(
  'a dispute that is %s before its refusal is recorded ends as if it had been heard of afterwards',
  async (verdict, end) => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await stripe.plan({ method: 'POST', path: '/v1/refunds', kind: 'refusal', code: 'charge_disputed' })
    const { disputes } = await stripe.ledger()
    const dispute = disputes.find(({ account }) => account === desk.stripeAccountId)
    await stripe.act(`/disputes/${dispute?.id}/${verdict}`)
    for (const webhook of await stripe.webhooksOf(desk.stripeAccountId, ['charge.dispute.closed']))
      await deliver(webhook)
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', ...end })
  },
)

test.each(['in order', 'the wrong way round'] as const)(
  'an account that was taken away and given back is connected, its news arriving %s',
  async (order) => {
    await stripe.act(`/accounts/${desk.stripeAccountId}/deauthorize`)
    await stripe.act(`/accounts/${desk.stripeAccountId}/reconnect`)
    const words = ['account.application.deauthorized', 'account.application.authorized']
    const told = await stripe.webhooksOf(desk.stripeAccountId, words)
    for (const webhook of order === 'in order' ? told : told.toReversed()) await deliver(webhook)
    const note = await issueNote(desk)
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
  },
)

test('an account that was given back is connected again though that webhook is lost', async () => {
  await stripe.act(`/accounts/${desk.stripeAccountId}/deauthorize`)
  for (const webhook of await stripe.webhooksOf(desk.stripeAccountId, ['account.application.deauthorized']))
    await deliver(webhook)
  await stripe.act(`/accounts/${desk.stripeAccountId}/reconnect`)
  await sweepRefunds()
  await runJobs()
  const after = await issueNote(desk)
  await trigger(after)
  expect(await standing(after)).toMatchObject({ refundStatus: 'requested' })
})

test('a refund that bounces is told as failed, though another attempt of its note is open', async () => {
  const note = await issueNote(desk)
  await stripe.plan({ method: 'POST', path: '/v1/refunds', kind: 'reset_before' })
  await trigger(note)
  expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
  // Made by an attempt that a restored backup has forgotten.
  const metadata = refundMetadata(note.creditNoteId, '00000000-0000-4000-8000-000000000001')
  const forgotten = await stripeClient().refunds.create(
    { payment_intent: note.paymentIntentId, amount: note.amount, metadata },
    { stripeAccount: desk.stripeAccountId },
  )
  await deliverAll(stripe, desk)
  expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', attemptOpen: true })
  await stripe.act(`/refunds/${forgotten.id}/fail`, { failure_reason: 'declined' })
  await deliverAll(stripe, desk)
  expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'declined', attemptOpen: true })
  await resolveNow(note)
  expect(await standing(note)).toMatchObject({ refundStatus: 'requested', attemptOpen: false })
})

test.each(['in order', 'the wrong way round'] as const)(
  'an inquiry that has grown into a chargeback is one, its news arriving %s',
  async (order) => {
    const note = await issueNote(desk)
    for (const status of ['warning_needs_response', 'needs_response'])
      await stripe.act(`/charges/${note.chargeId}/dispute`, { status })
    const told = await stripe.webhooksOf(desk.stripeAccountId, ['charge.dispute.created', 'charge.dispute.updated'])
    for (const webhook of order === 'in order' ? told : told.toReversed()) await deliver(webhook)
    expect(await standing(note)).toMatchObject({ disputeStatus: 'needs_response' })
  },
)

test.each([
  ['the inquiry first', ['warning_needs_response', 'needs_response']],
  ['the dispute first', ['needs_response', 'warning_needs_response']],
])('an inquiry and a dispute over one payment stand as the dispute, %s', async (_order, statuses) => {
  const note = await issueNote(desk)
  const { stripeAccountId, paymentIntentId, chargeId } = note
  for (const status of statuses) {
    const word = {
      stripeAccountId,
      paymentIntentId,
      chargeId,
      disputeId: `du_${status}`,
      status,
      amount: 30_000,
      currency: 'eur',
      toldAt: new Date(),
    }
    await inTransaction((tx) => recordDispute(tx, word))
  }
  const { disputeStatus } = await db().deposit.findUniqueOrThrow({ where: { id: note.depositId } })
  expect(disputeStatus).toBe('needs_response')
})

test.each(['the older first', 'the newer first'] as const)(
  'of two refunds of a note that failed the newer one names the reason, heard of with %s',
  async (order) => {
    const note = await issueNote(desk)
    await trigger(note)
    // Made by an attempt that a restored backup has forgotten.
    const metadata = refundMetadata(note.creditNoteId, '00000000-0000-4000-8000-000000000001')
    const forgotten = await stripeClient().refunds.create(
      { payment_intent: note.paymentIntentId, amount: note.amount, metadata },
      { stripeAccount: desk.stripeAccountId },
    )
    const { stripeRefundId } = await standing(note)
    await stripe.act(`/refunds/${stripeRefundId}/fail`, { failure_reason: 'declined' })
    await stripe.act(`/refunds/${forgotten.id}/fail`, { failure_reason: 'lost_or_stolen_card' })

    const listed = await readRefundsOfPayment(desk.stripeAccountId, note.paymentIntentId)
    if (!listed.ok) throw new Error('Stripe did not answer')
    // Stripe's own times are whole seconds, within which either may be the newer.
    const news = listed.value.map((one) => ({
      ...one,
      createdAt: new Date(one.stripeRefundId === forgotten.id ? '2026-06-15T12:00:01Z' : '2026-06-15T12:00:00Z'),
    }))
    const byAge = news.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
    for (const told of order === 'the older first' ? byAge : byAge.toReversed())
      await inTransaction((tx) => applyStripeRefund(tx, told, { actor: 'stripe' }))
    expect(await standing(note)).toMatchObject({
      refundStatus: 'failed',
      failureReason: 'lost_or_stolen_card',
      stripeRefundId: forgotten.id,
    })
  },
)

test('whoever presses Retry has ended the stop, also where no account is connected: once it is back the refund starts', async () => {
  const note = await issueNote(desk)
  await stripe.act(`/accounts/${desk.stripeAccountId}/deauthorize`)
  for (const told of await stripe.webhooksOf(desk.stripeAccountId, ['account.application.deauthorized']))
    await deliver(told)
  await trigger(note)
  expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'account_not_connected' })
  await stopAutomaticTries({ ...note, actor: 'freelancer' })
  await retryRefund({ ...note, actor: 'freelancer' })
  expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'account_not_connected' })

  await stripe.act(`/accounts/${desk.stripeAccountId}/reconnect`)
  for (const told of await stripe.webhooksOf(desk.stripeAccountId, ['account.application.authorized']))
    await deliver(told)
  await runJobs()
  expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
})
