import { z } from 'zod'
import { eventBody } from '../bodies/event-body'
import type { Body } from '../json'
import type { EventRecord } from '../ledger/records'
import type { Simulation } from '../simulation'
import { type Call, idOf, type Route } from './call'
import { listBody } from './lists'
import { type Refusal, refusals } from './refusals'

const listParams = z.object({
  type: z.string().optional(),
  types: z.array(z.string()).optional(),
  delivery_success: z.boolean().optional(),
})

export const eventRoutes: Route[] = [
  { method: 'GET', path: '/v1/events', answer: list },
  { method: 'GET', path: '/v1/events/{id}', answer: retrieve },
]

function list(sim: Simulation, call: Call): Body | Refusal {
  const { type, types, delivery_success } = listParams.parse(call.params)
  const events = sim.ledger.events
    .all()
    .filter((event) => event.account === call.account.id)
    .filter((event) => type === undefined || typeFits(type, event.type))
    .filter((event) => types === undefined || types.includes(event.type))
    .filter((event) => delivery_success === undefined || delivery_success === isDelivered(sim, event))
  return listBody('/v1/events', 'event', call.params, events, (event) => body(sim, event))
}

function retrieve(sim: Simulation, call: Call): Body | Refusal {
  const id = idOf(call, 'id')
  const event = sim.ledger.events.find(id)
  if (!event || event.account !== call.account.id) return refusals.missing('event', id, 'id')
  return body(sim, event)
}

function body(sim: Simulation, event: EventRecord): Body {
  return eventBody(sim.ledger, event, sim.deliveries.pendingWebhooks(event.id))
}

function isDelivered(sim: Simulation, event: EventRecord): boolean {
  return sim.deliveries.pendingWebhooks(event.id) === 0 && !sim.deliveries.hasFailed(event.id)
}

/** `charge.*` asks for every event that begins so. */
function typeFits(wanted: string, type: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : wanted === type
}
