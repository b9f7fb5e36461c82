import { z } from 'zod'
import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { answerInTime } from './answer-in-time'
import { askStripe } from './ask-stripe'
import type { RefundStatus } from './refund-status'
import { beginRefund, creditNoteAfter } from './trigger-refund'

export type RetryResult =
  | { ok: true; creditNote: CreditNote }
  | { ok: false; reason: 'not_found' }
  | { ok: false; reason: 'refund_not_retryable'; status: RefundStatus; message: string }

/**
 * Clears a stale failure and asks Stripe afresh. Legal on pending and failed while no attempt is open; of several clicks at
 * once one wins and the others are refused. Answers with the note as it stands, whether Stripe said yes, no or nothing yet.
 */
export async function retryRefund(click: {
  freelancerId: string
  creditNoteId: string
  actor: 'freelancer' | 'api_key'
}): Promise<RetryResult> {
  if (!z.uuid().safeParse(click.creditNoteId).success) return { ok: false, reason: 'not_found' }
  const begun = await beginRefund({ ...click, cause: 'retry' })
  switch (begun.kind) {
    case 'not_found':
      return { ok: false, reason: 'not_found' }
    case 'not_retryable': {
      const { refundStatus: status } = begun.creditNote
      return { ok: false, reason: 'refund_not_retryable', status, message: WHY_NOT[status] }
    }
    case 'claimed':
      await answerInTime(askStripe(begun.attempt, { actor: click.actor }))
      return { ok: true, creditNote: await creditNoteAfter(click) }
    case 'not_asked':
      return { ok: true, creditNote: await creditNoteAfter(click) }
  }
}

/** Why there is nothing to retry, by where the refund stands. */
const WHY_NOT: Record<RefundStatus, string> = {
  pending: 'Stripe is being asked for this refund already. Its answer will show here.',
  requested: 'Stripe has accepted this refund already. The money is on its way.',
  succeeded: 'This refund has been completed via Stripe. There is nothing left to retry.',
  failed: 'Another try of this refund has just begun.',
  manual: 'This refund was marked as paid by other means. Stripe is not asked any more.',
}
