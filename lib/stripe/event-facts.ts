import { z } from 'zod'
import { type RefundNews, refundNews, stripeRefundSchema } from './refund-news'

/** What a stored Stripe event tells us, in our small vocabulary. Everything else is `other` and changes nothing. */
export type EventFacts =
  | { kind: 'refund'; news: RefundNews }
  | { kind: 'charge_refunded'; stripeAccountId: string; paymentIntentId: string }
  | { kind: 'payment_succeeded'; stripeAccountId: string; paymentIntentId: string; chargeId: string | null }
  | {
      kind: 'checkout_completed'
      stripeAccountId: string
      checkoutSessionId: string
      paymentIntentId: string
      paid: boolean
    }
  | {
      kind: 'dispute'
      stripeAccountId: string
      disputeId: string
      paymentIntentId: string | null
      chargeId: string
      status: string
      /** What the client's bank takes back, in minor units of `currency`: not always the whole payment. */
      amount: number
      currency: string
    }
  | { kind: 'account'; stripeAccountId: string; chargesEnabled: boolean }
  | { kind: 'account_deauthorized'; stripeAccountId: string }
  | { kind: 'account_authorized'; stripeAccountId: string }
  | { kind: 'other'; why: 'unknown_type' | 'no_connected_account' | 'no_payment_intent' | 'unreadable' }

const idOf = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)])
const charge = z.object({ id: z.string(), payment_intent: idOf.nullish() })
const paymentIntent = z.object({ id: z.string(), status: z.string(), latest_charge: idOf.nullish() })
const checkoutSession = z.object({ id: z.string(), payment_intent: idOf.nullish(), payment_status: z.string() })
const dispute = z.object({
  id: z.string(),
  charge: idOf,
  payment_intent: idOf.nullish(),
  status: z.string(),
  amount: z.int().nonnegative(),
  currency: z.string(),
})
const account = z.object({ id: z.string(), charges_enabled: z.boolean() })

type Reader = (object: unknown, stripeAccountId: string) => EventFacts

const UNREADABLE: EventFacts = { kind: 'other', why: 'unreadable' }
/** Charges and sessions of another kind than ours have none. */
const NO_PAYMENT_INTENT: EventFacts = { kind: 'other', why: 'no_payment_intent' }

function reader<T>(schema: z.ZodType<T>, toFacts: (object: T, stripeAccountId: string) => EventFacts): Reader {
  return (object, stripeAccountId) => {
    const parsed = schema.safeParse(object)
    return parsed.success ? toFacts(parsed.data, stripeAccountId) : UNREADABLE
  }
}

const readRefundEvent = reader(stripeRefundSchema, (refund, stripeAccountId) => ({
  kind: 'refund',
  news: refundNews(refund, stripeAccountId),
}))

const readDispute = reader(dispute, (told, stripeAccountId) => ({
  kind: 'dispute',
  stripeAccountId,
  disputeId: told.id,
  paymentIntentId: told.payment_intent ?? null,
  chargeId: told.charge,
  status: told.status,
  amount: told.amount,
  currency: told.currency,
}))

/** The event types we subscribe to (stripe.md, "Webhooks"), and `charge.refund.updated`, which older endpoints still send. */
const READERS = new Map<string, Reader>(
  Object.entries({
    'refund.created': readRefundEvent,
    'refund.updated': readRefundEvent,
    'refund.failed': readRefundEvent,
    'charge.refund.updated': readRefundEvent,
    'charge.refunded': reader(charge, (told, stripeAccountId) =>
      told.payment_intent
        ? { kind: 'charge_refunded', stripeAccountId, paymentIntentId: told.payment_intent }
        : NO_PAYMENT_INTENT,
    ),
    'payment_intent.succeeded': reader(paymentIntent, (told, stripeAccountId) => ({
      kind: 'payment_succeeded',
      stripeAccountId,
      paymentIntentId: told.id,
      chargeId: told.latest_charge ?? null,
    })),
    'checkout.session.completed': reader(checkoutSession, (told, stripeAccountId) =>
      told.payment_intent
        ? {
            kind: 'checkout_completed',
            stripeAccountId,
            checkoutSessionId: told.id,
            paymentIntentId: told.payment_intent,
            paid: told.payment_status === 'paid',
          }
        : NO_PAYMENT_INTENT,
    ),
    'charge.dispute.created': readDispute,
    'charge.dispute.updated': readDispute,
    'charge.dispute.closed': readDispute,
    'charge.dispute.funds_withdrawn': readDispute,
    'charge.dispute.funds_reinstated': readDispute,
    'account.updated': reader(account, (told, stripeAccountId) => ({
      kind: 'account',
      stripeAccountId,
      chargesEnabled: told.charges_enabled,
    })),
    'account.application.authorized': reader(z.unknown(), (_, stripeAccountId) => ({
      kind: 'account_authorized',
      stripeAccountId,
    })),
    'account.application.deauthorized': reader(z.unknown(), (_, stripeAccountId) => ({
      kind: 'account_deauthorized',
      stripeAccountId,
    })),
  }),
)

/** The types that a webhook endpoint should subscribe to, and that missed events are looked for among. */
export const SUBSCRIBED_EVENT_TYPES: readonly string[] = [...READERS.keys()]

/** Reads an event. Only events of a connected account can concern a direct charge; the platform's own are kept as `other`. */
export function eventFacts(event: { type: string; stripeAccountId: string | null; object: unknown }): EventFacts {
  const read = READERS.get(event.type)
  if (!read) return { kind: 'other', why: 'unknown_type' }
  if (event.stripeAccountId === null) return { kind: 'other', why: 'no_connected_account' }
  return read(event.object, event.stripeAccountId)
}
