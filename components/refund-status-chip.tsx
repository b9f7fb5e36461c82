import { Chip } from '@/components/ui/chip'
import type { Tone } from '@/components/ui/tone'
import type { RefundFacts, RefundStatus } from '@/lib/refunds/refund-status'

/** The public vocabulary of refunds, as the API speaks it. */
export const REFUND_STATUS_WORDS: Record<RefundStatus, string> = {
  pending: 'Pending',
  requested: 'Requested',
  succeeded: 'Succeeded',
  failed: 'Failed',
  manual: 'Manual',
}

const TONES: Record<RefundStatus, Tone> = {
  pending: 'waiting',
  requested: 'moving',
  succeeded: 'done',
  failed: 'failed',
  manual: 'done',
}

/**
 * A refund's status in one word, with its shape and colour. A bank transfer that waits for the freelancer says so, and so
 * does a refund that nobody can see any more.
 */
export function RefundStatusChip({
  facts,
}: {
  facts: Pick<RefundFacts, 'status' | 'depositMethod' | 'attemptOpen' | 'accountConnected'>
}) {
  if (facts.status === 'pending' && facts.depositMethod === 'sepa')
    return <Chip tone="needs_you">Pending transfer</Chip>
  if (facts.status === 'pending' && facts.attemptOpen) return <Chip tone="moving">{REFUND_STATUS_WORDS.pending}</Chip>
  if (facts.status === 'requested' && !facts.accountConnected)
    return <Chip tone="needs_you">Requested, out of sight</Chip>
  return <Chip tone={TONES[facts.status]}>{REFUND_STATUS_WORDS[facts.status]}</Chip>
}
