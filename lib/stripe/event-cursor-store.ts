import { db } from '@/lib/db'
import type { Transaction } from '@/lib/transaction'
import { Prisma } from '@/prisma/generated/client'

/** How far back the first look goes, in days: Stripe keeps its list of events for thirty. */
const FIRST_LOOK_DAYS = 3

/** Events take a moment until they are listed, and clocks differ: each look begins this long before the last one ended. */
const OVERLAP_MINUTES = 10

/** A reading to be made: from when on, begun when, and in which life of the database. */
export type EventCursor = { freelancerId: string; stripeAccountId: string; since: Date; startedAt: Date; life: string }

/**
 * Which life of the database this is: another one after a restored backup, a recovery to a point in time or a failover, any
 * of which may have forgotten what was done at Stripe. Changes with every start of the server, and when the table is made or
 * filled anew, as by a restore into the running database: too often is safe.
 */
const THIS_LIFE = Prisma.sql`
  (SELECT concat_ws(' ', pg_postmaster_start_time(), oid, pg_relation_filenode('event_cursors'))
   FROM pg_database WHERE datname = current_database())`

/**
 * The connected accounts whose list was not read for this long, or not in this life of the database: these first, then the
 * longest unread, each with where to begin.
 */
export async function findUnreadAccounts(unreadSeconds: number, limit: number): Promise<EventCursor[]> {
  return db().$queryRaw<EventCursor[]>`
    SELECT a.freelancer_id AS "freelancerId", a.stripe_account_id AS "stripeAccountId", now() AS "startedAt", ${THIS_LIFE} AS life,
      coalesce(c.read_until - ${OVERLAP_MINUTES} * interval '1 minute', now() - ${FIRST_LOOK_DAYS} * interval '1 day') AS since
    FROM connected_accounts a LEFT JOIN event_cursors c ON c.stripe_account_id = a.stripe_account_id
    -- Disconnected ones too: that an account is given back is told by an event, and that one may be lost as well.
    WHERE c.read_at IS NULL OR c.read_at < now() - ${unreadSeconds} * interval '1 second' OR c.tried_in IS DISTINCT FROM ${THIS_LIFE}
    ORDER BY c.tried_in IS DISTINCT FROM ${THIS_LIFE} DESC, c.read_at NULLS FIRST LIMIT ${limit}`
}

/**
 * Remembers that an account's list has been read up to the moment at which the reading began, in the life in which it began: a
 * restore may have come in between, and then the reading said nothing of its gap.
 */
export async function writeEventCursor({ stripeAccountId, startedAt, life }: EventCursor): Promise<void> {
  await db().$executeRaw`
    INSERT INTO event_cursors (stripe_account_id, read_until, tried_in, read_in)
    SELECT ${stripeAccountId}, ${startedAt}, ${life}, ${life} WHERE ${life} = ${THIS_LIFE}
    ON CONFLICT (stripe_account_id) DO UPDATE
      SET read_until = greatest(event_cursors.read_until, excluded.read_until), read_at = now(),
        tried_in = excluded.tried_in, read_in = excluded.read_in`
}

/**
 * Remembers that an account's list was asked for in vain, so that its next turn comes after the others': a list that never
 * answers must not keep theirs from being read. Its turn comes as if it had been read `secondsAgo`.
 */
export async function writeFailedReading(
  { stripeAccountId, since, life }: EventCursor,
  secondsAgo: number,
): Promise<void> {
  await db().$executeRaw`
    INSERT INTO event_cursors (stripe_account_id, read_until, read_at, tried_in)
    VALUES (${stripeAccountId}, ${since}, now() - ${secondsAgo} * interval '1 second', ${life})
    ON CONFLICT (stripe_account_id) DO UPDATE SET read_at = excluded.read_at, tried_in = excluded.tried_in`
}

/** True when an account's events have been read in this life of the database, and none of them waits to be applied. */
export async function eventsAreRead(
  stripeAccountId: string,
  asker: Pick<Transaction, '$queryRaw'> = db(),
): Promise<boolean> {
  const rows = await asker.$queryRaw<{ remembered: boolean }[]>`
    SELECT EXISTS (SELECT FROM event_cursors WHERE stripe_account_id = ${stripeAccountId} AND read_in = ${THIS_LIFE})
      -- The oldest, not just any: for any one the planner would rather look through the unhandled events of everybody.
      AND (SELECT min(created_at) FROM stripe_events WHERE handled_at IS NULL AND stripe_account_id = ${stripeAccountId})
        IS NULL AS remembered`
  return rows[0]?.remembered ?? false
}

/** Up to when an account's events have been read; null when they never were. */
export async function eventsReadUntil(stripeAccountId: string): Promise<Date | null> {
  const cursor = await db().eventCursor.findUnique({ where: { stripeAccountId }, select: { readUntil: true } })
  return cursor?.readUntil ?? null
}
