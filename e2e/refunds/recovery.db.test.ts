import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { db, disconnectDatabase } from '@/lib/db'
import { adoptRefund } from '@/lib/refunds/adopt-refund'
import { applyStripeRefund } from '@/lib/refunds/apply-stripe-refund'
import { findRefundsShortOfBalance } from '@/lib/refunds/automatic-tries-store'
import { lookingAfter } from '@/lib/refunds/looking-after'
import { markRefunded } from '@/lib/refunds/mark-refunded'
import { stopAutomaticTries, wakeRefund } from '@/lib/refunds/plan-tries'
import { readStripe } from '@/lib/refunds/refresh-refund'
import { retryRefund } from '@/lib/refunds/retry-refund'
import { sweepRefunds } from '@/lib/refunds/sweep-refunds'
import { tellForeignRefund } from '@/lib/refunds/tell-foreign-refund'
import { triggerStripeRefund } from '@/lib/refunds/trigger-refund'
import { inTransaction, type Transaction } from '@/lib/transaction'
import {
  amendAgain,
  attemptsOf,
  type Desk,
  deliver,
  deliverAll,
  emailsOf,
  expectPromisesKept,
  forgetJobs,
  issueNote,
  type Note,
  openDesk,
  pressRetry,
  resolveNow,
  runJobs,
  sign,
  standing,
  timelineOf,
  trigger,
  waitingForLocks,
} from './desk'
import { REFUND_EVENTS, type StripeWorld, startStripe } from './stripe-world'

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

const refusedOnce = { method: 'POST', path: '/v1/refunds', kind: 'error_before' } as const

async function askedTimes(): Promise<number> {
  const calls = await stripe.callsFor(desk.stripeAccountId)
  return calls.filter(({ method, path }) => method === 'POST' && path === '/v1/refunds').length
}

/** Time passes until the planned try is due. */
async function letNextTryCome(note: Note): Promise<void> {
  await db().$executeRaw`UPDATE credit_notes SET next_try_at = now() WHERE id = ${note.creditNoteId}::uuid`
}

/** Since attempts were begun. */
async function letTenMinutesPass(): Promise<void> {
  await inTransaction(async (tx) => {
    // Nobody but a test may write that into an attempt.
    await tx.$executeRaw`SET LOCAL session_replication_role = replica`
    await tx.$executeRaw`UPDATE refund_attempts SET started_at = started_at - interval '11 minutes'`
  })
}

