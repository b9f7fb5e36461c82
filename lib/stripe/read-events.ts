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

type HandOn = (event: VerifiedEvent) => Promise<void>

/**
 * Hands on each event of an account from Stripe's own list since a moment, newest first, delivered or not. What Stripe
 * answers over its API needs no signature: it is we who asked. When Stripe falls silent halfway, what was handed on so far
 * stands and the reading is trouble.
 */
export async function readEventsSince(stripeAccountId: string, since: Date, handOn: HandOn): Promise<Reading<void>> {
  return reading(async () => {
    for await (const event of listed(stripeAccountId, { created: { gte: seconds(since) } }))
      await handOnReadable(stripeAccountId, event, handOn)
  })
}

/**
 * Hands on what Stripe itself says it could not deliver in the days before a moment: an event that was listed so late that
 * every look by time had passed it. The newest page only, for another endpoint of ours that is out of order makes all undelivered.
 */
export async function readUndeliveredEvents(
  stripeAccountId: string,
  before: Date,
  handOn: HandOn,
): Promise<Reading<void>> {
  return reading(async () => {
    const created = { gte: seconds(before) - DELIVERED_FOR * 86_400, lt: seconds(before) }
    const { data } = await listed(stripeAccountId, { created, delivery_success: false })
    for (const event of data) await handOnReadable(stripeAccountId, event, handOn)
  })
}

function listed(stripeAccountId: string, which: Pick<Stripe.EventListParams, 'created' | 'delivery_success'>) {
  return stripe().events.list(
    { ...which, types: [...SUBSCRIBED_EVENT_TYPES], limit: PAGE },
    { stripeAccount: stripeAccountId },
  )
}

async function handOnReadable(stripeAccountId: string, event: Stripe.Event, handOn: HandOn): Promise<void> {
  // Listed on behalf of the account, events need not name it; delivered ones do.
  const parsed = parseEvent(JSON.stringify({ ...event, account: event.account ?? stripeAccountId }))
  if (parsed) return handOn(parsed)
  log.error({ eventId: event.id, type: event.type }, 'a Stripe event cannot be read by this version')
}

function seconds(moment: Date): number {
  return Math.floor(moment.getTime() / 1000)
}
