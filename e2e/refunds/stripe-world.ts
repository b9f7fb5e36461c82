import { createServer } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { vi } from 'vitest'
import { z } from 'zod'
import type { fault } from '../world/stripe/faults/fault-plan'
import { accountRecord, chargeRecord, disputeRecord, eventRecord, refundRecord } from '../world/stripe/ledger/records'
import { startStripeSimulator } from '../world/stripe/simulator'

// The simulator compiles its schema data once per test file, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 30_000 })

/** A webhook as it came over the wire: what the product's door would be handed. */
export type Delivery = { id: string; type: string; account: string | null; rawBody: string; signature: string }

const ledger = z.object({
  accounts: z.array(accountRecord),
  refunds: z.array(refundRecord),
  charges: z.array(chargeRecord.extend({ amountRefunded: z.int() })),
  disputes: z.array(disputeRecord),
})

const request = z.object({
  method: z.string(),
  path: z.string(),
  account: z.string().nullable(),
  idempotencyKey: z.string().nullable(),
  params: z.record(z.string(), z.json()),
  status: z.int().nullable(),
  errorCode: z.string().nullable(),
  replayed: z.boolean(),
  fault: z.string().nullable(),
})
/** A call that somebody made to Stripe, as Stripe remembers it. */
export type StripeCall = z.infer<typeof request>

const envelope = z.object({ id: z.string(), type: z.string(), account: z.string().optional() })
const named = z.object({ id: z.string() })

/** Stripe for a test file, asked from outside: the simulator with its side door, and somebody who catches its webhooks. */
export type StripeWorld = Awaited<ReturnType<typeof startStripe>>

/**
 * Starts the simulator and has the product use it. Its webhooks are caught, not applied: a test hands them on in the order
 * it likes. Must come before anything reads the environment.
 */
export async function startStripe() {
  const caught = new Map<string, Delivery>()
  const copies: Delivery[] = []
  const catcher = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const rawBody = Buffer.concat(chunks).toString('utf8')
    const { id, type, account = null } = envelope.parse(JSON.parse(rawBody))
    const delivery = { id, type, account, rawBody, signature: String(request.headers['stripe-signature']) }
    caught.set(id, delivery)
    copies.push(delivery)
    response.end()
  })
  await new Promise<void>((listening) => catcher.listen(0, '127.0.0.1', listening))
  const { port } = z.object({ port: z.int() }).parse(catcher.address())
  const simulator = await startStripeSimulator({
    apiKey: String(process.env.STRIPE_SECRET_KEY),
    webhooks: [{ url: `http://127.0.0.1:${port}`, secret: String(process.env.STRIPE_WEBHOOK_SECRET) }],
    timeScale: 0.01,
  })
  process.env.STRIPE_API_BASE = simulator.url

  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const answer = await fetch(`${simulator.url}/sim${path}`, init)
    const body: unknown = await answer.json()
    if (!answer.ok) throw new Error(`/sim${path} answered ${answer.status}: ${JSON.stringify(body)}`)
    return body
  }
  const act = (path: string, input: object = {}) =>
    ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(input) })

  return {
    url: simulator.url,
    /** Makes something happen at Stripe (its README lists what). */
    act,
    /** Plans something bad (the README's faults). */
    plan: (order: z.input<typeof fault>) => act('/faults', order),
    forgetFaults: () => ask('/faults', { method: 'DELETE' }),
    openAccount: async (settings: object = {}) => named.parse(await act('/accounts', settings)).id,
    ledger: async () => ledger.parse(await ask('/ledger')),
    /** Every refund of an account, oldest first. */
    refundsOf: async (account: string) =>
      ledger.parse(await ask('/ledger')).refunds.filter((refund) => refund.account === account),
    /** Every call for an account, oldest first. */
    callsFor: async (account: string): Promise<StripeCall[]> =>
      z
        .array(request)
        .parse(await ask('/requests'))
        .filter((call) => call.account === account),
    allCalls: async (): Promise<StripeCall[]> => z.array(request).parse(await ask('/requests')),
    allEvents: async () => z.array(eventRecord).parse(await ask('/events')),
    /** The webhooks of an account in the order of their events, once each has arrived over the wire. */
    webhooksOf: async (account: string, types: readonly string[] = REFUND_EVENTS): Promise<Delivery[]> => {
      for (;;) {
        const events = z.array(eventRecord).parse(await ask('/events'))
        const wanted = events.filter((event) => event.account === account && types.includes(event.type))
        const arrived = wanted.flatMap(({ id }) => caught.get(id) ?? [])
        if (arrived.length === wanted.length) return arrived
        await nextTurn()
      }
    },
    /** The client pays on a hosted payment page. */
    payOnPage: async (page: string) => {
      const form = new URLSearchParams({ email: 'paula@example.com', name: 'Paula Pine', card: 'pm_card_visa' })
      const answer = await fetch(page, { method: 'POST', body: form, redirect: 'manual' })
      if (answer.status !== 303) throw new Error(`the payment page answered ${answer.status}`)
    },
    /** Everything that came over the wire for one event, copies and misdirected ones included. */
    copiesOf: (eventId: string) => copies.filter(({ id }) => id === eventId),
    async close() {
      await simulator.close()
      await new Promise<void>((closed) => {
        catcher.close(() => closed())
        catcher.closeAllConnections()
      })
    },
  }
}

/** What Stripe says of refunds. */
export const REFUND_EVENTS = [
  'refund.created',
  'charge.refunded',
  'refund.updated',
  'charge.refund.updated',
  'refund.failed',
] as const
