import { z } from 'zod'
import { stripe } from './client'
import { type Reading, reading } from './read-refunds'

/** A card payment as it stands at Stripe now. */
export type PaymentReading = {
  paymentIntentId: string
  chargeId: string | null
  /** The money has reached the connected account. */
  confirmed: boolean
}

const idOf = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)])
const paymentIntentSchema = z.object({ id: z.string(), status: z.string(), latest_charge: idOf.nullish() })
const holdsPaymentIntent = z.object({ payment_intent: idOf.nullish() })

/** Reads a PaymentIntent's state. */
export async function readPayment(stripeAccountId: string, paymentIntentId: string): Promise<Reading<PaymentReading>> {
  return reading(async () => {
    const answer = await stripe().paymentIntents.retrieve(paymentIntentId, {}, { stripeAccount: stripeAccountId })
    const intent = paymentIntentSchema.parse(answer)
    return {
      paymentIntentId: intent.id,
      chargeId: intent.latest_charge ?? null,
      confirmed: intent.status === 'succeeded',
    }
  })
}

/**
 * Finds the PaymentIntent behind what an older deposit knows: a charge (`ch_…`) or a Checkout Session (`cs_…`).
 * `null` when Stripe has none for it. `patienceMs` shortens the wait where a person waits.
 */
export async function findPaymentIntent(
  stripeAccountId: string,
  known: { chargeId: string | null; checkoutSessionId: string | null },
  patienceMs?: number,
): Promise<Reading<string | null>> {
  return reading(async () => {
    const account = { stripeAccount: stripeAccountId, ...(patienceMs && { timeout: patienceMs }) }
    if (known.chargeId) {
      return (
        holdsPaymentIntent.parse(await stripe().charges.retrieve(known.chargeId, {}, account)).payment_intent ?? null
      )
    }
    if (known.checkoutSessionId) {
      const session = await stripe().checkout.sessions.retrieve(known.checkoutSessionId, {}, account)
      return holdsPaymentIntent.parse(session).payment_intent ?? null
    }
    return null
  })
}
