import { z } from 'zod'
import { stripe } from './client'
import { type RefundNews, refundNews, stripeRefundSchema } from './refund-news'
import { readStripeTrouble, type StripeTrouble } from './stripe-errors'

export type Reading<T> = { ok: true; value: T } | { ok: false; trouble: StripeTrouble }

/** Reads every refund of a payment, newest first; a payment has few, and all pages are read. */
export async function readRefundsOfPayment(
  stripeAccountId: string,
  paymentIntentId: string,
): Promise<Reading<RefundNews[]>> {
  return reading(async () => {
    const news: RefundNews[] = []
    const pages = stripe().refunds.list(
      { payment_intent: paymentIntentId, limit: 100 },
      { stripeAccount: stripeAccountId },
    )
    for await (const refund of pages) news.push(refundNews(stripeRefundSchema.parse(refund), stripeAccountId))
    return news
  })
}

/** Runs a read at Stripe; what cannot be read is trouble of unknown kind, not a crash. */
export async function reading<T>(read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { ok: true, value: await read() }
  } catch (error) {
    if (error instanceof z.ZodError) {
      const message = "Stripe's answer could not be read."
      const unreadable = { kind: 'unknown', code: 'unreadable_answer', message, requestId: null } as const
      return { ok: false, trouble: { ...unreadable, mayHaveHappened: true, over: 'nothing' } }
    }
    return { ok: false, trouble: readStripeTrouble(error) }
  }
}
