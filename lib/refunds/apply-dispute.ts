import type { CreditNote, CreditNoteKey } from '@/lib/credit-notes/credit-note'
import { holdCreditNote } from '@/lib/credit-notes/find-credit-note'
import { recordDispute } from '@/lib/deposits/confirm-deposit'
import type { EventFacts } from '@/lib/stripe/event-facts'
import { inTransaction, type Transaction } from '@/lib/transaction'
import { followRefunds } from './apply-stripe-refund'
import { alertManualRefundReturned, type Cause, moveRefund } from './move-refund'
import { wakeRefunds } from './plan-tries'
import { findCreditNotesBeside, findCreditNotesOfCharge } from './refund-store'
import { disputeIsWon, reasonAfterDispute } from './refund-tries'

/** A word of Stripe on a dispute, and when it was said. */
export type DisputeNews = Omit<Extract<EventFacts, { kind: 'dispute' }>, 'kind'> & { toldAt: Date }

/**
 * Keeps how a dispute over a deposit stands. Won: the refunds that it blocked are asked for again. Lost: the client has the
 * money from their bank, as much of it as was disputed, so the reason of every failed refund becomes that; a note that was
 * paid back otherwise may have been paid twice. Won after all: one that was marked with the chargeback is paid no longer.
 * Whichever was said last by Stripe counts.
 */
export async function applyDispute(tx: Transaction, dispute: DisputeNews, cause: Cause): Promise<string> {
  if (!(await recordDispute(tx, dispute))) return 'unknown_payment'
  const won = disputeIsWon(dispute.status)
  if (!won && dispute.status !== 'lost' && dispute.status !== 'prevented') return 'applied'
  for (const { freelancerId, creditNoteId } of await findCreditNotesOfCharge(tx, dispute)) {
    const note = await holdCreditNote(tx, freelancerId, creditNoteId)
    if (!note) continue
    await followDispute(tx, note, cause)
    if (won) await alertManualRefundReturned(tx, note, { kind: 'dispute', disputeId: dispute.disputeId }, cause)
  }
  if (won) await wakeRefunds(tx, 'dispute_won', dispute)
  return 'applied'
}

/**
 * What a lost dispute pays of a note hangs on where the other notes of its deposit stand: has them read it anew after one has
 * moved. A job of its own, for it holds one note after the other, while whoever moved one holds it.
 */
export async function shareOutDispute(moved: CreditNoteKey, cause: Cause): Promise<void> {
  for (const { freelancerId, creditNoteId } of await findCreditNotesBeside(moved)) {
    await inTransaction(async (tx) => {
      const note = await holdCreditNote(tx, freelancerId, creditNoteId)
      if (note?.disputeStatus === 'lost') await followDispute(tx, note, cause)
    })
  }
}

/** Brings a held note to where the decided dispute over its payment leaves it. A pending one learns of it when it fails. */
async function followDispute(tx: Transaction, note: CreditNote, cause: Cause): Promise<void> {
  if (note.refundStatus === 'pending') return
  if (note.refundStatus !== 'failed') {
    await followRefunds(tx, note, cause)
    return
  }
  if (note.failureReason === null) return
  const reason = reasonAfterDispute(note.failureReason, note)
  if (reason === note.failureReason) return
  await moveRefund(tx, note, { to: 'failed', reason, message: null, stripeRefundId: note.stripeRefundId }, cause)
}
