import { log } from '@/lib/log'
import {
  claimUnreadAccount,
  type EventCursor,
  eventsAreRead,
  eventsReadUntil,
  writeEventCursor,
  writeReadingSoFar,
  writeStillReading,
  writeUnfinishedReading,
} from './event-cursor-store'
import { storeEvent } from './event-inbox'
import { type EventReader, readEventsSince, readUndeliveredEvents } from './read-events'

/** How many accounts one sweep reads. */
const BATCH = 20

/**
 * An account's list is read this often at most: what one event was missed for may be missed too, and all is to be right
 * within a minute. Nobody else takes up an account for as long, so it must be longer than one request may take (client.ts).
 */
const UNREAD_SECONDS = 25

/** One that did not answer, or took too long, is asked again after this long, when those that wait longer had their turn. */
const SILENT_SECONDS = 10

/**
 * Fetches what webhooks should have brought, from Stripe's own list of events: after an outage of ours, a dropped delivery
 * or a restored backup. Everything since the last look, and of the days before it what Stripe says it could not deliver.
 * Known events are no-ops, new ones take the road of any webhook. Accounts are taken up one by one, each by one process at a
 * time, until the time is up. Returns how many were read, and how many events were new to whom.
 */
export async function fetchMissedEvents(
  timeIsUp: () => boolean,
  most = BATCH,
): Promise<{ accounts: number; missed: { freelancerId: string; events: number }[] }> {
  const missed: { freelancerId: string; events: number }[] = []
  let accounts = 0
  while (accounts < most && !timeIsUp()) {
    const cursor = await claimUnreadAccount(UNREAD_SECONDS)
    if (!cursor) break
    accounts++
    const events = await readAccount(cursor, timeIsUp)
    if (events > 0) missed.push({ freelancerId: cursor.freelancerId, events })
  }
  return { accounts, missed }
}

/**
 * Reads an account's list, on from where an earlier sweep's time was up: a long outage fills more pages than one has time for,
 * newest first. Only a list read to its end counts as read. Returns how many events were new.
 */
async function readAccount(cursor: EventCursor, timeIsUp: () => boolean): Promise<number> {
  const { stripeAccountId, since } = cursor
  let events = 0
  const reader: EventReader = {
    timeIsUp,
    async handOn(event) {
      if ((await storeEvent(event)) === 'stored') events++
    },
    cameTo: (eventId) => writeReadingSoFar(cursor, eventId),
  }
  let read = await readEventsSince(stripeAccountId, cursor, reader)
  if (read.ok && read.value === 'whole') {
    await writeStillReading(cursor)
    read = await readUndeliveredEvents(stripeAccountId, since, reader)
  }
  if (read.ok && read.value === 'whole') {
    await writeEventCursor(cursor)
    return events
  }
  // A refusal stands, and may be of the event to go on from; silence passes, and what was missed must not wait for a whole
  // turn more.
  const refused = !read.ok && read.trouble.kind === 'refused'
  const secondsAgo = refused ? 0 : UNREAD_SECONDS - SILENT_SECONDS
  await writeUnfinishedReading(cursor, { secondsAgo, beginAnew: refused })
  if (read.ok) log.info({ stripeAccountId, events }, 'there are more events than there was time for')
  else log.warn({ stripeAccountId, code: read.trouble.code }, 'events could not be listed')
  return events
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
