import { createServer, type IncomingMessage } from 'node:http'
import Stripe from 'stripe'
import { z } from 'zod'
import { stripeApi } from '../schema/stripe-api'
import { validateStripeBody } from '../schema/validate'
import { expectFits } from './official-sdk'

export type Heard = { event: Stripe.Event; signature: string; rawBody: string }

export type ListeningEndpoint = {
  url: string
  /** What deliveries must be signed with; set it to the one that Stripe handed out. */
  secret: string
  /** Every delivery so far, in the order of arrival, refused ones included. */
  heard: Heard[]
  types(): string[]
  /** Answers the next deliveries of that type with these statuses, then 200 again. */
  refuse(type: string, ...statuses: number[]): void
  /** Resolves once that many deliveries fit; the test's own time-out is the limit. */
  waitFor(count: number, fits?: (heard: Heard) => boolean): Promise<Heard[]>
  /** Throws what was wrong with any delivery: its signature or its body. */
  close(): Promise<void>
}

const boundAddress = z.object({ port: z.int() })

/** An app's webhook endpoint that checks every delivery as the official SDK does, and against the schema data. */
export async function listeningEndpoint(secret = 'whsec_listening', wantedPort = 0): Promise<ListeningEndpoint> {
  const heard: Heard[] = []
  const refusals = new Map<string, number[]>()
  const problems: unknown[] = []
  const waiters = new Set<() => void>()

  const server = createServer((request, response) => {
    void rawBodyOf(request).then((rawBody) => {
      let status = 200
      try {
        const delivery = judged(rawBody, String(request.headers['stripe-signature']), endpoint.secret)
        heard.push(delivery)
        status = refusals.get(delivery.event.type)?.shift() ?? 200
      } catch (problem) {
        problems.push(problem)
      }
      response.writeHead(status).end()
      for (const check of [...waiters]) check()
    })
  })
  await new Promise<void>((listening) => server.listen(wantedPort, '127.0.0.1', () => listening()))
  const { port } = boundAddress.parse(server.address())

  const endpoint: ListeningEndpoint = {
    url: `http://127.0.0.1:${port}/api/stripe`,
    secret,
    heard,
    types: () => heard.map(({ event }) => event.type),
    refuse: (type, ...statuses) => void refusals.set(type, statuses),
    waitFor: (count, fits = () => true) =>
      new Promise((found) => {
        const check = () => {
          const fitting = heard.filter(fits)
          if (fitting.length < count) return
          waiters.delete(check)
          found(fitting)
        }
        waiters.add(check)
        check()
      }),
    close: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      if (problems.length > 0) throw problems[0]
    },
  }
  return endpoint
}

function judged(rawBody: string, signature: string, secret: string): Heard {
  const event = Stripe.webhooks.constructEvent(rawBody, signature, secret)
  const body: unknown = JSON.parse(rawBody)
  const own = `event.${event.type}`
  expectFits(validateStripeBody(own in stripeApi.schemas ? own : 'event', body), rawBody)
  const object = z.looseObject({ object: z.string() }).parse(event.data.object)
  if (object.object in stripeApi.schemas) expectFits(validateStripeBody(object.object, object), rawBody)
  return { event, signature, rawBody }
}

async function rawBodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}
