import { clientAddress } from '@/lib/auth/client-address'
import { countOffence, offendedBefore } from '@/lib/auth/rate-limit'
import { REPORT_LIMIT_BYTES, readBounceReport } from '@/lib/email/bounce-report'
import { oneAtATime } from '@/lib/email/one-at-a-time'
import { recordBounce } from '@/lib/email/record-bounce'
import { answer, door, refuse, refuseBody, refuseMethods, refuseRateLimited } from '../answers'
import { readBytes } from '../read-body'

/**
 * Takes a mail that came back to MAIL_FROM, raw, from the mail server that got it. Who sends it need not say so: the
 * Message-ID that it quotes is known only where that mail has been. The answer tells nobody whether we know it. Reading costs
 * far more than sending: one is read at a time, and of those who send what changes nothing no more for a while.
 */
export const POST = door(async (request) => {
  const caller = clientAddress(request.headers)
  const before = offendedBefore('useless_bounce_per_address', caller)
  if (!before.ok) return refuseRateLimited(before.retryAfterSeconds)

  const read = await readBytes(request, { keep: REPORT_LIMIT_BYTES })
  if (!read.ok) return refuseBody(read.reason)

  const turn = await oneAtATime(caller, () => readBounceReport(read.bytes))
  if (!turn.ok) {
    return refuse('unavailable', 'Other reports are being read. Send it again in a moment.', {
      headers: { 'retry-after': '5' },
    })
  }

  const report = turn.done
  if (!report || (await recordBounce(report)) !== 'recorded') {
    const within = await countOffence('useless_bounce_per_address', caller)
    if (!within.ok) return refuseRateLimited(within.retryAfterSeconds)
  }
  return report
    ? answer({ received: true })
    : refuse('malformed_bounce', 'The body is not a delivery status report (RFC 3464).')
})

export const { GET, PUT, PATCH, DELETE } = refuseMethods('POST')
