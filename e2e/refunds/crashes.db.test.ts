import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { db, disconnectDatabase } from '@/lib/db'
import { resolveAttempt } from '@/lib/refunds/ask-stripe'
import { type OpenAttempt, renewLease, takeUpAttempt } from '@/lib/refunds/attempt-store'
import { sweepRefunds } from '@/lib/refunds/sweep-refunds'
import { beginRefund } from '@/lib/refunds/trigger-refund'
import { createRefund } from '@/lib/stripe/create-refund'
import { inTransaction } from '@/lib/transaction'
import {
  attemptsOf,
  type Desk,
  deliverAll,
  expectPromisesKept,
  forgetJobs,
  issueNote,
  letLeaseLapse,
  type Note,
  openDesk,
  pressRetry,
  runJobs,
  standing,
  trigger,
  waitingForLocks,
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
  desk = await openDesk(await stripe.openAccount())
})
afterEach(async () => {
  await stripe.forgetFaults()
  await expectPromisesKept(stripe, desk)
})

/** The claim commits, and then the process is gone. */
async function dieAfterClaim(note: Note): Promise<OpenAttempt> {
  const { freelancerId, creditNoteId } = note
  const begun = await beginRefund({ freelancerId, creditNoteId, cause: 'amendment_signed', actor: 'worker' })
  if (begun.kind !== 'claimed') throw new Error(`not claimed: ${begun.kind}`)
  return begun.attempt
}

/** Stripe has answered, and then the process is gone. */
async function dieAfterAnswer(note: Note): Promise<void> {
  const attempt = await dieAfterClaim(note)
  expect(await createRefund({ ...attempt, attemptId: attempt.id })).toMatchObject({ kind: 'accepted' })
}

async function asked() {
  const calls = await stripe.callsFor(desk.stripeAccountId)
  return calls.filter(({ method, path }) => method === 'POST' && path === '/v1/refunds')
}

test('whoever was so slow that somebody else has taken up the attempt does not ask any more; the other does', async () => {
  const note = await issueNote(desk)
  const slow = await dieAfterClaim(note)
  expect(await renewLease(slow)).toBe(true)
  await letLeaseLapse(note)
  const other = await takeUpAttempt(slow.id)
  if (!other) throw new Error('a lapsed attempt may be taken up')
  expect(await renewLease(slow)).toBe(false)
  expect(await renewLease(other)).toBe(true)
  await letLeaseLapse(note)
  await resolveAttempt(slow.id)
  expect(await renewLease(other)).toBe(false)
})

test('an attempt that somebody else takes up while its refunds are still being read is asked for by that other alone', async () => {
  const note = await issueNote(desk)
  const { id } = await dieAfterClaim(note)
  await letLeaseLapse(note)
  let reading: Promise<unknown> = Promise.resolve()
  await inTransaction(async (tx) => {
    // What was read is booked while the note is held: until then nobody has asked.
    await tx.$queryRaw`SELECT FROM credit_notes WHERE id = ${note.creditNoteId}::uuid FOR UPDATE`
    reading = resolveAttempt(id)
    await expect.poll(waitingForLocks).toBe(1)
    await letLeaseLapse(note)
    expect(await takeUpAttempt(id)).toMatchObject({ uncertain: true })
  })
  await reading
  expect(await asked()).toHaveLength(0)
  await letLeaseLapse(note)
  await resolveAttempt(id)
  expect(await asked()).toHaveLength(1)
})

