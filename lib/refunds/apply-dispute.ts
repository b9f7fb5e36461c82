import { holdCreditNote } from '@/lib/credit-notes/find-credit-note'
import { recordDispute } from '@/lib/deposits/confirm-deposit'
import type { EventFacts } from '@/lib/stripe/event-facts'
import type { Transaction } from '@/lib/transaction'
import { type Cause, moveRefund } from './move-refund'
import { wakeRefunds } from './plan-tries'
import { findFailedFor } from './refund-store'
import { disputeIsWon, HEALED_BY } from './refund-tries'

/** A word of Stripe on a dispute, and when it was said. */
export type DisputeNews = Omit<Extract<EventFacts, { kind: 'dispute' }>, 'kind'> & { toldAt: Date }

/**
 * Keeps how a dispute over a deposit stands. Won: the refunds that it blocked are asked for again. Lost: the client has the
 * money from their bank, so their reason becomes that, and the way out is to mark them refunded by chargeback.
 */
export async function applyDispute(tx: Transaction, dispute: DisputeNews, cause: Cause): Promise<string> {
  if (!(await recordDispute(tx, dispute))) return 'unknown_payment'
  if (disputeIsWon(dispute.status)) await wakeRefunds(tx, 'dispute_won', dispute)
  if (dispute.status === 'lost') {
    for (const { freelancerId, creditNoteId } of await findFailedFor(tx, HEALED_BY.dispute_won, dispute)) {
      const note = await holdCreditNote(tx, freelancerId, creditNoteId)
      if (note?.refundStatus !== 'failed') continue
      const lost = {
        to: 'failed',
        reason: 'paid_by_chargeback',
        message: null,
        stripeRefundId: note.stripeRefundId,
      } as const
      await moveRefund(tx, note, lost, cause)
    }
  }
  return 'applied'
}