describe('a refusal that passes is asked again by itself', () => {
  test('the next try is planned, told, and made with a new key', async () => {
    const note = await issueNote(desk)
    await stripe.plan(refusedOnce)
    await trigger(note)
    const failed = await standing(note)
    expect(failed).toMatchObject({ refundStatus: 'failed', failureReason: 'api_error', automaticTries: 0 })
    expect(failed.nextTryAt?.getTime()).toBeGreaterThan(Date.now() + 60_000)

    await letNextTryCome(note)
    await sweepRefunds()
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested', nextTryAt: null, automaticTries: 1 })
    const keys = (await attemptsOf(note)).map(({ idempotencyKey }) => idempotencyKey)
    expect(new Set(keys).size).toBe(2)
  })

  test('a job that comes early, late or twice asks no more often than planned', async () => {
    const note = await issueNote(desk)
    await stripe.plan(refusedOnce)
    await trigger(note)
    await runJobs()
    expect(await askedTimes()).toBe(1)
  })

  test('the budget ends; then a person is needed, and starts it afresh', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ ...refusedOnce, times: 8 })
    await trigger(note)
    for (let tries = 0; tries < 6; tries++) {
      await letNextTryCome(note)
      await sweepRefunds()
      await db().$executeRaw`UPDATE stripe_breaker SET failures = 0, open_until = NULL`
    }
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', automaticTries: 6, nextTryAt: null })
    const retried = await pressRetry(note)
    expect(retried).toMatchObject({ refundStatus: 'failed', automaticTries: 0 })
    expect(retried.nextTryAt).not.toBeNull()
    // Told when it failed, and when it began to wait for a person; not at each try between.
    expect(await emailsOf(note)).toEqual(['refund_failed', 'refund_tries_ended'])
  })

  test('a try that ends in what does not pass is told at once: nobody waits for the next', async () => {
    const note = await issueNote(desk)
    await stripe.plan(refusedOnce)
    await trigger(note)
    expect(await emailsOf(note)).toEqual(['refund_failed'])
    await stripe.plan({ ...refusedOnce, kind: 'refusal', code: 'charge_disputed' })
    await letNextTryCome(note)
    await sweepRefunds()
    expect(await standing(note)).toMatchObject({ failureReason: 'charge_disputed', nextTryAt: null })
    expect(await emailsOf(note)).toEqual(['refund_failed', 'refund_tries_ended'])
    // Whoever presses Retry sees its answer.
    await stripe.plan({ ...refusedOnce, kind: 'refusal', code: 'charge_disputed' })
    await pressRetry(note)
    expect(await emailsOf(note)).toEqual(['refund_failed', 'refund_tries_ended'])
  })

  test('each time that the tries end is told: what was topped up as told may be refused for another reason', async () => {
    const note = await issueNote(desk)
    await stripe.plan(refusedOnce)
    await trigger(note)
    for (const code of ['balance_insufficient', 'charge_disputed']) {
      await stripe.plan({ ...refusedOnce, kind: 'refusal', code })
      await inTransaction((tx) => wakeRefund(tx, note, 'balance_topped_up'))
      await letNextTryCome(note)
      await sweepRefunds()
      expect(await standing(note)).toMatchObject({ failureReason: code, nextTryAt: null })
    }
    expect(await emailsOf(note)).toEqual(['refund_failed', 'refund_tries_ended', 'refund_tries_ended'])
  })

  test('what Requite goes on after by itself is told once, however often it is refused again for it', async () => {
    const note = await issueNote(desk)
    await stripe.plan(refusedOnce)
    await trigger(note)
    for (let again = 0; again < 6; again++) {
      await stripe.plan({ ...refusedOnce, kind: 'refusal', code: 'balance_insufficient' })
      await inTransaction((tx) => wakeRefund(tx, note, 'balance_topped_up'))
      await letNextTryCome(note)
      await sweepRefunds()
    }
    // The last of the six is the end of its own tries.
    expect(await standing(note)).toMatchObject({ automaticTries: 6, nextTryAt: null })
    expect(await emailsOf(note)).toEqual(['refund_failed', 'refund_tries_ended', 'refund_tries_ended'])
  })

  test.each(['no dispute was decided', 'a dispute was lost for a part'])(
    'a Retry whose answer came too late to be seen is told when Stripe has refused it, where %s',
    async (which) => {
      const note = await issueNote(desk)
      await stripe.plan({ ...refusedOnce, kind: 'refusal', code: 'charge_disputed' })
      await trigger(note)
      const lost = which !== 'no dispute was decided'
      if (lost)
        await db().$executeRaw`
        UPDATE deposits SET dispute_id = 'du_1', dispute_status = 'lost', dispute_amount = 500, dispute_currency = 'eur',
          dispute_closed_at = now() WHERE id = ${note.depositId}::uuid`
      // What a Retry that is refused at once has told already.
      await stripe.plan({ ...refusedOnce, kind: 'refusal', code: 'charge_disputed' })
      await pressRetry(note)
      const told = await emailsOf(note)
      await stripe.plan({ ...refusedOnce, kind: 'timeout_before', milliseconds: 20 })
      await retryRefund({ ...note, actor: 'freelancer' })
      await stripe.plan({ ...refusedOnce, kind: 'refusal', code: 'charge_disputed' })
      await expect.poll(async () => (await attemptsOf(note)).at(-1)?.state).toBe('unknown')
      await resolveNow(note)
      const failureReason = lost ? 'partly_paid_by_chargeback' : 'charge_disputed'
      expect(await standing(note)).toMatchObject({ failureReason, attemptOpen: false })
      expect(await emailsOf(note)).toEqual([...told, 'refund_failed'])
    },
  )

  test('a planned try that ends before Stripe is asked is told as well', async () => {
    const note = await issueNote(desk)
    await stripe.plan(refusedOnce)
    await trigger(note)
    await db().$executeRaw`
      UPDATE connected_accounts SET disconnected_at = now() WHERE stripe_account_id = ${desk.stripeAccountId}`
    await letNextTryCome(note)
    await sweepRefunds()
    expect(await standing(note)).toMatchObject({ failureReason: 'account_not_connected', automaticTries: 1 })
    expect(await emailsOf(note)).toEqual(['refund_failed', 'refund_tries_ended'])
  })

  test('a first attempt is no further try, though the sweep begins it', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ ...refusedOnce, kind: 'refusal', code: 'charge_disputed' })
    await triggerStripeRefund({ ...note, cause: 'automatic', actor: 'worker' })
    expect(await standing(note)).toMatchObject({ failureReason: 'charge_disputed', automaticTries: 0 })
    expect(await emailsOf(note)).toEqual(['refund_failed'])
  })

  test('the freelancer can stop it', async () => {
    const note = await issueNote(desk)
    await stripe.plan(refusedOnce)
    await trigger(note)
    expect(await stopAutomaticTries({ ...note, actor: 'freelancer' })).toBe(true)
    await runJobs()
    await sweepRefunds()
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', nextTryAt: null })
    expect(await askedTimes()).toBe(1)
  })

  test('stopped stays stopped, whatever heals, until a person asks', async () => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await trigger(note)
    await stopAutomaticTries({ ...note, actor: 'freelancer' })
    const [dispute] = await disputesOf()
    await stripe.act(`/disputes/${dispute}/won`)
    for (const webhook of await stripe.webhooksOf(desk.stripeAccountId, ['charge.dispute.closed']))
      await deliver(webhook)
    await runJobs()
    await sweepRefunds()
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', nextTryAt: null })
    expect(await askedTimes()).toBe(1)
    expect(await pressRetry(note)).toMatchObject({ refundStatus: 'requested' })
  })

  test('a refusal that does not pass is left to a person', async () => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ failureReason: 'charge_disputed', nextTryAt: null })
  })
})

