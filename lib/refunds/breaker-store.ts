import { db } from '@/lib/db'

/** This many calls in a row without an answer, and Stripe counts as down: more than one refund's own budget of calls. */
const FAILURES_TO_OPEN = 10

/** How long Requite then leaves Stripe alone before one call looks whether it is back. */
const OPEN_SECONDS = 60

/** Counts a call that Stripe did not answer. Opens the breaker when there were too many in a row. */
export async function countSilence(): Promise<void> {
  await db().$executeRaw`
    UPDATE stripe_breaker SET failures = failures + 1,
      open_until = CASE WHEN failures + 1 >= ${FAILURES_TO_OPEN} THEN now() + ${OPEN_SECONDS} * interval '1 second' END
    WHERE id = 1`
}

/** Stripe has answered: the breaker closes. Writes only when there was silence, for answers are the rule. */
export async function countAnswer(): Promise<void> {
  await db().$executeRaw`UPDATE stripe_breaker SET failures = 0, open_until = NULL WHERE id = 1 AND failures > 0`
}

/** Seconds for which Requite should leave Stripe alone; 0 when it may ask. */
export async function breakerOpenFor(): Promise<number> {
  const rows = await db().$queryRaw<{ seconds: number }[]>`
    SELECT greatest(0, extract(epoch FROM open_until - now()))::float8 AS seconds FROM stripe_breaker WHERE id = 1`
  return rows[0]?.seconds ?? 0
}