describe('killed after the claim, before the call', () => {
  test('the sweep makes exactly one refund, with the key that was claimed', async () => {
    const note = await issueNote(desk)
    const { idempotencyKey } = await dieAfterClaim(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
    expect(await asked()).toEqual([])

    await letLeaseLapse(note)
    await sweepRefunds()
    await sweepRefunds()
    expect((await asked()).map((call) => call.idempotencyKey)).toEqual([idempotencyKey])
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested', attemptOpen: false })
  })

  test('its own job resolves it, without any sweep', async () => {
    const note = await issueNote(desk)
    await forgetJobs()
    await dieAfterClaim(note)
    await letLeaseLapse(note)
    await runJobs()
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
  })

  test('nobody takes it up before its lease has run out: whoever claimed may be alive', async () => {
    const note = await issueNote(desk)
    const { id } = await dieAfterClaim(note)
    await sweepRefunds()
    await resolveAttempt(id)
    expect(await asked()).toEqual([])
  })

  test('ten processes that sweep at once ask once', async () => {
    const note = await issueNote(desk)
    const { id } = await dieAfterClaim(note)
    await letLeaseLapse(note)
    await Promise.all(Array.from({ length: 10 }, () => resolveAttempt(id)))
    expect(await asked()).toHaveLength(1)
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
  })

  test('leases run on the database’s clock: a process whose own clock is an hour ahead takes nothing up early', async () => {
    const note = await issueNote(desk)
    const { id } = await dieAfterClaim(note)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
    await sweepRefunds()
    await resolveAttempt(id)
    vi.useRealTimers()
    expect(await asked()).toEqual([])
  })
})

describe('killed after Stripe’s answer, before the record', () => {
  test('the sweep adopts the refund', async () => {
    const note = await issueNote(desk)
    await dieAfterAnswer(note)
    await letLeaseLapse(note)
    await sweepRefunds()
    const refunds = await stripe.refundsOf(desk.stripeAccountId)
    expect(refunds).toHaveLength(1)
    expect(await attemptsOf(note)).toMatchObject([{ state: 'accepted', stripeRefundId: refunds[0]?.id }])
  })

  test('the webhook adopts it, and the sweep finds nothing left to do', async () => {
    const note = await issueNote(desk)
    await dieAfterAnswer(note)
    await deliverAll(stripe, desk)
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', attemptOpen: false })
    const before = await asked()
    await letLeaseLapse(note)
    await sweepRefunds()
    expect(await asked()).toEqual(before)
  })

  test('a day later, the key forgotten: still one refund', async () => {
    const note = await issueNote(desk)
    await dieAfterAnswer(note)
    await stripe.act('/idempotency-keys/forget')
    await letLeaseLapse(note)
    await sweepRefunds()
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
    expect(await standing(note)).toMatchObject({ attemptOpen: false })
  })

  test('Stripe out of reach meanwhile: found as soon as it is back', async () => {
    const note = await issueNote(desk)
    await dieAfterAnswer(note)
    await stripe.plan({ kind: 'reset_before', times: 3, account: desk.stripeAccountId })
    for (let sweep = 0; sweep < 4; sweep++) {
      await letLeaseLapse(note)
      await sweepRefunds()
    }
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
    expect(await standing(note)).toMatchObject({ attemptOpen: false })
  })
})

test('killed before the claim: nothing has changed, and a later click works', async () => {
  const note = await issueNote(desk)
  expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attempts: 0 })
  expect(await pressRetry(note)).toMatchObject({ refundStatus: 'requested' })
})

test('killed before the claim, and nobody clicks: the sweep begins the refund', async () => {
  const note = await issueNote(desk)
  await forgetJobs()
  await sweepRefunds()
  expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attempts: 0 })
  await twoMinutesLater(note)
  await sweepRefunds()
  expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
  expect(await attemptsOf(note)).toMatchObject([{ cause: 'automatic' }])
})

/** The document's date is guarded, so the guard looks away for a moment. */
async function twoMinutesLater(note: Note): Promise<void> {
  await db().$executeRaw`ALTER TABLE credit_notes DISABLE TRIGGER guard_credit_note`
  await db().$executeRaw`
    UPDATE credit_notes SET issued_at = now() - interval '2 minutes' WHERE id = ${note.creditNoteId}::uuid`
  await db().$executeRaw`ALTER TABLE credit_notes ENABLE TRIGGER guard_credit_note`
  await db().$executeRaw`
    UPDATE deposits SET confirmed_at = now() - interval '2 minutes' WHERE id = ${note.depositId}::uuid`
}

test('the database refuses to record the answer: nothing is lost, the next look adopts the refund', async () => {
  const note = await issueNote(desk)
  await db().$executeRawUnsafe(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'; END $$`)
  await db().$executeRaw`CREATE TRIGGER fail BEFORE INSERT ON stripe_refunds FOR EACH ROW EXECUTE FUNCTION fail()`
  await trigger(note)
  await db().$executeRaw`DROP TRIGGER fail ON stripe_refunds`
  expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })

  await letLeaseLapse(note)
  await sweepRefunds()
  expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
  expect(await standing(note)).toMatchObject({ attemptOpen: false, failureReason: null })
})