describe('what a refund waited for starts it when it comes about', () => {
  test('a dispute that is won', async () => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await trigger(note)
    const [dispute] = await disputesOf()
    await stripe.act(`/disputes/${dispute}/won`)
    for (const webhook of await stripe.webhooksOf(desk.stripeAccountId, ['charge.dispute.closed']))
      await deliver(webhook)
    await runJobs()
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
  })

  test('a dispute that is lost is told as what it is: the client has the money', async () => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await trigger(note)
    const [dispute] = await disputesOf()
    await stripe.act(`/disputes/${dispute}/lost`)
    for (const webhook of await stripe.webhooksOf(desk.stripeAccountId, ['charge.dispute.closed']))
      await deliver(webhook)
    await runJobs()
    expect(await standing(note)).toMatchObject({
      refundStatus: 'failed',
      failureReason: 'paid_by_chargeback',
      nextTryAt: null,
    })
  })

  test('a lost dispute is settled as repaid by chargeback, with its number and its day at hand', async () => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await trigger(note)
    const [dispute] = await disputesOf()
    await stripe.act(`/disputes/${dispute}/lost`)
    for (const webhook of (await stripe.webhooksOf(desk.stripeAccountId, DISPUTE_EVENTS)).toReversed())
      await deliver(webhook)
    const lost = await standing(note)
    const [closed] = (await stripe.allEvents()).filter(
      ({ account, type }) => account === desk.stripeAccountId && type === 'charge.dispute.closed',
    )
    expect((await timelineOf(note)).at(-1)).toMatchObject({ kind: 'dispute_lost', toStatus: 'failed' })
    expect(lost).toMatchObject({ disputeId: dispute, disputeClosedAt: new Date(1000 * (closed?.created ?? 0)) })

    const refundedOn = new Date('2026-03-14T00:00:00Z')
    expect(await markRefunded({ ...note, actor: 'freelancer', reference: dispute ?? '', refundedOn })).toMatchObject({
      ok: true,
    })
    expect(await standing(note)).toMatchObject({
      refundStatus: 'manual',
      manual: { method: 'chargeback', reference: dispute, refundedOn },
      paidTwiceAt: null,
    })
    // Told when the dispute blocked it, and when that was lost.
    expect((await emailsOf(note)).toSorted()).toEqual(['refund_completed_manually', 'refund_failed', 'refund_failed'])
  })

  test('what no lost dispute has paid cannot be marked as paid by chargeback', async () => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await trigger(note)
    const mark = { ...note, actor: 'api_key', reference: 'du_1', refundedOn: new Date('2026-03-14T00:00:00Z') } as const
    expect(await markRefunded({ ...mark, method: 'chargeback' })).toMatchObject({ reason: 'method_not_possible' })
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'charge_disputed' })
    expect(await markRefunded(mark)).toMatchObject({ ok: true, creditNote: { manual: { method: 'sepa' } } })
  })

  test('an account that is connected again', async () => {
    const note = await issueNote(desk)
    await stripe.act(`/accounts/${desk.stripeAccountId}/deauthorize`)
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'account_invalid' })
    await stripe.act(`/accounts/${desk.stripeAccountId}/reconnect`)
    const told = await stripe.webhooksOf(desk.stripeAccountId, ['account.application.authorized'])
    for (const webhook of told) await deliver(webhook)
    await runJobs()
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
  })
})

