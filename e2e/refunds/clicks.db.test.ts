import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { db, disconnectDatabase } from '@/lib/db'
import { markRefunded } from '@/lib/refunds/mark-refunded'
import { refreshRefund } from '@/lib/refunds/refresh-refund'
import { retryRefund } from '@/lib/refunds/retry-refund'
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
  proposalStatusOf,
  sendAmendment,
  sign,
  standing,
  trigger,
  whenAnswered,
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

type Click = { freelancerId: string; creditNoteId: string }

function retry({ freelancerId, creditNoteId }: Click) {
  return retryRefund({ freelancerId, creditNoteId, actor: 'freelancer' })
}

function mark({ freelancerId, creditNoteId }: Click) {
  const refundedOn = new Date('2026-03-14T00:00:00Z')
  const payment = { method: 'sepa', reference: 'Transfer of 14 March', refundedOn } as const
  return markRefunded({ freelancerId, creditNoteId, actor: 'freelancer', ...payment })
}

async function timesAsked(note: Note): Promise<number> {
  const calls = await stripe.callsFor(note.stripeAccountId)
  return calls.filter(({ method, path }) => method === 'POST' && path === '/v1/refunds').length
}

/** A note whose refund Stripe has just refused for once, so that a retry would work. */
async function failedNote(): Promise<Note> {
  const note = await issueNote(desk)
  await stripe.plan({ kind: 'refusal', code: 'charge_disputed', method: 'POST', path: '/v1/refunds' })
  await trigger(note)
  expect(await standing(note)).toMatchObject({ refundStatus: 'failed' })
  return note
}

/** How often PostgreSQL had to break a deadlock in this test file's database. */
async function deadlocks(): Promise<number> {
  const [row] = await db().$queryRaw<{ deadlocks: number }[]>`
    SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()`
  return row?.deadlocks ?? -1
}

/** A note paid by bank transfer. */
async function transferNote(): Promise<Click> {
  const sent = await sendAmendment(desk, { payment: { method: 'sepa', amount: 30_000 } })
  return { freelancerId: desk.freelancerId, creditNoteId: (await sign(desk, sent)).id }
}

describe('Retry', () => {
  test('on a failed refund clears the stale failure and asks with a key of its own', async () => {
    const note = await failedNote()
    expect(await pressRetry(note)).toMatchObject({
      refundStatus: 'requested',
      failureReason: null,
      failureMessage: null,
      attempts: 2,
    })
    const keys = (await attemptsOf(note)).map(({ idempotencyKey }) => idempotencyKey)
    expect(keys).toEqual([`refund-${note.creditNoteId}-1`, `refund-${note.creditNoteId}-2`])
  })

  test('answers with the note as it stands also when Stripe says no again', async () => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await trigger(note)
    expect(await pressRetry(note)).toMatchObject({
      refundStatus: 'failed',
      failureReason: 'charge_disputed',
      attempts: 2,
    })
  })

  test.each(['requested', 'succeeded', 'manual'] as const)(
    'is refused on %s, naming the status, and Stripe hears nothing',
    async (status) => {
      const note = status === 'manual' ? await failedNote() : await issueNote(desk)
      if (status === 'manual') await mark(note)
      else await trigger(note)
      if (status === 'succeeded') await deliverAll(stripe, desk)
      expect(await standing(note)).toMatchObject({ refundStatus: status })
      const before = await timesAsked(note)
      expect(await retry(note)).toMatchObject({ ok: false, reason: 'refund_not_retryable', status })
      expect(await timesAsked(note)).toBe(before)
      expect(await standing(note)).toMatchObject({ refundStatus: status })
    },
  )

  test('pressed in many tabs at once asks Stripe once; the others are refused with the status', async () => {
    const note = await failedNote()
    const before = await timesAsked(note)
    await stripe.plan({ kind: 'delay_after', milliseconds: 150, method: 'POST', path: '/v1/refunds' })
    const answers = await Promise.all(Array.from({ length: 6 }, () => retry(note)))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1)
    for (const answer of answers.filter(({ ok }) => !ok)) {
      expect(answer).toMatchObject({
        reason: 'refund_not_retryable',
        status: expect.stringMatching(/^(pending|requested)$/),
      })
    }
    await whenAnswered(note)
    expect((await timesAsked(note)) - before).toBe(1)
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
  })

  test('while the deposit is not confirmed asks nothing and says why', async () => {
    const note = await issueNote(desk, { confirmed: false })
    expect(await pressRetry(note)).toMatchObject({
      refundStatus: 'pending',
      failureReason: 'charge_not_confirmed',
      attemptOpen: false,
    })
    expect(await timesAsked(note)).toBe(0)
  })

  test('has nothing to ask Stripe about a bank transfer', async () => {
    const note = await transferNote()
    expect(await retry(note)).toMatchObject({ ok: true, creditNote: { refundStatus: 'pending', attempts: 0 } })
    expect((await stripe.allCalls()).filter(({ account }) => account === desk.stripeAccountId)).toEqual([])
  })
})

