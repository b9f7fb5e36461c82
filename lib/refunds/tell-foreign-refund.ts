import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { holdCreditNote, isOnTimeline, writeTimeline } from '@/lib/credit-notes/find-credit-note'
import { inTransaction, type Transaction } from '@/lib/transaction'
import { followRefunds } from './apply-stripe-refund'
import type { Cause } from './move-refund'
import { type ForeignRefund, findCreditNotesOfPayment, findForeignRefund } from './refund-store'

/**
 * Tells the notes of a payment that a refund of it was made elsewhere, in Stripe's Dashboard for one, or how that one goes
 * on: their open pages redraw, and one that was refunded by hand may be an alarm. Each note hears once of each refund and status, however often this runs. A job of its own,
 * for it holds one note after the other, while whoever brings the news may hold one already.
 */
export async function tellForeignRefund(stripeRefundId: string, stripeEventId: string | null): Promise<void> {
  const refund = await findForeignRefund(stripeRefundId)
  if (!refund?.paymentIntentId) return
  const cause: Cause = { actor: 'stripe', stripeEventId }
  for (const { freelancerId, creditNoteId } of await findCreditNotesOfPayment(
    refund.stripeAccountId,
    refund.paymentIntentId,
  )) {
    await inTransaction(async (tx) => {
      const note = await holdCreditNote(tx, freelancerId, creditNoteId)
      if (note) await tellNote(tx, note, refund, cause)
    })
  }
}

async function tellNote(tx: Transaction, note: CreditNote, refund: ForeignRefund, cause: Cause): Promise<void> {
  if (note.refundStatus === 'manual') {
    await followRefunds(tx, note, cause)
    return
  }
  if (note.refundStatus !== 'pending' && note.refundStatus !== 'failed') return
  const { stripeRefundId, status } = refund
  if (await isOnTimeline(tx, note.id, 'foreign_refund', { stripeRefundId, status })) return
  const { freelancerId, id: creditNoteId } = note
  const detail = { stripeRefundId, status, amount: String(refund.amount), currency: refund.currency }
  await writeTimeline(tx, { freelancerId, creditNoteId, kind: 'foreign_refund', detail, ...cause })
}