describe('Stripe down', () => {
  test('opens the breaker: what Requite does by itself waits, what a person asks for does not', async () => {
    const notes = [await issueNote(desk), await issueNote(desk), await issueNote(desk), await issueNote(desk)]
    await stripe.plan({ method: 'POST', path: '/v1/refunds', kind: 'rate_limit', times: 12 })
    for (const note of notes) await trigger(note)
    for (const note of notes) await resolveNow(note)
    for (const note of notes.slice(0, 2)) await resolveNow(note)
    const before = await askedTimes()
    await db().$executeRaw`UPDATE refund_attempts SET lease_until = now() WHERE finished_at IS NULL`
    await sweepRefunds()
    await runJobs()
    expect(await askedTimes()).toBe(before)

    const another = await issueNote(desk)
    await stripe.forgetFaults()
    expect(await pressRetry(another)).toMatchObject({ refundStatus: 'requested' })
    // The answer has closed it.
    await sweepRefunds()
    for (const note of notes) expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
  })
})

test('what a sweep puts right is told to the freelancer whose refund it was, and to nobody else', async () => {
  const other = await openDesk(await stripe.openAccount())
  const note = await issueNote(desk)
  await forgetJobs()
  await sweepRefunds()
  await runJobs()
  await stripe.plan({ kind: 'timeout_after', milliseconds: 20, method: 'POST', path: '/v1/refunds' })
  await trigger(note)
  await db().$executeRaw`UPDATE refund_attempts SET lease_until = now() WHERE finished_at IS NULL`
  await sweepRefunds()

  const told = async ({ freelancerId, stripeAccountId }: Desk) => lookingAfter(freelancerId, stripeAccountId)
  const care = await told(desk)
  expect(care.lastSweepAt?.getTime()).toBeGreaterThan(Date.now() - 60_000)
  expect(care.eventsReadAt?.getTime()).toBeGreaterThan(Date.now() - 60_000)
  expect(care.findings).toMatchObject([
    { kind: 'attempt_resolved', creditNote: { id: note.creditNoteId } },
    { kind: 'events_missed', creditNote: null },
  ])
  expect((await told(other)).findings).toEqual([])

  // A look that finds nothing out of order is not worth telling.
  await sweepRefunds()
  expect((await told(desk)).findings).toHaveLength(2)
})

test('a balance that is high enough and a refusal all the same do not chase each other for ever', async () => {
  const note = await issueNote(desk)
  await stripe.plan({ kind: 'refusal', code: 'balance_insufficient', times: 30, method: 'POST', path: '/v1/refunds' })
  await trigger(note)
  for (let sweep = 0; sweep < 10; sweep++) {
    await letTenMinutesPass()
    await sweepRefunds()
    await sweepRefunds()
  }
  expect(await askedTimes()).toBe(1 + 6)
  expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'balance_insufficient' })
})