describe('Mark refunded', () => {
  test('closes the books, tells the client once, and nothing asks Stripe any more', async () => {
    const note = await failedNote()
    const before = await timesAsked(note)
    expect(await mark(note)).toMatchObject({
      ok: true,
      creditNote: {
        refundStatus: 'manual',
        manual: { method: 'sepa', reference: 'Transfer of 14 March' },
        failureReason: null,
      },
    })
    expect(await mark(note)).toMatchObject({ ok: false, reason: 'refund_not_markable', status: 'manual' })
    await trigger(note)
    await refreshRefund(note)
    expect(await timesAsked(note)).toBe(before)
    expect(await proposalStatusOf(note)).toBe('paid')
    expect(await emailsOf(note)).toEqual(['refund_failed', 'refund_completed_manually'])
  })

  test('settles a bank transfer', async () => {
    const note = await transferNote()
    expect(await mark(note)).toMatchObject({ ok: true, creditNote: { refundStatus: 'manual' } })
  })

  test.each(['requested', 'succeeded'] as const)('is refused on %s', async (status) => {
    const note = await issueNote(desk)
    await trigger(note)
    if (status === 'succeeded') await deliverAll(stripe, desk)
    expect(await mark(note)).toMatchObject({ ok: false, reason: 'refund_not_markable', status })
  })

  test('is refused while Stripe may be paying', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'timeout_after', milliseconds: 20, method: 'POST', path: '/v1/refunds' })
    await trigger(note)
    expect(await mark(note)).toMatchObject({ ok: false, reason: 'refund_not_markable', status: 'pending' })
  })
})

describe('two acts at once', () => {
  test('Retry against Mark refunded: one wins, never both', async () => {
    for (let round = 0; round < 6; round++) {
      const note = await failedNote()
      const before = await timesAsked(note)
      const acts = round % 2 ? [retry(note), mark(note)] : [mark(note), retry(note)]
      const won = (await Promise.all(acts)).filter(({ ok }) => ok)
      expect(won).toHaveLength(1)
      const { refundStatus } = await whenAnswered(note)
      expect(['manual', 'requested']).toContain(refundStatus)
      expect((await timesAsked(note)) - before).toBe(refundStatus === 'manual' ? 0 : 1)
    }
  })

  test('Retry against a webhook that says succeeded: one refund, however they fall', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'timeout_after', milliseconds: 20, method: 'POST', path: '/v1/refunds' })
    await trigger(note)
    const told = await stripe.webhooksOf(desk.stripeAccountId)
    await Promise.all([retry(note), ...told.map(deliver), refreshRefund(note)])
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded' })
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
    expect(await emailsOf(note)).toEqual(['refund_completed'])
  })

  test('the signature’s job delivered twice asks Stripe once, and never again after a refusal', async () => {
    const note = await issueNote(desk, { card: 'pm_card_createDispute' })
    await Promise.all([trigger(note), trigger(note)])
    await trigger(note)
    expect(await timesAsked(note)).toBe(1)
    expect(await attemptsOf(note)).toHaveLength(1)
  })

  test('Retry on two notes of one payment that has nothing left: both say so, neither waits for the other', async () => {
    const first = await issueNote(desk, { paid: 30_000, priceAfter: 20_000 })
    const second = { ...first, creditNoteId: (await sign(desk, await amendAgain(first, 10_000))).id }
    for (const note of [first, second]) {
      await trigger(note)
      await stripe.act(`/refunds/${(await standing(note)).stripeRefundId}/fail`, { failure_reason: 'declined' })
    }
    await deliverAll(stripe, desk)
    await stripe.act('/refund-in-dashboard', { payment_intent: first.paymentIntentId })
    const both = await Promise.all([pressRetry(first), pressRetry(second)])
    for (const note of both) {
      expect(note).toMatchObject({ refundStatus: 'failed', failureReason: 'charge_already_refunded', attempts: 2 })
    }
    expect(await deadlocks()).toBe(0)
  })

  test('all of them at once, again and again: one refund', async () => {
    const note = await failedNote()
    await Promise.all([retry(note), retry(note), mark(note), refreshRefund(note), trigger(note), mark(note)])
    await whenAnswered(note)
    await deliverAll(stripe, desk)
    const { refundStatus } = await standing(note)
    const live = (await stripe.refundsOf(desk.stripeAccountId)).length
    expect([refundStatus, live]).toEqual(refundStatus === 'manual' ? ['manual', 0] : ['succeeded', 1])
  })
})

describe('another freelancer', () => {
  test('finds nothing to retry, mark or refresh, and changes nothing', async () => {
    const note = await failedNote()
    const other = await openDesk(await stripe.openAccount())
    const before = await standing(note)
    const foreign = { freelancerId: other.freelancerId, creditNoteId: note.creditNoteId }
    for (const act of [retry, mark, refreshRefund]) {
      expect(await act(foreign)).toEqual({ ok: false, reason: 'not_found' })
      expect(await act({ ...foreign, creditNoteId: randomUUID() })).toEqual({ ok: false, reason: 'not_found' })
      expect(await act({ ...foreign, creditNoteId: 'no id at all' })).toEqual({ ok: false, reason: 'not_found' })
    }
    expect(await standing(note)).toEqual(before)
    expect(await timesAsked(note)).toBe(1)
  })
})
