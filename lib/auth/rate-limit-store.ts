import { z } from 'zod'
import { db } from '@/lib/db'

const counterRows = z.array(z.object({ count: z.number().int(), secondsLeft: z.number() }))

/**
 * Counts one act and returns the counter as it then stands. One statement, so that two at the same instant are both
 * counted; windows begin and end by the database's clock, so that instances need not agree on the time.
 */
export async function countUp(key: string, windowSeconds: number): Promise<{ count: number; secondsLeft: number }> {
  const rows = counterRows.parse(
    await db().$queryRaw`
      INSERT INTO rate_limits AS counter (key, count, window_start)
      VALUES (${key}, 1, now())
      ON CONFLICT (key) DO UPDATE SET
        count = CASE
          WHEN counter.window_start <= now() - make_interval(secs => ${windowSeconds}::float8) THEN 1
          ELSE counter.count + 1
        END,
        window_start = CASE
          WHEN counter.window_start <= now() - make_interval(secs => ${windowSeconds}::float8) THEN now()
          ELSE counter.window_start
        END
      RETURNING
        count,
        extract(epoch FROM window_start - now())::float8 + ${windowSeconds}::float8 AS "secondsLeft"`,
  )
  const [counter] = rows
  if (!counter) throw new Error('Counting an act returned no counter.')
  return counter
}

/** Takes back one count, for an act that turned out not to be one that counts. */
export async function countDown(key: string): Promise<void> {
  await db().$executeRaw`UPDATE rate_limits SET count = count - 1 WHERE key = ${key} AND count > 0`
}

/** The counter without counting, 0 when its window is over or never began. */
export async function readCounter(key: string, windowSeconds: number): Promise<{ count: number; secondsLeft: number }> {
  const rows = counterRows.parse(
    await db().$queryRaw`
      SELECT count, extract(epoch FROM window_start - now())::float8 + ${windowSeconds}::float8 AS "secondsLeft"
      FROM rate_limits
      WHERE key = ${key} AND window_start > now() - make_interval(secs => ${windowSeconds}::float8)`,
  )
  return rows[0] ?? { count: 0, secondsLeft: 0 }
}

/** Deletes counters whose window began more than this long ago. Returns how many. */
export async function deleteCountersOlderThan(seconds: number): Promise<number> {
  return db().$executeRaw`
    DELETE FROM rate_limits WHERE window_start < now() - make_interval(secs => ${seconds}::float8)`
}
