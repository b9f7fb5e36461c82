import { clientAddress } from '@/lib/auth/client-address'
import { countOffence } from '@/lib/auth/rate-limit'
import { describeFailure } from '@/lib/failures'
import { log } from '@/lib/log'
import { turnToAnswer } from '@/lib/stripe/answer-in-turn'
import { verifyWebhook } from '@/lib/stripe/event-inbox'
import { keepEvent } from '@/lib/stripe/keep-event'
import { answer, refuse, refuseBody, refuseMethods, refuseRateLimited } from '../answers'
import { readBody } from '../read-body'

/**
 * Stripe's webhooks, platform and Connect: verify, keep, answer. 200 is said only once the event is durable; what it means
 * for a credit note is the worker's to find out.
 */
export async function POST(request: Request): Promise<Response> {
  const response = await receive(request)
  await turnToAnswer()
  return response
}

async function receive(request: Request): Promise<Response> {
  const read = await readBody(request)
  if (!read.ok) return refuseBody(read.reason)

  const verified = verifyWebhook(read.body, request.headers.get('stripe-signature'), new Date())
  if (!verified.ok) return refuseDelivery(verified.reason, request.headers)

  try {
    if (await keepEvent(verified.event)) return answer({ received: true })
    log.warn({ eventId: verified.event.id }, 'event not kept: too many wait')
  } catch (error) {
    log.error({ failure: describeFailure(error), eventId: verified.event.id }, 'event not kept')
  }
  return refuse('unavailable', 'The event could not be stored. Send it again.', { headers: { 'retry-after': '5' } })
}

/** Counts what is not from Stripe, after it was found out: a good delivery never waits for the counter. */
async function refuseDelivery(reason: 'bad_signature' | 'stale' | 'malformed', headers: Headers): Promise<Response> {
  // Signed by Stripe, so that it is nobody's attempt to guess.
  if (reason === 'malformed') return refuse('malformed_event', 'The body is not an event.')
  try {
    const within = await countOffence('bad_signature_per_address', clientAddress(headers))
    if (!within.ok) return refuseRateLimited(within.retryAfterSeconds)
  } catch (error) {
    log.warn({ failure: describeFailure(error) }, 'refused delivery not counted')
  }
  return refuse(
    'invalid_signature',
    reason === 'stale'
      ? "The signature's time lies more than five minutes from now."
      : 'The Stripe-Signature header does not sign this body.',
  )
}

export const { GET, PUT, PATCH, DELETE } = refuseMethods('POST')
