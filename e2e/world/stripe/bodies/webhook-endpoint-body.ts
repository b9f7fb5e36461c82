import type { Body } from '../json'
import type { WebhookEndpointRecord } from '../ledger/records'

/** A webhook endpoint as Stripe writes it. The secret is shown once, in the answer to its creation. */
export function webhookEndpointBody(endpoint: WebhookEndpointRecord, show: 'with_secret' | 'without_secret'): Body {
  return {
    id: endpoint.id,
    object: 'webhook_endpoint',
    api_version: null,
    application: null,
    created: endpoint.created,
    description: endpoint.description,
    enabled_events: endpoint.enabledEvents,
    livemode: false,
    metadata: endpoint.metadata,
    ...(show === 'with_secret' ? { secret: endpoint.secret } : {}),
    status: endpoint.disabled ? 'disabled' : 'enabled',
    url: endpoint.url,
  }
}
