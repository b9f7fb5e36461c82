import { db } from '@/lib/db'

/** How far back the first look goes, in days: Stripe keeps its list of events for thirty. */
const FIRST_LOOK_DAYS = 3

/** Events take a moment until they are listed, and clocks differ: each look begins this long before the last one ended. */
const OVERLAP_MINUTES = 10

export type EventCursor = { stripeAccountId: string; since: Date; startedAt: Date }

/** The connected accounts whose list was not read for this long, the longest unread first, each with where to begin. */
export async function findUnreadAccounts(unreadSeconds: number, limit: number): Promise<EventCursor[]> {
  return db().$queryRaw<EventCursor[]>`
    SELECT a.stripe_account_id AS "stripeAccountId", now() AS "startedAt",
      coalesce(c.read_until - ${OVERLAP_MINUTES} * interval '1 minute', now() - ${FIRST_LOOK_DAYS} * interval '1 day') AS since
    FROM connected_accounts a LEFT JOIN event_cursors c ON c.stripe_account_id = a.stripe_account_id
    -- Disconnected ones too: that an account is given back is told by an event, and that one may be lost as well.
    WHERE c.read_at IS NULL OR c.read_at < now() - ${unreadSeconds} * interval '1 second'
    ORDER BY c.read_at NULLS FIRST LIMIT ${limit}`
}

/** Remembers that an account's list has been read up to the moment at which the reading began. */
export async function writeEventCursor({ stripeAccountId, startedAt }: EventCursor): Promise<void> {
  await db().$executeRaw`
    INSERT INTO event_cursors (stripe_account_id, read_until) VALUES (${stripeAccountId}, ${startedAt})
    ON CONFLICT (stripe_account_id) DO UPDATE
      SET read_until = greatest(event_cursors.read_until, excluded.read_until), read_at = now()`
}

/** Remembers that an account's list was asked for and refused, so that it isn't asked for again at every sweep. */
export async function writeRefusedReading({ stripeAccountId, since }: EventCursor): Promise<void> {
  await db().$executeRaw`
    INSERT INTO event_cursors (stripe_account_id, read_until) VALUES (${stripeAccountId}, ${since})
    ON CONFLICT (stripe_account_id) DO UPDATE SET read_at = now()`
}
