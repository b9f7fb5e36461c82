import Stripe from 'stripe'

/** What the SDK throws for a call that Stripe refuses or the wire loses; fails when the call succeeds. */
export async function refusalOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const outcome = await call.then(
    () => 'it succeeded',
    (error: unknown) => error,
  )
  if (!(outcome instanceof Stripe.errors.StripeError)) throw new Error(`Not refused by Stripe: ${outcome}`)
  return outcome
}
