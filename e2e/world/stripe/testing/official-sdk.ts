import Stripe from 'stripe'
import { z } from 'zod'
import { type SchemaVerdict, validateStripeAnswer, validateStripeBody } from '../schema/validate'

/**
 * The official SDK, pointed at a simulator. Every answer that passes through it is held against the schema data, so each test
 * also proves that the simulator's bodies look like Stripe's.
 */
export function officialSdk(url: string, apiKey = 'sk_test_simulator', retries = 0): Stripe {
  const { hostname, port } = new URL(url)
  return new Stripe(apiKey, {
    protocol: 'http',
    host: hostname,
    port,
    maxNetworkRetries: retries,
    timeout: 3000,
    httpClient: Stripe.createFetchHttpClient(fetchJudged),
  })
}

async function fetchJudged(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init)
  const text = await response.clone().text()
  const body = parsed(text)
  if (body === undefined) return response
  const { pathname } = new URL(input instanceof Request ? input.url : input)
  const verdict = response.ok
    ? validateStripeAnswer(init?.method ?? 'GET', pathname, body)
    : validateStripeBody('error', body)
  expectFits(verdict, `${init?.method} ${pathname} answered ${text}`)
  return response
}

/** Fails the test with every problem when a body does not look like Stripe's. */
export function expectFits(verdict: SchemaVerdict, what: string): void {
  if (!verdict.ok) throw new Error(`${verdict.problems.join('; ')} – ${what}`)
}

/** Faults send broken JSON on purpose; that is no body to judge. */
function parsed(text: string): unknown {
  const json = z.string().transform((raw, context) => {
    try {
      return JSON.parse(raw)
    } catch {
      context.addIssue('no JSON')
      return z.NEVER
    }
  })
  return json.safeParse(text).data
}