test('a refund that waits for money in vain keeps no other, of whomever, from having its balance read', async () => {
  const other = await openDesk(await stripe.openAccount())
  const notes = [await issueNote(desk), await issueNote(desk), await issueNote(other)]
  await stripe.plan({ kind: 'refusal', code: 'balance_insufficient', times: 3, method: 'POST', path: '/v1/refunds' })
  for (const note of notes) await trigger(note)
  await db().$executeRaw`UPDATE credit_notes SET next_try_at = NULL WHERE refund_status = 'failed'`
  await letTenMinutesPass()
  const short = (limit: number) => findRefundsShortOfBalance(['balance_insufficient'], 6, limit)
  const lookedAt = new Set<string>()
  // Fewer places than those that wait; a hundred turns pass over nobody.
  for (let turn = 0; turn < 100; turn++) for (const { creditNoteId } of await short(1)) lookedAt.add(creditNoteId)
  expect(lookedAt).toEqual(new Set(notes.map(({ creditNoteId }) => creditNoteId)))
  // However many one account has, another's has its place.
  for (let turn = 0; turn < 30; turn++) {
    const accounts = (await short(2)).map(({ stripeAccountId }) => stripeAccountId)
    expect(accounts.toSorted()).toEqual([desk.stripeAccountId, other.stripeAccountId].toSorted())
  }
})

describe('events that never arrived', () => {
  test('are fetched from Stripe’s list and applied as any webhook', async () => {
    const note = await issueNote(desk, { confirmed: false })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending', failureReason: 'charge_not_confirmed' })
    await sweepRefunds()
    await runJobs()
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested', depositConfirmed: true })
    await db().$executeRaw`
      UPDATE event_cursors SET read_at = now() - interval '1 hour' WHERE stripe_account_id = ${desk.stripeAccountId}`
    const counts = await sweepRefunds()
    expect(counts.eventsMissed).toBeGreaterThan(0)
    await runJobs()
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded' })
    expect(await emailsOf(note)).toEqual(['refund_completed'])
  })

  test('and arriving after all they change nothing', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    await sweepRefunds()
    await runJobs()
    await deliverAll(stripe, desk)
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded' })
    expect(await emailsOf(note)).toEqual(['refund_completed'])
    expect(
      await db().stripeEvent.count({
        where: { stripeAccountId: desk.stripeAccountId, type: { in: [...REFUND_EVENTS] } },
      }),
    ).toBe((await stripe.webhooksOf(desk.stripeAccountId)).length)
  })
})

