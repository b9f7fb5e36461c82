import { stripeId } from '../ids'
import type { Body } from '../json'
import type { EventRecord } from '../ledger/records'
import type { Cause, Simulation } from '../simulation'

type News = { account: string; type: string; object: Body; previous?: Body }

/** Writes an event into the ledger and hands it to every endpoint that listens. */
export function announce(sim: Simulation, news: News, cause: Cause): EventRecord {
  const event = sim.ledger.events.put({
    id: stripeId('evt'),
    account: news.account,
    type: news.type,
    created: sim.clock.seconds(),
    requestId: cause.requestId,
    idempotencyKey: cause.idempotencyKey,
    object: snapshotOf(news.object),
    previousAttributes: news.previous ? snapshotOf(news.previous) : null,
  })
  sim.deliveries.accept(event)
  return event
}

/** The object as it is now: later changes must not reach into an event already written. */
function snapshotOf(body: Body): EventRecord['object'] {
  return JSON.parse(JSON.stringify(body))
}
