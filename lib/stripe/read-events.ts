import type Stripe from 'stripe'
import { log } from '@/lib/log'
import { stripe } from './client'
import { SUBSCRIBED_EVENT_TYPES } from './event-facts'
import { parseEvent, type VerifiedEvent } from './event-inbox'
import { type Reading, reading } from './read-refunds'

/** Stripe's largest page; only one is held at a time. */
const PAGE = 100

/** How long Stripe goes on delivering what nobody takes, in days (stripe.md, "Webhooks"). */
const DELIVERED_FOR = 3

/** Whoever has a list read. */
export type EventReader = {
  handOn: (event: VerifiedEvent) => Promise<void>
  /** No more is handed on then. */
  timeIsUp: () => boolean
  /** Told before each further page, and when the time is up: all down to this event has been handed on. */
  cameTo: (eventId: string) => Promise<void>
}

/** Whether a list has been handed on to its end, or the time was up before. */
type Extent = 'whole' | 'cut_short'

/**
 * Hands on each event of an account from Stripe's own list since a moment, newest first, delivered or not; only the older
 * ones than a certain event, when it is named. What Stripe answers over its API needs no signature: it is we who asked. When
 * Stripe falls silent halfway, what was handed on so far stands and the reading is trouble.
 */
export async function readEventsSince(
  stripeAccountId: string,
  { since, pausedAfter }: { since: Date; pausedAfter: string | null },
  { handOn, timeIsUp, cameTo }: EventReader,
): Promise<Reading<Extent>> {
  return reading(async () => {
    const created = { gte: seconds(since) }
    const which = pausedAfter === null ? { created } : { created, starting_after: pausedAfter }
    let handedOn = 0
    let last = pausedAfter
    for await (const event of listed(stripeAccountId, which)) {
      if (timeIsUp()) {
        if (last !== null) await cameTo(last)
        return 'cut_short'
      }
      await handOnReadable(stripeAccountId, event, handOn)
      last = event.id
      if (++handedOn % PAGE === 0) await cameTo(last)
    }
    return 'whole'
  })
}

/**
 * Hands on what Stripe itself says it could not deliver in the days before a moment: an event that was listed so late that
 * every look by time had passed it. The newest page only, for another endpoint of ours that is out of order makes all undelivered.
 */
export async function readUndeliveredEvents(
  stripeAccountId: string,
  before: Date,
  { handOn, timeIsUp }: EventReader,
): Promise<Reading<Extent>> {
  return reading(async () => {
    const created = { gte: seconds(before) - DELIVERED_FOR * 86_400, lt: seconds(before) }
    const { data } = await listed(stripeAccountId, { created, delivery_success: false })
    for (const event of data) {
      if (timeIsUp()) return 'cut_short'
      await handOnReadable(stripeAccountId, event, handOn)
    }
    return 'whole'
  })
}

function listed(
  stripeAccountId: string,
  which: Pick<Stripe.EventListParams, 'created' | 'delivery_success' | 'starting_after'>,
) {
  return stripe().events.list(
    { ...which, types: [...SUBSCRIBED_EVENT_TYPES], limit: PAGE },
    { stripeAccount: stripeAccountId },
  )
}

async function handOnReadable(
  stripeAccountId: string,
  event: Stripe.Event,
  handOn: EventReader['handOn'],
): Promise<void> {
  // Listed on behalf of the account, events need not name it; delivered ones do.
  const parsed = parseEvent(JSON.stringify({ ...event, account: event.account ?? stripeAccountId }))
  if (parsed) return handOn(parsed)
  log.error({ eventId: event.id, type: event.type }, 'a Stripe event cannot be read by this version')
}

function seconds(moment: Date): number {
  return Math.floor(moment.getTime() / 1000)
}
