import { stripe } from './client'
import { type RefundNews, refundMetadata, refundNews, stripeRefundSchema } from './refund-news'
import { readStripeTrouble, type StripeTrouble } from './stripe-errors'

/** What an attempt sends to Stripe; fixed when the attempt was claimed. Amount in minor units. */
export type RefundRequest = {
  attemptId: string
  creditNoteId: string
  idempotencyKey: string
  stripeAccountId: string
  paymentIntentId: string
  amount: number
}

export type CreateRefundOutcome = { kind: 'accepted'; news: RefundNews; requestId: string | null } | StripeTrouble

/**
 * Asks Stripe once for the refund, with the attempt's own key. Accepted, refused for good, or unknown: a time-out, a
 * reset, a 5xx, a busy answer or one that cannot be read. Never throws for what Stripe or the network did.
 */
export async function createRefund(request: RefundRequest): Promise<CreateRefundOutcome> {
  try {
    const answer = await stripe().refunds.create(
      {
        payment_intent: request.paymentIntentId,
        amount: request.amount,
        reason: 'requested_by_customer',
        metadata: refundMetadata(request.creditNoteId, request.attemptId),
      },
      { stripeAccount: request.stripeAccountId, idempotencyKey: request.idempotencyKey },
    )
    const requestId = answer.lastResponse?.requestId ?? null
    const refund = stripeRefundSchema.safeParse(answer)
    if (refund.success) return { kind: 'accepted', news: refundNews(refund.data, request.stripeAccountId), requestId }
    return {
      kind: 'unknown',
      code: 'unreadable_answer',
      message: "Stripe's answer could not be read.",
      requestId,
      mayHaveHappened: true,
      over: 'nothing',
    }
  } catch (error) {
    return readStripeTrouble(error)
  }
}
