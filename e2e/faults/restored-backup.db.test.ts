import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { db, disconnectDatabase } from '@/lib/db'
import { sweepRefunds } from '@/lib/refunds/sweep-refunds'
import { claimUnreadAccount, writeEventCursor } from '@/lib/stripe/event-cursor-store'
import { remembersAccount } from '@/lib/stripe/fetch-missed-events'
import { inTransaction } from '@/lib/transaction'
import {
  attemptsOf,
  type Desk,
  deliverAll,
  emailsOf,
  forgetJobs,
  issueNote,
  letLeaseLapse,
  type Note,
  openDesk,
  pressRetry,
  resolveNow,
  runJobs,
  standing,
  trigger,
} from '../refunds/desk'
import { type StripeWorld, startStripe } from '../refunds/stripe-world'
import { createDatabase, dropDatabase } from '../world/postgres'

let stripe: StripeWorld
let desk: Desk
let backup: string | null = null

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
  if (backup) await dropDatabase(inject('postgresAdminUrl'), backup)
  backup = null
})

const live = new URL(String(process.env.DATABASE_URL)).pathname.slice(1)

async function backUp(): Promise<void> {
  backup = `${live}_backup`
  await disconnectDatabase()
  await createDatabase(inject('postgresAdminUrl'), backup, { template: live })
}

/** All that the product has learnt since the backup is gone; Stripe knows it still. */
async function restore(): Promise<void> {
  await disconnectDatabase()
  await dropDatabase(inject('postgresAdminUrl'), live)
  await createDatabase(inject('postgresAdminUrl'), live, { template: String(backup) })
}

/** What the worker does in the time after a restart. */
async function workOn(): Promise<void> {
  for (let sweep = 0; sweep < 3; sweep++) {
    await db().$executeRaw`UPDATE event_cursors SET read_at = read_at - interval '1 hour'`
    await sweepRefunds()
    await runJobs()
  }
}

async function expectOneRefund(note: Note): Promise<void> {
  const refunds = await stripe.refundsOf(desk.stripeAccountId)
  expect(refunds).toHaveLength(1)
  expect(await standing(note)).toMatchObject({
    refundStatus: 'succeeded',
    stripeRefundId: refunds[0]?.id,
    attemptOpen: false,
  })
  expect((await emailsOf(note)).filter((moment) => moment === 'refund_completed')).toHaveLength(1)
  // Stripe's list of events reaches back: the gap is closed once, and a second look finds nothing new.
  expect(await sweepRefunds()).toMatchObject({ eventsMissed: 0 })
}

test('a refund made after the backup is found in Stripe’s events, and not made again', async () => {
  const note = await issueNote(desk)
  await forgetJobs()
  await backUp()
  await trigger(note)
  await deliverAll(stripe, desk)
  expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded' })
  await restore()
  expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attempts: 0 })
  await workOn()
  await expectOneRefund(note)
})

test('the restored queue asks for a refund that was made after the backup: adopted, nobody is told that it failed', async () => {
  const note = await issueNote(desk)
  await backUp()
  await trigger(note)
  await restore()
  await runJobs()
  await workOn()
  await expectOneRefund(note)
  expect(await emailsOf(note)).not.toContain('refund_failed')
})

test('Retry pressed before anybody has looked at the gap: adopted, not paid twice', async () => {
  const note = await issueNote(desk, { priceAfter: 25_000 })
  await stripe.plan({ kind: 'refusal', code: 'charge_disputed', method: 'POST', path: '/v1/refunds' })
  await trigger(note)
  await backUp()
  await pressRetry(note)
  expect(await standing(note)).toMatchObject({ refundStatus: 'requested', attempts: 2 })
  await restore()
  await pressRetry(note)
  await workOn()
  await expectOneRefund(note)
})

