import { z } from 'zod'
import { randomLetters } from '../ids'
import { type RefundCourse, refundCourses } from '../ledger/records'

/** Which calls a fault hits: method, path (`*` stands for one segment, e.g. /v1/refunds/*), account; unset means any. */
const callMatch = {
  method: z.string().toUpperCase().optional(),
  path: z.string().optional(),
  account: z.string().optional(),
}

/** Which deliveries a fault hits: event type (`*` at the end means any that begins so), account of the event; unset means any. */
const deliveryMatch = { type: z.string().optional(), account: z.string().optional() }

/** How often it strikes before it is spent. */
const times = { times: z.int().min(1).default(1) }

const call = { ...callMatch, ...times, shouldRetry: z.boolean().optional() }
const delivery = { ...deliveryMatch, ...times }
const milliseconds = z.int().min(0).max(3_600_000)

export const callFault = z.discriminatedUnion('kind', [
  /** 429 before the key is stored; header Stripe-Rate-Limited-Reason. */
  z.object({
    kind: z.literal('rate_limit'),
    reason: z
      .enum(['global-rate', 'global-concurrency', 'endpoint-rate', 'endpoint-concurrency', 'resource-specific'])
      .default('global-rate'),
    ...call,
  }),
  /** 429 before the key is stored: another process holds the object. */
  z.object({ kind: z.literal('lock_timeout'), ...call }),
  /** 500 without the effect, stored under the key. */
  z.object({ kind: z.literal('error_before'), ...call }),
  /** 500 although the effect happened, stored under the key. */
  z.object({ kind: z.literal('error_after'), ...call }),
  /** 503 without the effect, nothing stored. */
  z.object({ kind: z.literal('unavailable'), ...call }),
  /** No answer for `milliseconds`, then the connection drops; no effect, nothing stored. */
  z.object({ kind: z.literal('timeout_before'), milliseconds: milliseconds.default(120_000), ...call }),
  /** The effect happened and is stored; no answer for `milliseconds`, then the connection drops. */
  z.object({ kind: z.literal('timeout_after'), milliseconds: milliseconds.default(120_000), ...call }),
  /** The connection is reset before anything happened. */
  z.object({ kind: z.literal('reset_before'), ...call }),
  /** The effect happened; the connection is reset in the middle of the answer. */
  z.object({ kind: z.literal('reset_after'), ...call }),
  /** The effect happened; the answer is 200 with an empty body. */
  z.object({ kind: z.literal('empty_answer'), ...call }),
  /** The effect happened; the answer is 200 with broken JSON. */
  z.object({ kind: z.literal('malformed_answer'), ...call }),
  /** The effect happened; the answer comes one byte every `milliseconds`. */
  z.object({ kind: z.literal('slow_answer'), milliseconds: milliseconds.default(1000), ...call }),
  /** The true answer, but only after `milliseconds`; the effect happens after the wait and the key is in use meanwhile. */
  z.object({ kind: z.literal('delay_before'), milliseconds, ...call }),
  /** The true answer, but only after `milliseconds`; the effect and its webhooks happen at once. */
  z.object({ kind: z.literal('delay_after'), milliseconds, ...call }),
  /** A refusal of Stripe's by its error code, instead of the effect. */
  z.object({ kind: z.literal('refusal'), code: z.string(), message: z.string().optional(), ...call }),
])
export type CallFault = z.infer<typeof callFault>

const refundCourseFault = z.object({
  /** The next refund goes this way, whatever card paid. */
  kind: z.literal('refund_course'),
  course: z.enum(refundCourses),
  account: z.string().optional(),
  ...times,
})

export const deliveryFault = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('duplicate_delivery'), copies: z.int().min(2).max(1000).default(2), ...delivery }),
  /** Lets the next event to the endpoint go first. */
  z.object({ kind: z.literal('reorder_delivery'), ...delivery }),
  /** Never sent at all, until somebody resends the event. */
  z.object({ kind: z.literal('drop_delivery'), ...delivery }),
  z.object({ kind: z.literal('delay_delivery'), milliseconds, ...delivery }),
  /** Validly signed, but naming another account. */
  z.object({
    kind: z.literal('misdirect_delivery'),
    toAccount: z.string().default('acct_1SomebodyElse00'),
    ...delivery,
  }),
])
export type DeliveryFault = z.infer<typeof deliveryFault>

export const fault = z.discriminatedUnion('kind', [callFault, deliveryFault, refundCourseFault])
export type Fault = z.infer<typeof fault>
export type PlannedFault = Fault & { id: string; left: number }

/** The faults somebody asked for. Each strikes as often as planned, the oldest fitting one first. */
export class FaultPlan {
  private planned: PlannedFault[] = []

  add(order: Fault): PlannedFault {
    const planned = { ...order, id: `fault_${randomLetters(10)}`, left: order.times }
    this.planned = [...this.planned, planned]
    return planned
  }

  list(): readonly PlannedFault[] {
    return this.planned
  }

  /** False when there is no such fault (any more). */
  remove(id: string): boolean {
    const before = this.planned.length
    this.planned = this.planned.filter((planned) => planned.id !== id)
    return this.planned.length < before
  }

  clear(): void {
    this.planned = []
  }

  takeForCall(method: string, path: string, account: string): CallFault | undefined {
    return this.take(callFault, (planned) => {
      const fits = planned.method === undefined || planned.method === method
      return fits && (planned.path === undefined || pathFits(planned.path, path)) && accountFits(planned, account)
    })
  }

  takeForDelivery(type: string, account: string): DeliveryFault | undefined {
    return this.take(deliveryFault, (planned) => typeFits(planned.type, type) && accountFits(planned, account))
  }

  takeRefundCourse(account: string): RefundCourse | undefined {
    return this.take(refundCourseFault, (planned) => accountFits(planned, account))?.course
  }

  private take<Order extends Fault>(schema: z.ZodType<Order>, fits: (planned: Order) => boolean): Order | undefined {
    for (const planned of this.planned) {
      const order = schema.safeParse(planned)
      if (!order.success || !fits(order.data)) continue
      planned.left -= 1
      if (planned.left === 0) this.remove(planned.id)
      return order.data
    }
    return undefined
  }
}

function accountFits(planned: { account?: string | undefined }, account: string): boolean {
  return planned.account === undefined || planned.account === account
}

function typeFits(wanted: string | undefined, type: string): boolean {
  if (wanted === undefined) return true
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : wanted === type
}

function pathFits(wanted: string, path: string): boolean {
  const pattern = wanted.split('/')
  const segments = path.split('/')
  return pattern.length === segments.length && pattern.every((part, i) => part === '*' || part === segments[i])
}
