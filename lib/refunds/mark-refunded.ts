import { z } from 'zod'
import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { holdCreditNote, writeTimeline } from '@/lib/credit-notes/find-credit-note'
import { inTransaction } from '@/lib/transaction'
import { followRefunds } from './apply-stripe-refund'
import { closeWithheldAttempt } from './attempt-store'
import { moveRefund } from './move-refund'
import { type ManualMethod, manualMethodsFor, mayMarkRefunded, type RefundStatus } from './refund-status'

export type MarkRefundedResult =
  | { ok: true; creditNote: CreditNote }
  | { ok: false; reason: 'not_found' }
  | { ok: false; reason: 'refund_not_markable'; status: RefundStatus; message: string }
  | { ok: false; reason: 'method_not_possible'; status: RefundStatus; message: string }

/**
 * Records for good that the money went back outside Stripe; from then on Stripe can't be asked for this note. Legal on
 * pending and failed while no attempt is open: what may be on its way must not be sent by hand too. Only an attempt whose
 * outcome Stripe has withheld for a week is closed unknown; should it have paid, the news of it raises the alert.
 */
export async function markRefunded(mark: {
  freelancerId: string
  creditNoteId: string
  actor: 'freelancer' | 'api_key'
  /** Unset means the likeliest: a chargeback where a dispute was lost, else a bank transfer. */
  method?: ManualMethod
  /** 1 to 500 characters, trimmed. */
  reference: string
  /** A calendar day, as midnight UTC. */
  refundedOn: Date
}): Promise<MarkRefundedResult> {
  if (!z.uuid().safeParse(mark.creditNoteId).success) return { ok: false, reason: 'not_found' }
  return inTransaction(async (tx) => {
    const note = await holdCreditNote(tx, mark.freelancerId, mark.creditNoteId)
    if (!note) return { ok: false, reason: 'not_found' }
    const status = note.refundStatus
    const refused = { ok: false, reason: 'refund_not_markable', status, message: WHY_NOT[status] } as const
    if (!mayMarkRefunded({ ...note, status })) return refused
    const [likeliest, ...others] = manualMethodsFor(note)
    const method = [likeliest, ...others].find((one) => one === (mark.method ?? likeliest))
    if (!method) return { ok: false, reason: 'method_not_possible', status, message: NO_CHARGEBACK }
    if (note.attemptOpen) {
      const attemptId = await closeWithheldAttempt(tx, note.id)
      if (!attemptId) return refused
      const { freelancerId, id: creditNoteId } = note
      await writeTimeline(tx, { freelancerId, creditNoteId, kind: 'attempt_given_up', actor: mark.actor, attemptId })
    }
    const { reference, refundedOn } = mark
    const creditNote = await moveRefund(
      tx,
      note,
      { to: 'manual', method, reference, refundedOn },
      { actor: mark.actor },
    )
    // A refund that somebody made in Stripe's Dashboard is known already, and this one does not say that it is the same.
    await followRefunds(tx, creditNote, { actor: mark.actor })
    return { ok: true, creditNote }
  })
}

const NO_CHARGEBACK =
  'No dispute over this payment was lost, so no chargeback has paid it. Choose how the money was sent.'

/** Why a note can't be marked, by where its refund stands. */
const WHY_NOT: Record<RefundStatus, string> = {
  pending:
    'Stripe is being asked for this refund right now. Wait for its answer before you send the money another way.',
  requested:
    'Stripe has accepted this refund: the money is on its way. Sending it another way would pay your client twice.',
  succeeded: 'This refund has been completed via Stripe. Your client has the money.',
  failed: 'Another try of this refund has just begun. Wait for its answer.',
  manual: 'This refund is marked as paid by other means already.',
}
