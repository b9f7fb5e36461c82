import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { disconnectDatabase } from '@/lib/db'
import { markRefunded } from '@/lib/refunds/mark-refunded'
import { refreshRefund } from '@/lib/refunds/refresh-refund'
import { retryRefund } from '@/lib/refunds/retry-refund'
import {
  attemptsOf,
  type Desk,
  deliver,
  expectPromisesKept,
  forgetJobs,
  issueNote,
  type Note,
  openDesk,
  resolveNow,
  standing,
} from '../refunds/desk'
import { type StripeWorld, startStripe } from '../refunds/stripe-world'
import { chanceOf } from './chance'

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

/** One client's call on the note: when it began and ended, on one clock, and what it was told. */
type Operation = {
  what: 'retry' | 'mark' | 'refresh' | 'webhook'
  invoked: number
  returned: number
  told: 'ok' | 'refused' | 'unknown'
  /** What the answer said the note was. */
  status: string | null
}

let tick = 0

async function record(
  history: Operation[],
  what: Operation['what'],
  call: () => Promise<{ told: Operation['told']; status: string | null }>,
): Promise<void> {
  const invoked = ++tick
  const { told, status } = await call().catch(() => ({ told: 'unknown', status: null }) as const)
  history.push({ what, invoked, returned: ++tick, told, status })
}

function retry(history: Operation[], note: Note): Promise<void> {
  return record(history, 'retry', async () => {
    const result = await retryRefund({ ...note, actor: 'freelancer' })
    if (result.ok) return { told: 'ok', status: result.creditNote.refundStatus }
    return { told: 'refused', status: result.reason === 'not_found' ? null : result.status }
  })
}

function mark(history: Operation[], note: Note): Promise<void> {
  return record(history, 'mark', async () => {
    const refundedOn = new Date('2026-06-15')
    const by = { actor: 'freelancer', method: 'sepa', reference: 'by hand', refundedOn } as const
    const result = await markRefunded({ ...note, ...by })
    if (result.ok) return { told: 'ok', status: 'manual' }
    return { told: 'refused', status: result.reason === 'not_found' ? null : result.status }
  })
}

function refresh(history: Operation[], note: Note): Promise<void> {
  return record(history, 'refresh', async () => {
    const result = await refreshRefund(note)
    return result.ok ? { told: 'ok', status: result.creditNote.refundStatus } : { told: 'refused', status: null }
  })
}

function webhooks(history: Operation[], note: Note): Promise<void> {
  return record(history, 'webhook', async () => {
    for (const delivery of await stripe.webhooksOf(note.stripeAccountId)) await deliver(delivery)
    return { told: 'ok', status: null }
  })
}

/**
 * The refund of a note as one register, taken once: `free`, then `stripe` or `manual` for good (no refund fails here).
 * Searches an order of the calls that the register would have answered just so, and in which a call that had returned
 * before another began comes first. Refresh and webhooks may move requested on, never who has won.
 */
function linearization(history: readonly Operation[]): Operation[] | null {
  type State = 'free' | 'stripe' | 'manual'
  const wins: Record<Operation['what'], State | null> = {
    retry: 'stripe',
    mark: 'manual',
    refresh: null,
    webhook: null,
  }
  const fits = (state: State, { what, told, status }: Operation): State | null => {
    const winner = wins[what]
    if (winner === null) return status === null || state !== 'manual' || status === 'manual' ? state : null
    if (told === 'unknown') return state
    if (told === 'ok') return state === 'free' ? winner : null
    // Refused: somebody was there before, and the answer names whose it is.
    if (state === 'free') return null
    return (status === 'manual') === (state === 'manual') ? state : null
  }
  const search = (left: readonly Operation[], state: State): Operation[] | null => {
    if (left.length === 0) return []
    const earliestReturn = Math.min(...left.map(({ returned }) => returned))
    for (const next of left) {
      if (next.invoked > earliestReturn) continue
      const after = fits(state, next)
      if (after === null) continue
      const rest = search(
        left.filter((other) => other !== next),
        after,
      )
      if (rest) return [next, ...rest]
    }
    return null
  }
  return search(history, 'free')
}

describe('the single refund of a note is linearizable', () => {
  test.each(Array.from({ length: 12 }, (_, i) => i + 1))(
    'under a mob of clients (history %i)',
    async (seed) => {
      const chance = chanceOf(seed)
      const note = await issueNote(desk)
      if (chance.happens(0.4)) {
        const kind = chance.pick(['reset_after', 'reset_before', 'malformed_answer', 'unavailable'] as const)
        await stripe.plan({ method: 'POST', path: '/v1/refunds', kind, account: desk.stripeAccountId })
      }
      const history: Operation[] = []
      const acts = [retry, retry, mark, mark, refresh, webhooks]
      // Each client does one thing after the other; the clients do it side by side.
      const client = async (turns: number) => {
        for (let turn = 0; turn < turns; turn++) await chance.pick(acts)(history, note)
      }
      await Promise.all([retry(history, note), mark(history, note), ...Array.from({ length: 5 }, () => client(2))])

      expect(linearization(history), JSON.stringify(history, null, 1)).not.toBeNull()
      expect(
        history.filter(({ told }) => told === 'unknown'),
        'everybody is answered',
      ).toEqual([])
      const winners = history.filter(({ what, told }) => (what === 'retry' || what === 'mark') && told === 'ok')
      expect(winners, 'one winner of the contest').toHaveLength(1)

      await stripe.forgetFaults()
      await resolveNow(note)
      await webhooks([], note)
      const byStripe = winners[0]?.what === 'retry'
      expect((await standing(note)).refundStatus).toBe(byStripe ? 'succeeded' : 'manual')
      const calls = (await stripe.callsFor(desk.stripeAccountId)).filter(
        ({ method, path }) => method === 'POST' && path === '/v1/refunds',
      )
      expect(new Set(calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(byStripe ? 1 : 0)
      expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(byStripe ? 1 : 0)
      expect(await attemptsOf(note)).toHaveLength(byStripe ? 1 : 0)
      await expectPromisesKept(stripe, desk)
    },
    60_000,
  )

  test('the search tells a double win from a fair one', () => {
    const call = (what: Operation['what'], told: Operation['told'], status: string, at: number): Operation => ({
      what,
      told,
      status,
      invoked: at,
      returned: at + 1,
    })
    expect(linearization([call('retry', 'ok', 'requested', 1), call('mark', 'ok', 'manual', 3)])).toBeNull()
    expect(linearization([call('mark', 'refused', 'manual', 1), call('mark', 'ok', 'manual', 3)])).toBeNull()
    expect(linearization([call('retry', 'ok', 'requested', 1), call('mark', 'refused', 'requested', 3)])).not.toBeNull()
  })
})
