import Stripe from 'stripe'
import { env } from '@/lib/env'

/** The whole of one request, body included, must fit: an answer that drips in must not hold an attempt for ever (F20). */
const REQUEST_DEADLINE_MS = 20_000

let client: Stripe | undefined

/**
 * The platform's Stripe client. Every call passes the connected account itself, in its request options.
 * Never retries by itself: an attempt's calls are counted, spaced and decided by lib/refunds alone.
 */
export function stripe(): Stripe {
  client ??= connect()
  return client
}

function connect(): Stripe {
  const base = new URL(env().STRIPE_API_BASE)
  return new Stripe(env().STRIPE_SECRET_KEY, {
    protocol: base.protocol === 'http:' ? 'http' : 'https',
    host: base.hostname,
    port: base.port || (base.protocol === 'http:' ? 80 : 443),
    timeout: REQUEST_DEADLINE_MS,
    maxNetworkRetries: 0,
    telemetry: false,
    // Fetch's time-out spans the whole request; the Node client's starts anew with every byte.
    httpClient: Stripe.createFetchHttpClient((input, init) => fetch(input, { ...init, cache: 'no-store' })),
  })
}
