import { z } from 'zod'
import { webhookEndpointBody } from '../bodies/webhook-endpoint-body'
import { stripeId } from '../ids'
import type { Body } from '../json'
import type { WebhookEndpointRecord } from '../ledger/records'
import type { Simulation } from '../simulation'
import { newWebhookSecret } from '../webhooks/endpoints'
import { type Call, idOf, type Route } from './call'
import { listBody } from './lists'
import { mergeMetadata, metadataParam } from './metadata'
import { Refusal, refusals } from './refusals'

const createParams = z.object({
  url: z.string(),
  enabled_events: z.array(z.string()),
  connect: z.boolean().default(false),
  description: z.string().optional(),
  metadata: metadataParam.optional(),
})

const updateParams = createParams.omit({ connect: true }).partial().extend({ disabled: z.boolean().optional() })

export const webhookEndpointRoutes: Route[] = [
  { method: 'POST', path: '/v1/webhook_endpoints', answer: create },
  { method: 'GET', path: '/v1/webhook_endpoints', answer: list },
  {
    method: 'GET',
    path: '/v1/webhook_endpoints/{webhook_endpoint}',
    answer: (sim, call) => withEndpoint(sim, call, (endpoint) => webhookEndpointBody(endpoint, 'without_secret')),
  },
  { method: 'POST', path: '/v1/webhook_endpoints/{webhook_endpoint}', answer: update },
  { method: 'DELETE', path: '/v1/webhook_endpoints/{webhook_endpoint}', answer: remove },
]

function create(sim: Simulation, call: Call): Body | Refusal {
  const params = createParams.parse(call.params)
  if (!URL.canParse(params.url)) return refusals.invalidUrl()
  const metadata = mergeMetadata({}, params.metadata)
  if (metadata instanceof Refusal) return metadata
  const endpoint = sim.ledger.webhookEndpoints.put({
    id: stripeId('we'),
    account: call.account.id,
    url: params.url,
    secret: newWebhookSecret(),
    enabledEvents: params.enabled_events,
    hears: params.connect ? 'connected' : 'own',
    description: params.description ?? null,
    disabled: false,
    created: sim.clock.seconds(),
    metadata,
  })
  return webhookEndpointBody(endpoint, 'with_secret')
}

function list(sim: Simulation, call: Call): Body | Refusal {
  const endpoints = sim.ledger.webhookEndpoints.all().filter((endpoint) => endpoint.account === call.account.id)
  return listBody('/v1/webhook_endpoints', 'webhook_endpoint', call.params, endpoints, (endpoint) =>
    webhookEndpointBody(endpoint, 'without_secret'),
  )
}

function update(sim: Simulation, call: Call): Body | Refusal {
  return withEndpoint(sim, call, (endpoint) => {
    const params = updateParams.parse(call.params)
    if (params.url !== undefined && !URL.canParse(params.url)) return refusals.invalidUrl()
    const metadata = mergeMetadata(endpoint.metadata, params.metadata)
    if (metadata instanceof Refusal) return metadata
    const changed = sim.ledger.webhookEndpoints.change(endpoint.id, {
      metadata,
      url: params.url ?? endpoint.url,
      enabledEvents: params.enabled_events ?? endpoint.enabledEvents,
      description: params.description ?? endpoint.description,
      disabled: params.disabled ?? endpoint.disabled,
    })
    return webhookEndpointBody(changed, 'without_secret')
  })
}

function remove(sim: Simulation, call: Call): Body | Refusal {
  return withEndpoint(sim, call, ({ id }) => {
    sim.ledger.webhookEndpoints.remove(id)
    return { id, object: 'webhook_endpoint', deleted: true }
  })
}

function withEndpoint(
  sim: Simulation,
  call: Call,
  answer: (endpoint: WebhookEndpointRecord) => Body | Refusal,
): Body | Refusal {
  const id = idOf(call, 'webhook_endpoint')
  const endpoint = sim.ledger.webhookEndpoints.find(id)
  if (!endpoint || endpoint.account !== call.account.id)
    return refusals.missing('webhook endpoint', id, 'webhook_endpoint')
  return answer(endpoint)
}
