import { z } from 'zod'
import type { fault } from '../faults/fault-plan'

export type FaultOrder = z.input<typeof fault>

/** The simulator's /sim calls, as any test would make them from outside. */
export function sideDoor(url: string) {
  const post = async (path: string, body: unknown = {}) => {
    const response = await fetch(`${url}/sim${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: response.status, body: z.json().parse(await response.json()) }
  }
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}/sim${path}`)).json()
  return {
    post,
    /** Makes something happen that must be possible. */
    act: async (path: string, body: unknown = {}) => {
      const { status, body: answer } = await post(path, body)
      if (status >= 400) throw new Error(`POST /sim${path} answered ${status}: ${JSON.stringify(answer)}`)
      return answer
    },
    plan: (order: FaultOrder) => post('/faults', order),
    ledger: async () => ledgerShape.parse(await get('/ledger')),
    requests: async () => requestsShape.parse(await get('/requests')),
    deliveries: async () => deliveriesShape.parse(await get('/deliveries')),
  }
}

const ledgerShape = z.object({
  accounts: z.array(
    z.object({
      id: z.string(),
      connected: z.boolean(),
      onboarded: z.boolean(),
      balance: z.record(z.string(), z.int()),
    }),
  ),
  charges: z.array(z.object({ id: z.string(), amountRefunded: z.int() })),
  refunds: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      amount: z.int(),
      byHand: z.boolean(),
      metadata: z.record(z.string(), z.string()),
    }),
  ),
  paymentIntents: z.array(z.object({ id: z.string(), status: z.string() })),
  disputes: z.array(z.object({ id: z.string(), status: z.string() })),
  balanceTransactions: z.array(z.object({ account: z.string(), currency: z.string(), amount: z.int() })),
})

const requestsShape = z.array(
  z.object({
    method: z.string(),
    path: z.string(),
    account: z.string().nullable(),
    idempotencyKey: z.string().nullable(),
    params: z.record(z.string(), z.unknown()),
    status: z.int().nullable(),
    replayed: z.boolean(),
    fault: z.string().nullable(),
    requestId: z.string(),
  }),
)

const deliveriesShape = z.array(
  z.object({
    id: z.string(),
    event: z.string(),
    type: z.string(),
    status: z.string(),
    attempts: z.array(z.object({ status: z.int().nullable(), error: z.string().nullable() })),
  }),
)
