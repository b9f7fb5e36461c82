import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { disconnectDatabase } from '@/lib/db'
import { LEASE_SECONDS } from '@/lib/refunds/attempt-store'
import { retryRefund } from '@/lib/refunds/retry-refund'
import {
  attemptsOf,
  type Desk,
  emailsOf,
  expectPromisesKept,
  forgetJobs,
  issueNote,
  type Note,
  openDesk,
  resolveNow,
  standing,
  trigger,
  whenAnswered,
} from '../refunds/desk'
import { type StripeWorld, startStripe } from '../refunds/stripe-world'
import { startWire, type Wire } from './proxy'

// Stripe is well; the wire to it is not.
let stripe: StripeWorld
let wire: Wire
let desk: Desk

beforeAll(async () => {
  stripe = await startStripe()
  wire = await startWire(stripe.url)
  process.env.STRIPE_API_BASE = wire.through(stripe.url)
})
afterAll(async () => {
  await disconnectDatabase()
  await wire.close()
  await stripe.close()
})
beforeEach(async () => {
  await forgetJobs()
  desk = await openDesk(await stripe.openAccount())
})
afterEach(async () => {
  await wire.pass()
  await expectPromisesKept(stripe, desk)
})

function press(note: Note) {
  const { freelancerId, creditNoteId } = note
  return retryRefund({ freelancerId, creditNoteId, actor: 'freelancer' })
}

async function keysAsked(): Promise<(string | null)[]> {
  const calls = await stripe.callsFor(desk.stripeAccountId)
  return calls
    .filter(({ method, path }) => method === 'POST' && path === '/v1/refunds')
    .map(({ idempotencyKey }) => idempotencyKey)
}

async function expectPaidOnce(note: Note): Promise<void> {
  expect(await stripe.refundsOf(desk.stripeAccountId)).toMatchObject([{ amount: note.amount }])
  expect(await standing(note)).toMatchObject({ attemptOpen: false, failureReason: null })
  expect(new Set(await keysAsked()).size).toBe(1)
  expect(await emailsOf(note)).not.toContain('refund_failed')
}

test('an answer that is cut in the middle is unknown, not failed, and the refund it spoke of is found', async () => {
  const note = await issueNote(desk)
  wire.cutAnswersAfter(200)
  await trigger(note)
  expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true, failureReason: null })
  await wire.pass()
  await resolveNow(note)
  await expectPaidOnce(note)
})

test('nobody listens at Stripe’s address: nothing was sent, and the same key makes the refund once somebody does', async () => {
  const note = await issueNote(desk)
  await wire.refuse()
  await trigger(note)
  expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
  expect(await attemptsOf(note)).toMatchObject([{ state: 'unknown', code: 'api_connection_error' }])
  await wire.pass()
  await resolveNow(note)
  await expectPaidOnce(note)
})

test('an answer of one byte a second: the person hears meanwhile that it is in progress, the call ends at its deadline, one refund', async () => {
  const note = await issueNote(desk)
  wire.drip(1000)
  const pressed = performance.now()
  expect(await press(note)).toMatchObject({
    ok: true,
    creditNote: { refundStatus: 'pending', attemptOpen: true, failureReason: null },
  })
  expect(await attemptsOf(note)).toMatchObject([{ state: 'in_flight' }])
  // Bytes keep coming, so that only a deadline over the whole call can end it, before its lease does.
  const leaseLeft = LEASE_SECONDS * 1000 - (performance.now() - pressed)
  await expect.poll(() => attemptsOf(note), { timeout: leaseLeft }).toMatchObject([{ state: 'unknown' }])
  await wire.refuse()
  await wire.pass()
  await resolveNow(note)
  await whenAnswered(note)
  await expectPaidOnce(note)
}, 60_000)
