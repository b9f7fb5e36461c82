import { z } from 'zod'
import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { holdCreditNote } from '@/lib/credit-notes/find-credit-note'
import { inTransaction } from '@/lib/transaction'
import { followRefunds } from './apply-stripe-refund'
import { adoptKnownRefund } from './known-refund-store'
import { tellNotesOf } from './move-refund'
import { mayRetry, type RefundStatus } from './refund-status'

export type AdoptResult =
  | { ok: true; creditNote: CreditNote }
  | { ok: false; reason: 'not_found' }
  | { ok: false; reason: 'refund_not_adoptable'; status: RefundStatus }

/**
 * Takes a refund that was made in Stripe's Dashboard as this credit note's own, so that it isn't paid a second time. Only
 * one of the same payment, currency and amount that belongs to no note yet; from then on its news moves this note.
 */
export async function adoptRefund(click: {
  freelancerId: string
  creditNoteId: string
  stripeRefundId: string
  actor: 'freelancer' | 'api_key'
}): Promise<AdoptResult> {
  if (!z.uuid().safeParse(click.creditNoteId).success) return { ok: false, reason: 'not_found' }
  return inTransaction(async (tx) => {
    const note = await holdCreditNote(tx, click.freelancerId, click.creditNoteId)
    if (!note) return { ok: false, reason: 'not_found' }
    const refused = { ok: false, reason: 'refund_not_adoptable', status: note.refundStatus } as const
    if (!mayRetry({ status: note.refundStatus, attemptOpen: note.attemptOpen })) return refused
    if (!(await adoptKnownRefund(tx, note.id, click.stripeRefundId))) return refused
    await followRefunds(tx, note, { actor: click.actor })
    // Another note may have been held back by it, or alarmed.
    await tellNotesOf(tx, click.stripeRefundId, { actor: click.actor })
    const creditNote = await holdCreditNote(tx, click.freelancerId, click.creditNoteId)
    return creditNote ? { ok: true, creditNote } : { ok: false, reason: 'not_found' }
  })
}
