import type { CreditNote } from './credit-note'

/** A credit note as the HTTP API writes it (product.md, "HTTP"): amounts in minor units, times ISO 8601 in UTC. */
export function creditNoteJson(note: CreditNote) {
  return {
    id: note.id,
    number: note.number,
    refundStatus: note.refundStatus,
    failureReason: note.failureReason,
    failureMessage: note.failureMessage,
    amountNet: note.amountNet,
    amountVat: note.amountVat,
    amountGross: note.amountGross,
    currency: note.currency,
    proposalId: note.proposalId,
    amendmentId: note.amendmentId,
    stripeRefundId: note.stripeRefundId,
    issuedAt: note.issuedAt.toISOString(),
    requestedAt: note.requestedAt?.toISOString() ?? null,
    settledAt: note.settledAt?.toISOString() ?? null,
    manual: note.manual && {
      method: note.manual.method,
      reference: note.manual.reference,
      refundedOn: note.manual.refundedOn.toISOString().slice(0, 10),
    },
    attempts: note.attempts,
  }
}
