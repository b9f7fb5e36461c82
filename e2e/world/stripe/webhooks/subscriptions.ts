import type { AccountRecord, EventRecord, WebhookEndpointRecord } from '../ledger/records'

/** Does this endpoint want that event of that account? */
export function listens(endpoint: WebhookEndpointRecord, event: EventRecord, owner: AccountRecord): boolean {
  if (endpoint.disabled) return false
  if (!endpoint.enabledEvents.includes('*') && !endpoint.enabledEvents.includes(event.type)) return false
  if (endpoint.account === owner.id) return endpoint.hears !== 'connected'
  return endpoint.hears !== 'own' && !owner.platform
}
