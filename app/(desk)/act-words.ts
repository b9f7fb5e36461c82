import type { Tone } from '@/components/ui/tone'
import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { heardFromStripe } from '@/lib/refunds/refund-reasons'
import type { RefundStatus } from '@/lib/refunds/refund-status'

export type Words = { tone: Tone; text: string }

/** What a retry came to, where the banner alone would leave the reader wondering whether anything happened. */
const RETRIED: Record<RefundStatus, Words | null> = {
  pending: {
    tone: 'moving',
    text: 'Stripe has been asked and has given no clear answer yet. Requite asks again by itself, and this page follows it.',
  },
  requested: { tone: 'moving', text: 'Stripe accepted the refund.' },
  succeeded: { tone: 'done', text: 'The refund is complete.' },
  failed: { tone: 'needs_you', text: 'Stripe was asked again just now and refused.' },
  manual: null,
}

const NOT_ASKED_YET: Words = {
  tone: 'waiting',
  text: 'Stripe was not asked: it has not confirmed the deposit yet. The refund starts by itself when it does.',
}

/** Why a retry came to nothing where Stripe has not refused it. */
function notRefused(failureReason: string | null): string | null {
  if (failureReason === 'refunded_elsewhere')
    return 'Stripe was not asked: a refund made outside Requite came to light.'
  if (failureReason === 'account_not_connected')
    return 'Stripe was not asked: the Stripe account that received the deposit is not connected.'
  return heardFromStripe(failureReason) === 'nothing_clear'
    ? 'Stripe could not be reached, or gave no clear answer.'
    : null
}

/** What came of a retry, from the note as it stood when a person had waited long enough; null where the banner says it all. */
export function retried({
  refundStatus,
  failureReason,
  attemptOpen,
  depositConfirmed,
}: Pick<CreditNote, 'refundStatus' | 'failureReason' | 'attemptOpen' | 'depositConfirmed'>): Words | null {
  if (refundStatus === 'pending' && !attemptOpen && !depositConfirmed) return NOT_ASKED_YET
  const text = refundStatus === 'failed' ? notRefused(failureReason) : null
  return text ? { tone: 'needs_you', text } : RETRIED[refundStatus]
}

/** What came of a look at Stripe. */
export function refreshed({ stripeAnswered }: { stripeAnswered: boolean }): Words {
  return stripeAnswered
    ? { tone: 'done', text: 'Checked with Stripe just now: this is how it stands.' }
    : { tone: 'needs_you', text: 'Stripe did not answer just now. This is what was known before.' }
}
