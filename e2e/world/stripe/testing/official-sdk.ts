import Stripe from 'stripe'
import { type SchemaVerdict, validateStripeAnswer, validateStripeBody } from '../schema/validate'

/**
 * The official SDK, pointed at a simulator. Every answer that passes through it is held against the schema data, so each test
 * also proves that the simulator's bodies look like Stripe's.
 */
export function officialSdk(url: string, apiKey = 'sk_test_simulator', retries = 0): Stripe {
  const { hostname, port } = new URL(url)
  const httpClient = Stripe.createNodeHttpClient()
  const makeRequest = httpClient.makeRequest.bind(httpClient)
  httpClient.makeRequest = async (...request) => {
    const [, , path, method] = request
    const response = await makeRequest(...request)
    const toJSON = response.toJSON.bind(response)
    response.toJSON = async () => {
      const body: unknown = await toJSON()
      const { pathname } = new URL(path, url)
      const good = response.getStatusCode() === 200
      const verdict = good ? validateStripeAnswer(method, pathname, body) : validateStripeBody('error', body)
      expectFits(verdict, `${method} ${pathname} answered ${JSON.stringify(body)}`)
      return body
    }
    return response
  }
  return new Stripe(apiKey, {
    protocol: 'http',
    host: hostname,
    port,
    maxNetworkRetries: retries,
    // Schemas are compiled on the event loop that it is answered from.
    timeout: 20_000,
    httpClient,
  })
}

/** Fails the test with every problem when a body does not look like Stripe's. */
export function expectFits(verdict: SchemaVerdict, what: string): void {
  if (!verdict.ok) throw new BodyUnlikeStripe(`${verdict.problems.join('; ')} – ${what}`)
}

class BodyUnlikeStripe extends Error {}
