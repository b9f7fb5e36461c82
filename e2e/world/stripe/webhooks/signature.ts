import { createHmac } from 'node:crypto'

/** The Stripe-Signature header for a raw body, signed at `timestamp` (seconds). While a secret rolls there are several: one v1 each. */
export function stripeSignature(rawBody: string, secrets: readonly string[], timestamp: number): string {
  const signatures = secrets.map((secret) =>
    createHmac('sha256', secret).update(`${timestamp}.${rawBody}`).digest('hex'),
  )
  return [`t=${timestamp}`, ...signatures.map((v1) => `v1=${v1}`)].join(',')
}
