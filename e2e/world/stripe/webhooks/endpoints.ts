import { randomLetters, stripeId } from '../ids'
import type { Ledger } from '../ledger/ledger'
import type { WebhookEndpointRecord } from '../ledger/records'

/** A webhook secret of Stripe's shape. */
export function newWebhookSecret(): string {
  return `whsec_${randomLetters(32)}`
}

/** Registers an endpoint that hears every event of the platform and of its connected accounts; the same URL again only changes its secret. */
export function listenToEverything(
  ledger: Ledger,
  url: string,
  secret: string,
  created: number,
): WebhookEndpointRecord {
  const existing = ledger.webhookEndpoints.all().find((endpoint) => endpoint.url === url && endpoint.hears === 'both')
  if (existing) return ledger.webhookEndpoints.change(existing.id, { secret, disabled: false })
  return ledger.webhookEndpoints.put({
    id: stripeId('we'),
    account: ledger.platform().id,
    url,
    secret,
    enabledEvents: ['*'],
    hears: 'both',
    description: null,
    disabled: false,
    created,
    metadata: {},
  })
}

/** The endpoints named at the start. */
export function listenFromStart(
  ledger: Ledger,
  webhooks: readonly { url: string; secret: string }[],
  created: number,
): void {
  for (const { url, secret } of webhooks) listenToEverything(ledger, url, secret, created)
}
