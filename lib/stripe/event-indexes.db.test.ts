import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDesk } from '@/e2e/refunds/desk'
import { db, disconnectDatabase } from '@/lib/db'
import { inTransaction, type Transaction } from '@/lib/transaction'
import { eventsAreRead } from './event-cursor-store'
import { isLatestWord } from './event-inbox'

// Many accounts' events; one has a third of them, and they are handled. Of the others' some hundreds are not.
const BUSY = 'acct_busy'
const BACKLOG = 'acct_50'

beforeAll(async () => {
  // In pieces: each statement has its few seconds.
  for (let first = 1; first < 50_000; first += 5_000) {
    await db().$executeRaw`
      INSERT INTO stripe_events (id, type, stripe_account_id, created_at, payload, handled_at)
      SELECT 'evt_' || n, (ARRAY['refund.created', 'refund.updated', 'charge.refunded', 'account.updated'])[1 + n % 4],
        CASE WHEN n % 3 = 0 THEN ${BUSY} ELSE 'acct_' || n % 100 END, now() - n * interval '1 minute', '{"livemode": false}',
        CASE WHEN n % 50 > 0 OR n % 3 = 0 THEN now() END
      FROM generate_series(${first}::int, ${first}::int + 4999) n`
  }
  await db().$executeRaw`ANALYZE stripe_events`
  for (const stripeAccountId of [BUSY, BACKLOG]) await openDesk(stripeAccountId)
})
afterAll(disconnectDatabase)

/** How many events a piece of work reads. A plan may be made for its parameters, or kept for all. */
async function eventsRead(work: (tx: Transaction) => Promise<void>, plan: 'made anew' | 'kept'): Promise<number> {
  return inTransaction(async (tx) => {
    const mode = plan === 'made anew' ? 'force_custom_plan' : 'force_generic_plan'
    await tx.$executeRaw`SELECT set_config('plan_cache_mode', ${mode}, true)`
    const read = async () => {
      const [row] = await tx.$queryRaw<{ read: number }[]>`
        SELECT (seq_tup_read + idx_tup_fetch)::int AS read FROM pg_stat_xact_user_tables WHERE relname = 'stripe_events'`
      return row?.read ?? 0
    }
    const before = await read()
    await work(tx)
    return (await read()) - before
  })
}

describe.each(['made anew', 'kept'] as const)('by a plan that is %s', (plan) => {
  test('whether an event is the latest word of its account is told without reading other events', async () => {
    const latest = (eventId: string, is: boolean) => async (tx: Transaction) =>
      expect(await isLatestWord(tx, eventId, ['account.updated'])).toBe(is)
    expect(await eventsRead(latest('evt_3', true), plan)).toBeLessThan(5)
    expect(await eventsRead(latest('evt_49995', false), plan)).toBeLessThan(5)
  })

  test('whether all events of an account are handled is told without reading other events', async () => {
    const handled = (stripeAccountId: string, are: boolean) => async (tx: Transaction) =>
      expect(await eventsAreRead(stripeAccountId, tx)).toBe(are)
    expect(await eventsRead(handled(BUSY, true), plan)).toBe(0)
    expect(await eventsRead(handled(BACKLOG, false), plan)).toBeLessThan(5)
  })
})
