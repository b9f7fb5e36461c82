import { log } from '@/lib/log'
import { stripe } from './client'
import { SUBSCRIBED_EVENT_TYPES } from './event-facts'
import { parseEvent, type VerifiedEvent } from './event-inbox'
import { type Reading, reading } from './read-refunds'

/** Stripe's largest page; only one is held at a time. */
const PAGE = 100

/**
 * Hands on each event of an account from Stripe's own list since a moment, newest first, delivered or not, and returns how
 * many there were. What Stripe answers over its API needs no signature: it is we who asked. When Stripe falls silent
 * halfway, what was handed on so far stands and the reading is trouble.
 */
export async function readEventsSince(
  stripeAccountId: string,
  since: Date,
  handOn: (event: VerifiedEvent) => Promise<void>,
): Promise<Reading<number>> {
  return reading(async () => {
    let count = 0
    const created = { gte: Math.floor(since.getTime() / 1000) }
    const list = stripe().events.list(
      { created, types: [...SUBSCRIBED_EVENT_TYPES], limit: PAGE },
      { stripeAccount: stripeAccountId },
    )
    for await (const event of list) {
      // Listed on behalf of the account, events need not name it; delivered ones do.
      const parsed = parseEvent(JSON.stringify({ ...event, account: event.account ?? stripeAccountId }))
      if (!parsed) {
        log.error({ eventId: event.id, type: event.type }, 'a Stripe event cannot be read by this version')
        continue
      }
      await handOn(parsed)
      count++
    }
    return count
  })
}
