import { clientAddress } from '@/lib/auth/client-address'
import { countOffence } from '@/lib/auth/rate-limit'
import { readBounceReport } from '@/lib/email/bounce-report'
import { recordBounce } from '@/lib/email/record-bounce'
import { answer, door, refuse, refuseBody, refuseMethods, refuseRateLimited } from '../answers'
import { readBytes } from '../read-body'

/**
 * Takes a mail that came back to MAIL_FROM, raw, from the mail server that got it. Who sends it need not say so: the
 * Message-ID that it quotes is known only where that mail has been. The answer tells nobody whether we know it.
 */
export const POST = door(async (request) => {
  const read = await readBytes(request)
  if (!read.ok) return refuseBody(read.reason)

  const report = await readBounceReport(read.bytes)
  if (!report) return refuse('malformed_bounce', 'The body is not a delivery status report (RFC 3464).')

  if ((await recordBounce(report)) === 'unknown_mail') {
    const within = await countOffence('bounce_of_unknown_mail_per_address', clientAddress(request.headers))
    if (!within.ok) return refuseRateLimited(within.retryAfterSeconds)
  }
  return answer({ received: true })
})

export const { GET, PUT, PATCH, DELETE } = refuseMethods('POST')
