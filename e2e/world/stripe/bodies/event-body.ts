import type { Body } from '../json'
import type { Ledger } from '../ledger/ledger'
import type { EventRecord } from '../ledger/records'
import { stripeApi } from '../schema/stripe-api'

/** An event as Stripe writes it. Only events of connected accounts carry `account`. */
export function eventBody(ledger: Ledger, event: EventRecord, pendingWebhooks: number): Body {
  return {
    id: event.id,
    object: 'event',
    ...(ledger.accounts.get(event.account).platform ? {} : { account: event.account }),
    api_version: stripeApi.version,
    created: event.created,
    data: {
      object: event.object,
      ...(event.previousAttributes ? { previous_attributes: event.previousAttributes } : {}),
    },
    livemode: false,
    pending_webhooks: pendingWebhooks,
    request: { id: event.requestId, idempotency_key: event.idempotencyKey },
    type: event.type,
  }
}
