import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { holdCreditNote, isOnTimeline, writeTimeline } from '@/lib/credit-notes/find-credit-note'
import { inTransaction, type Transaction } from '@/lib/transaction'
import { followRefunds } from './apply-stripe-refund'
import { type ForeignRefund, findForeignRefund } from './known-refund-store'
import { alertManualRefundReturned, type Cause } from './move-refund'
import { wakeRefund } from './plan-tries'
import { isLive } from './refund-news-rules'
import { findCreditNotesOfPayment } from './refund-store'
import { healedByRefundElsewhere } from './refund-tries'

/**
 * Tells the notes of a payment that a refund of it was made elsewhere, in Stripe's Dashboard for one, how that one goes on,
 * or that it has found its note: their open pages redraw, alarms that rest on it begin and end, and a note that it held back,
 * or left nothing for, starts by itself once that is over; one that was marked with it hears that it came back. Each note
 * hears once of each refund and status, however often this runs. A job of its own, for it holds one note after the other,
 * while whoever brings the news may hold one already.
 */
export async function tellForeignRefund(stripeRefundId: string, cause: Cause): Promise<void> {
  const refund = await findForeignRefund(stripeRefundId)
  if (!refund?.paymentIntentId) return
  const notes = await findCreditNotesOfPayment(refund.stripeAccountId, refund.paymentIntentId)
  // What each note is to hear hangs on the others too: one that moves while this runs, unaware of the refund, is waited for
  // in the first round and seen by all in the second. Whoever moves later knows of the refund, and has this run again.
  const rounds = notes.length > 1 ? [notes, notes] : [notes]
  for (const { freelancerId, creditNoteId } of rounds.flat()) {
    await inTransaction(async (tx) => {
      const note = await holdCreditNote(tx, freelancerId, creditNoteId)
      if (note) await tellNote(tx, note, refund, cause)
    })
  }
}

async function tellNote(tx: Transaction, note: CreditNote, refund: ForeignRefund, cause: Cause): Promise<void> {
  if (note.refundStatus !== 'pending' && note.refundStatus !== 'failed') {
    await followRefunds(tx, note, cause)
    if (!isLive(refund.status)) {
      const returned = {
        kind: 'stripe_refund',
        stripeRefundId: refund.stripeRefundId,
        reason: refund.failureReason,
      } as const
      await alertManualRefundReturned(tx, note, returned, cause)
    }
    return
  }
  const { freelancerId, id: creditNoteId } = note
  const { stripeRefundId, status } = refund
  if (!refund.creditNoteId && !(await isOnTimeline(tx, note.id, 'foreign_refund', { stripeRefundId, status }))) {
    const detail = { stripeRefundId, status, amount: String(refund.amount), currency: refund.currency }
    await writeTimeline(tx, { freelancerId, creditNoteId, kind: 'foreign_refund', detail, ...cause })
  }
  const healing = healedByRefundElsewhere(note, { live: isLive(status) })
  if (healing) await wakeRefund(tx, { freelancerId, creditNoteId }, healing, cause)
}
