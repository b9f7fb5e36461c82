import { createHmac } from 'node:crypto'

/** The Stripe-Signature header for a raw body, signed at `timestamp` (seconds). */
export function stripeSignature(rawBody: string, secret: string, timestamp: number): string {
  const v1 = createHmac('sha256', secret).update(`${timestamp}.${rawBody}`).digest('hex')
  return `t=${timestamp},v1=${v1}`
}