test('an attempt that was open in the backup is resolved as what it became', async () => {
  const note = await issueNote(desk)
  await stripe.plan({ kind: 'timeout_before', milliseconds: 20, method: 'POST', path: '/v1/refunds' })
  await trigger(note)
  expect(await attemptsOf(note)).toMatchObject([{ state: 'unknown' }])
  await backUp()
  await resolveNow(note)
  expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
  await restore()
  await letLeaseLapse(note)
  await workOn()
  await expectOneRefund(note)
  expect(await attemptsOf(note)).toMatchObject([{ state: 'accepted' }])
})

/** A first attempt whose key Stripe kept nothing under, and a second one that paid: all of it after the backup. */
async function payByASecondAttempt(note: Note): Promise<void> {
  await stripe.plan({ kind: 'rate_limit', method: 'POST', path: '/v1/refunds', shouldRetry: false })
  await trigger(note)
  await pressRetry(note)
  expect(await standing(note)).toMatchObject({ refundStatus: 'requested', attempts: 2 })
}

test('the first attempt’s key is free at Stripe, the second one paid: Retry looks before it asks, and adopts', async () => {
  const note = await issueNote(desk)
  await forgetJobs()
  await backUp()
  await payByASecondAttempt(note)
  await restore()
  expect(await pressRetry(note)).toMatchObject({ refundStatus: 'succeeded' })
  await workOn()
  await expectOneRefund(note)
  expect(await attemptsOf(note)).toMatchObject([{ state: 'refused' }])
})

test('Stripe can’t be looked at after the restore: nothing is asked until it can, and the gap’s news is believed meanwhile', async () => {
  const note = await issueNote(desk)
  await forgetJobs()
  await backUp()
  await payByASecondAttempt(note)
  await restore()
  await stripe.plan({ kind: 'unavailable', method: 'GET', path: '/v1/refunds' })
  await trigger(note)
  expect(await attemptsOf(note)).toMatchObject([{ state: 'unknown' }])
  await deliverAll(stripe, desk)
  await resolveNow(note)
  await workOn()
  await expectOneRefund(note)
  expect(await attemptsOf(note)).toMatchObject([{ state: 'refused' }])
})

test('a refund made by hand after the backup holds back the one that the restored queue would make', async () => {
  const note = await issueNote(desk)
  await backUp()
  await stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId, amount: note.amount })
  await restore()
  await runJobs()
  expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
  expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'refunded_elsewhere' })
})

test('once the gap is read, a refund costs Stripe one call again', async () => {
  const note = await issueNote(desk)
  await forgetJobs()
  await sweepRefunds()
  await runJobs()
  const before = (await stripe.callsFor(desk.stripeAccountId)).length
  await trigger(note)
  const calls = (await stripe.callsFor(desk.stripeAccountId)).slice(before)
  expect(calls).toMatchObject([{ method: 'POST', path: '/v1/refunds' }])
})

describe('an account is not remembered', () => {
  test('when its rows were put back into the database that is running', async () => {
    expect(await remembersAccount(desk.stripeAccountId)).toBe(true)
    await inTransaction(async (tx) => {
      await tx.$executeRaw`CREATE TEMPORARY TABLE dumped ON COMMIT DROP AS SELECT * FROM event_cursors`
      await tx.$executeRaw`TRUNCATE event_cursors`
      await tx.$executeRaw`INSERT INTO event_cursors SELECT * FROM dumped`
    })
    expect(await remembersAccount(desk.stripeAccountId)).toBe(false)
  })

  test('when its list was being read while the backup came back: the reading says nothing of the gap', async () => {
    await backUp()
    await db().$executeRaw`
      UPDATE event_cursors SET read_at = 'epoch', tried_in = NULL WHERE stripe_account_id = ${desk.stripeAccountId}`
    const reading = await claimUnreadAccount(0)
    if (reading?.stripeAccountId !== desk.stripeAccountId) throw new Error('the longest unread comes first')
    await restore()
    await writeEventCursor(reading)
    expect(await remembersAccount(desk.stripeAccountId)).toBe(false)
  })
})