describe('a refund made in Stripe’s Dashboard', () => {
  /** Somebody sends back what the note announces, less so much. */
  async function refundedByHand(less = 0): Promise<Note> {
    const note = await issueNote(desk)
    const amount = note.amount - less
    await stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId, amount })
    await deliverAll(stripe, desk)
    return note
  }

  test('of the same amount is offered, and adopted it is the note’s own', async () => {
    const note = await refundedByHand()
    const { foreignRefund } = await standing(note)
    expect(foreignRefund).not.toBeNull()
    const stripeRefundId = foreignRefund?.stripeRefundId ?? ''
    expect(await adoptRefund({ ...note, stripeRefundId, actor: 'freelancer' })).toMatchObject({ ok: true })
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', stripeRefundId, foreignRefund: null })
    await trigger(note)
    expect(await askedTimes()).toBe(0)
    expect(await emailsOf(note)).toEqual(['refund_completed'])
  })

  test('keeps Requite from refunding the same money a second time by itself', async () => {
    const note = await refundedByHand()
    await trigger(note)
    await sweepRefunds()
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'refunded_elsewhere' })
    expect(await askedTimes()).toBe(0)
  })

  test('is told once on the notes that could still be refunded, again when it fails, and on no other', async () => {
    const note = await issueNote(desk)
    const [sent, later] = [await amendAgain(note, 5_000), await issueNote(desk)]
    const paid = { ...note, creditNoteId: (await sign(desk, sent)).id }
    await trigger(paid)
    await forgetJobs()
    await stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId, amount: 1_234 })
    const told = async (of: Note) =>
      (await timelineOf(of)).filter(({ kind }) => kind === 'foreign_refund').map(({ detail }) => detail)
    const heard = await hearNotices(async () => {
      for (let again = 0; again < 2; again++) {
        await deliverAll(stripe, desk)
        await readStripe(note)
        await runJobs()
      }
    })
    const byHand = (await stripe.refundsOf(desk.stripeAccountId)).find(({ amount }) => amount === 1_234)
    const facts = { stripeRefundId: byHand?.id, amount: '1234', currency: 'eur' }
    expect(await told(note)).toEqual([{ ...facts, status: 'succeeded' }])
    expect([await told(paid), await told(later)]).toEqual([[], []])
    expect(heard).toContain(note.creditNoteId)

    await stripe.act(`/refunds/${byHand?.id}/fail`, { failure_reason: 'declined' })
    await deliverAll(stripe, desk)
    await runJobs()
    await tellForeignRefund(byHand?.id ?? '', { actor: 'stripe' })
    expect((await told(note)).map(({ status }) => status)).toEqual(['succeeded', 'failed'])
  })

  test('never goes back to an earlier state when both are heard of for the first time at once', async () => {
    const news = {
      stripeRefundId: `re_${randomUUID().replaceAll('-', '')}`,
      stripeAccountId: desk.stripeAccountId,
      ...{ paymentIntentId: 'pi_1', chargeId: null, amount: 1_234, currency: 'eur', createdAt: new Date() },
      ...{ failureReason: null, pendingReason: null, traceNumber: null, creditNoteId: null, attemptId: null },
    }
    const hear = (tx: Transaction, status: 'succeeded' | 'failed') =>
      applyStripeRefund(tx, { ...news, status }, { actor: 'stripe' })
    let older: Promise<unknown> = Promise.resolve()
    await inTransaction(async (tx) => {
      await hear(tx, 'failed')
      older = inTransaction((other) => hear(other, 'succeeded'))
      await expect.poll(waitingForLocks).toBe(1)
    })
    await older
    expect(await db().stripeRefund.findMany({ where: { id: news.stripeRefundId } })).toMatchObject([
      { status: 'failed' },
    ])
  })

  test('of another amount is not offered and cannot be adopted', async () => {
    const note = await refundedByHand(1)
    expect((await standing(note)).foreignRefund).toBeNull()
    const [refund] = await stripe.refundsOf(desk.stripeAccountId)
    const adopted = await adoptRefund({ ...note, stripeRefundId: refund?.id ?? '', actor: 'freelancer' })
    expect(adopted).toMatchObject({ ok: false, reason: 'refund_not_adoptable' })
  })

  test('is no other freelancer’s to adopt', async () => {
    const note = await refundedByHand()
    const other = await openDesk(await stripe.openAccount())
    const theirs = await issueNote(other)
    const stripeRefundId = (await standing(note)).foreignRefund?.stripeRefundId ?? ''
    expect(await adoptRefund({ ...theirs, stripeRefundId, actor: 'freelancer' })).toMatchObject({ ok: false })
    const stolen = { ...note, freelancerId: other.freelancerId, stripeRefundId, actor: 'freelancer' } as const
    expect(await adoptRefund(stolen)).toEqual({ ok: false, reason: 'not_found' })
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending' })
  })
})

test('each sweep can be looked back on', async () => {
  await sweepRefunds()
  const run = await db().sweepRun.findFirstOrThrow({ orderBy: { id: 'desc' } })
  expect(run.finishedAt).not.toBeNull()
})

const DISPUTE_EVENTS = ['created', 'updated', 'closed', 'funds_withdrawn'].map((what) => `charge.dispute.${what}`)

/** The credit notes that open pages are told of while `work` is done. */
async function hearNotices(work: () => Promise<void>): Promise<string[]> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
  await client.connect()
  const heard: string[] = []
  client.on('notification', ({ payload }) => heard.push(notice.parse(JSON.parse(payload ?? '')).creditNoteId))
  await client.query('LISTEN requite_changes')
  await work()
  await client.query('SELECT 1')
  await client.end()
  return heard
}
const notice = z.object({ creditNoteId: z.string() })

async function disputesOf(): Promise<string[]> {
  const { disputes } = await stripe.ledger()
  return disputes.filter(({ account }) => account === desk.stripeAccountId).map(({ id }) => id)
}
