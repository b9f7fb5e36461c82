import { holdCreditNote } from '@/lib/credit-notes/find-credit-note'
import { recordDispute } from '@/lib/deposits/confirm-deposit'
import type { EventFacts } from '@/lib/stripe/event-facts'
import type { Transaction } from '@/lib/transaction'
import { followRefunds } from './apply-stripe-refund'
import { findFailedFor } from './automatic-tries-store'
import { alertManualRefundReturned, type Cause, moveRefund } from './move-refund'
import { wakeRefunds } from './plan-tries'
import { findPaidBackOf } from './refund-store'
import { disputeIsWon, HEALED_BY, reasonAfterDispute } from './refund-tries'

/** A word of Stripe on a dispute, and when it was said. */
export type DisputeNews = Omit<Extract<EventFacts, { kind: 'dispute' }>, 'kind'> & { toldAt: Date }

/**
 * Keeps how a dispute over a deposit stands. Won: the refunds that it blocked are asked for again. Lost: the client has the
 * money from their bank, as much of it as was disputed, so their reason becomes that; a note that was paid back otherwise
 * may have been paid twice. Won after all: one that was marked with the chargeback is paid no longer. Whichever was said last
 * by Stripe counts.
 */
export async function applyDispute(tx: Transaction, dispute: DisputeNews, cause: Cause): Promise<string> {
  if (!(await recordDispute(tx, dispute))) return 'unknown_payment'
  const won = disputeIsWon(dispute.status)
  if (!won && dispute.status !== 'lost') return 'applied'
  for (const { freelancerId, creditNoteId } of await findFailedFor(tx, HEALED_BY.dispute_won, dispute)) {
    const note = await holdCreditNote(tx, freelancerId, creditNoteId)
    if (note?.refundStatus !== 'failed' || note.failureReason === null) continue
    const reason = reasonAfterDispute(note.failureReason, note)
    if (reason === note.failureReason) continue
    await moveRefund(tx, note, { to: 'failed', reason, message: null, stripeRefundId: note.stripeRefundId }, cause)
  }
  for (const { freelancerId, creditNoteId } of await findPaidBackOf(tx, dispute)) {
    const note = await holdCreditNote(tx, freelancerId, creditNoteId)
    if (!note) continue
    await followRefunds(tx, note, cause)
    if (won) await alertManualRefundReturned(tx, note, { kind: 'dispute', disputeId: dispute.disputeId }, cause)
  }
  if (won) await wakeRefunds(tx, 'dispute_won', dispute)
  return 'applied'
}
