import { log } from '@/lib/log'
import {
  eventsAreRead,
  eventsReadUntil,
  findUnreadAccounts,
  writeEventCursor,
  writeFailedReading,
} from './event-cursor-store'
import { storeEvent, type VerifiedEvent } from './event-inbox'
import { readEventsSince, readUndeliveredEvents } from './read-events'

/** How many accounts one sweep reads. */
const BATCH = 20

/** An account's list is read this often at most: what one event was missed for may be missed too, and all is to be right within a minute. */
const UNREAD_SECONDS = 25

/** One that did not answer is asked again after this long, when those that wait longer had their turn. */
const SILENT_SECONDS = 10

/**
 * Fetches what webhooks should have brought, from Stripe's own list of events: after an outage of ours, a dropped delivery
 * or a restored backup. Everything since the last look, and of the days before it what Stripe says it could not deliver. Known events are no-ops, new ones take the road of any webhook. Returns how many accounts were read,
 * and how many events were new to whom.
 */
export async function fetchMissedEvents(
  timeIsUp: () => boolean,
): Promise<{ accounts: number; missed: { freelancerId: string; events: number }[] }> {
  const cursors = await findUnreadAccounts(UNREAD_SECONDS, BATCH)
  let accounts = 0
  const missed: { freelancerId: string; events: number }[] = []
  for (const cursor of cursors) {
    if (timeIsUp()) break
    accounts++
    let events = 0
    const keep = async (event: VerifiedEvent) => {
      if ((await storeEvent(event)) === 'stored') events++
    }
    const byTime = await readEventsSince(cursor.stripeAccountId, cursor.since, keep)
    const read = byTime.ok ? await readUndeliveredEvents(cursor.stripeAccountId, cursor.since, keep) : byTime
    if (events > 0) missed.push({ freelancerId: cursor.freelancerId, events })
    if (read.ok) {
      await writeEventCursor(cursor)
      continue
    }
    // A refusal stands; silence passes, and what was missed must not wait for a whole turn more.
    await writeFailedReading(cursor, read.trouble.kind === 'refused' ? 0 : UNREAD_SECONDS - SILENT_SECONDS)
    log.warn({ stripeAccountId: cursor.stripeAccountId, code: read.trouble.code }, 'events could not be listed')
  }
  return { accounts, missed }
}

/**
 * True when all that was ever done on this account is known to this database: not so right after a restored backup, which
 * has forgotten what was done since, nor for an account whose list was never read.
 */
export async function remembersAccount(stripeAccountId: string): Promise<boolean> {
  return eventsAreRead(stripeAccountId)
}

/** Up to when Stripe's list of an account's events has been read; null when it never was. */
export async function lastReadOfEvents(stripeAccountId: string): Promise<Date | null> {
  return eventsReadUntil(stripeAccountId)
}
