import { countAct } from '@/lib/auth/rate-limit'
import { requeueEmail } from './outbox'

export type ResendResult =
  | Awaited<ReturnType<typeof requeueEmail>>
  | { ok: false; reason: 'rate_limited'; retryAfterSeconds: number }

/** A freelancer has one of their emails that did not arrive sent again, to the address as corrected. */
export async function resendEmail(freelancerId: string, outboxId: string, recipient: string): Promise<ResendResult> {
  const within = await countAct('resend_per_freelancer', freelancerId)
  if (!within.ok) return { ok: false, reason: 'rate_limited', retryAfterSeconds: within.retryAfterSeconds }
  return requeueEmail(freelancerId, outboxId, recipient)
}
