import { z } from 'zod'

/** Stripe's own statuses of a refund. */
export const STRIPE_REFUND_STATUSES = ['pending', 'requires_action', 'succeeded', 'failed', 'canceled'] as const
export type StripeRefundStatus = (typeof STRIPE_REFUND_STATUSES)[number]

/** What we take from a refund object, wherever it came from. Amount in minor units, time in UTC. */
export type RefundNews = {
  stripeRefundId: string
  stripeAccountId: string
  paymentIntentId: string | null
  chargeId: string | null
  amount: number
  currency: string
  status: StripeRefundStatus
  failureReason: string | null
  pendingReason: string | null
  traceNumber: string | null
  createdAt: Date
  /** From our metadata; null on refunds made elsewhere. */
  creditNoteId: string | null
  attemptId: string | null
}

const idOf = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)])

/** Stripe omits what is unset and may add fields at any time: only what we use is looked at. */
export const stripeRefundSchema = z.object({
  id: z.string().regex(/^(re|pyr)_/),
  object: z.literal('refund'),
  amount: z.number().int().positive(),
  currency: z.string().length(3),
  // Null, or a word that Stripe may add some day, must not hide that the refund exists: neither paid nor failed yet.
  status: z
    .string()
    .nullish()
    .transform((status) => STRIPE_REFUND_STATUSES.find((known) => known === status) ?? 'pending'),
  payment_intent: idOf.nullish(),
  charge: idOf.nullish(),
  created: z.number().int(),
  failure_reason: z.string().nullish(),
  pending_reason: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  destination_details: z.object({ card: z.object({ reference: z.string().nullish() }).nullish() }).nullish(),
})

/** The metadata that ties a Stripe refund to its credit note and attempt. */
export function refundMetadata(creditNoteId: string, attemptId: string): Record<string, string> {
  return { credit_note_id: creditNoteId, refund_attempt_id: attemptId }
}

const ourId = z.uuid()

/** Our small picture of a refund that Stripe sent; what in its metadata is no id of ours counts as absent. */
export function refundNews(refund: z.infer<typeof stripeRefundSchema>, stripeAccountId: string): RefundNews {
  return {
    stripeRefundId: refund.id,
    stripeAccountId,
    paymentIntentId: refund.payment_intent ?? null,
    chargeId: refund.charge ?? null,
    amount: refund.amount,
    currency: refund.currency,
    status: refund.status,
    failureReason: refund.failure_reason ?? null,
    pendingReason: refund.pending_reason ?? null,
    traceNumber: refund.destination_details?.card?.reference ?? null,
    createdAt: new Date(refund.created * 1000),
    creditNoteId: ourId.safeParse(refund.metadata?.credit_note_id).data ?? null,
    attemptId: ourId.safeParse(refund.metadata?.refund_attempt_id).data ?? null,
  }
}
