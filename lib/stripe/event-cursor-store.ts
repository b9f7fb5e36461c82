import { db } from '@/lib/db'
import type { Transaction } from '@/lib/transaction'
import { Prisma } from '@/prisma/generated/client'

/** How far back the first look goes, in days: Stripe keeps its list of events for thirty. */
const FIRST_LOOK_DAYS = 3

/** Events take a moment until they are listed, and clocks differ: each look begins this long before the last one ended. */
const OVERLAP_MINUTES = 10

/**
 * A reading to be made: from when on, begun when, and in which life of the database. One that was cut short in this life goes
 * on after the event that it had come to.
 */
export type EventCursor = {
  freelancerId: string
  stripeAccountId: string
  since: Date
  startedAt: Date
  life: string
  pausedAfter: string | null
}

/**
 * Which life of the database this is: another one after a restored backup, a recovery to a point in time or a failover, any
 * of which may have forgotten what was done at Stripe. Changes with every start of the server, and when the table is made or
 * filled anew, as by a restore into the running database: too often is safe.
 */
const THIS_LIFE = Prisma.sql`
  (SELECT concat_ws(' ', pg_postmaster_start_time(), oid, pg_relation_filenode('event_cursors'))
   FROM pg_database WHERE datname = current_database())`

/**
 * Takes up a connected account whose list was not read for this long, or not in this life of the database: these first, then
 * the longest unread; null when there is none. Nobody else takes it up meanwhile: its turn has come as if it had been read
 * just now. So what a process has taken up that then dies comes again after as long.
 */
export async function claimUnreadAccount(unreadSeconds: number): Promise<EventCursor | null> {
  await db().$executeRaw`
    INSERT INTO event_cursors (stripe_account_id, read_until, read_at)
    SELECT a.stripe_account_id, now() - ${FIRST_LOOK_DAYS} * interval '1 day', 'epoch'::timestamptz FROM connected_accounts a
    WHERE NOT EXISTS (SELECT FROM event_cursors c WHERE c.stripe_account_id = a.stripe_account_id)
    ON CONFLICT DO NOTHING`
  const rows = await db().$queryRaw<EventCursor[]>`
    WITH unread AS (
      SELECT c.stripe_account_id, a.freelancer_id
      -- Disconnected ones too: that an account is given back is told by an event, and that one may be lost as well.
      FROM event_cursors c JOIN connected_accounts a ON a.stripe_account_id = c.stripe_account_id
      WHERE c.read_at < now() - ${unreadSeconds} * interval '1 second' OR c.tried_in IS DISTINCT FROM ${THIS_LIFE}
      ORDER BY c.tried_in IS DISTINCT FROM ${THIS_LIFE} DESC, c.read_at LIMIT 1
      FOR UPDATE OF c SKIP LOCKED
    )
    UPDATE event_cursors c SET read_at = now(), tried_in = ${THIS_LIFE},
      -- What was read in an earlier life says nothing of what this one has forgotten.
      paused_after = CASE WHEN c.tried_in = ${THIS_LIFE} THEN c.paused_after END
    FROM unread WHERE c.stripe_account_id = unread.stripe_account_id
    RETURNING unread.freelancer_id AS "freelancerId", c.stripe_account_id AS "stripeAccountId",
      c.read_until - ${OVERLAP_MINUTES} * interval '1 minute' AS since, c.tried_in AS life, c.paused_after AS "pausedAfter",
      CASE WHEN c.paused_after IS NULL THEN now() ELSE c.paused_begun_at END AS "startedAt"`
  return rows[0] ?? null
}

/** Remembers which event a reading has come to, and that somebody is still at it. */
export async function writeReadingSoFar(
  { stripeAccountId, startedAt, life }: EventCursor,
  eventId: string,
): Promise<void> {
  await db().$executeRaw`
    UPDATE event_cursors SET read_at = now(), paused_after = ${eventId}, paused_begun_at = ${startedAt}
    WHERE stripe_account_id = ${stripeAccountId} AND ${life} = ${THIS_LIFE}`
}

/** Remembers that somebody is still at a reading. */
export async function writeStillReading({ stripeAccountId }: EventCursor): Promise<void> {
  await db().$executeRaw`UPDATE event_cursors SET read_at = now() WHERE stripe_account_id = ${stripeAccountId}`
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
        tried_in = excluded.tried_in, read_in = excluded.read_in, paused_after = NULL`
}

/**
 * Remembers that a reading did not come to its end, so that the account's next turn comes after the others': a list that
 * never answers must not keep theirs from being read. Its turn comes as if it had been read `secondsAgo`, and goes on where
 * this one stopped, unless it is to be begun anew.
 */
export async function writeUnfinishedReading(
  { stripeAccountId }: EventCursor,
  { secondsAgo, beginAnew }: { secondsAgo: number; beginAnew: boolean },
): Promise<void> {
  await db().$executeRaw`
    UPDATE event_cursors SET read_at = now() - ${secondsAgo} * interval '1 second',
      paused_after = CASE WHEN NOT ${beginAnew} THEN paused_after END
    WHERE stripe_account_id = ${stripeAccountId}`
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
  const cursor = await db().eventCursor.findUnique({
    where: { stripeAccountId },
    select: { readUntil: true, readIn: true },
  })
  return cursor?.readIn ? cursor.readUntil : null
}
