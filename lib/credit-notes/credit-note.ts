import type { ManualMethod, RefundFacts, RefundStatus } from '@/lib/refunds/refund-status'

/** Issuer and client as they were on the day of issue; printed on the document and never changed afterwards. */
export type CreditNoteParties = {
  issuer: { name: string; address: string; vatNumber: string | null; email: string }
  client: { name: string; address: string; email: string; locale: string }
}

/** Names a credit note beside whose it is: no query asks for one without the other. */
export type CreditNoteKey = { freelancerId: string; creditNoteId: string }

/** A credit note as the desk reads it. Amounts are minor units of `currency`, times are UTC. */
export type CreditNote = {
  id: string
  freelancerId: string
  number: string
  proposalId: string
  proposalNumber: string
  proposalTitle: string
  amendmentId: string
  amendmentNumber: string
  amendmentReason: string
  parties: CreditNoteParties
  amountNet: number
  amountVat: number
  amountGross: number
  currency: string
  issuedAt: Date
  refundStatus: RefundStatus
  failureReason: string | null
  failureMessage: string | null
  stripeRefundId: string | null
  requestedAt: Date | null
  settledAt: Date | null
  manual: { method: ManualMethod; reference: string; refundedOn: Date } | null
  paidTwiceAt: Date | null
  depositMethod: 'card' | 'sepa'
  depositConfirmed: boolean
  /** An attempt is in flight, or its outcome is unknown. */
  attemptOpen: boolean
  /** Stripe has refused for seven days to let us see what became of the open attempt. */
  outcomeWithheld: boolean
  /** The account that the deposit was paid into is connected, so that Stripe tells of it and lets us look; true for a bank transfer. */
  accountConnected: boolean
  /** How many attempts there have been. */
  attempts: number
  /** When Requite asks Stripe again by itself; null when it will not. */
  nextTryAt: Date | null
  /** Tries that Requite made by itself since a person last asked. */
  automaticTries: number
  /** A person has stopped those tries: whatever heals, only a person asks again. */
  automaticStopped: boolean
  /** A refund of the same payment and amount, made elsewhere, that belongs to no note yet and is named in no manual refund. */
  foreignRefund: { stripeRefundId: string; createdAt: Date } | null
  disputeStatus: string | null
  /** The last dispute over the deposit, and when it was decided. */
  disputeId: string | null
  disputeClosedAt: Date | null
  /**
   * How much of this note the bank pays in that dispute, should it be lost and nothing else pay the note. Minor units; null
   * where the dispute is in another currency, so that only a person can tell.
   */
  disputePays: number | null
  /** How much of this note the bank may pay although something else does: no other note has a claim to it. The same units. */
  disputeLeftOver: number | null
  pendingReason: string | null
  traceNumber: string | null
}

/** What the refund rules look at, taken from a credit note. */
export function refundFacts(note: CreditNote): RefundFacts {
  return {
    status: note.refundStatus,
    depositMethod: note.depositMethod,
    depositConfirmed: note.depositConfirmed,
    attemptOpen: note.attemptOpen,
    outcomeWithheld: note.outcomeWithheld,
    accountConnected: note.accountConnected,
    failureReason: note.failureReason,
    failureMessage: note.failureMessage,
    pendingReason: note.pendingReason,
    settledAt: note.settledAt,
    manual: note.manual,
    traceNumber: note.traceNumber,
    paidTwice: note.paidTwiceAt !== null,
    nextTryAt: note.nextTryAt,
    automaticTries: note.automaticTries,
    automaticStopped: note.automaticStopped,
    foreignRefund: note.foreignRefund,
  }
}

export const TIMELINE_KINDS = [
  'issued',
  'deposit_confirmed',
  'attempt_started',
  'attempt_unknown',
  'attempt_given_up',
  'refund_requested',
  'refund_refused',
  'refund_succeeded',
  'refund_failed',
  'refund_bounced',
  'dispute_lost',
  'dispute_won',
  'trace_number',
  'marked_refunded',
  'paid_twice',
  'paid_twice_over',
  'news_without_change',
  'foreign_refund',
  'manual_refund_returned',
  'email_sent',
  'email_refused',
  'email_bounced',
  'cause_healed',
  'tries_stopped',
] as const
export type TimelineKind = (typeof TIMELINE_KINDS)[number]

/** Who or what a line of a history was caused by. */
export type Actor = 'client' | 'freelancer' | 'api_key' | 'stripe' | 'worker'

/** One line of a credit note's history: what happened, who or what caused it. */
export type TimelineEntry = {
  id: string
  at: Date
  kind: TimelineKind
  fromStatus: RefundStatus | null
  toStatus: RefundStatus | null
  actor: Actor
  attemptId: string | null
  stripeEventId: string | null
  /** Facts in words the timeline shows, e.g. code, message, requestId, method, reference, stripeRefundId, recipient. */
  detail: Record<string, string>
}

/**
 * The payments that a note's history (oldest first) has alarmed of as paying its client twice, and that have not ended since,
 * by their number at Stripe. An end without a number ends all: older versions wrote no other.
 */
export function standingAlarms(
  entries: readonly Pick<TimelineEntry, 'kind' | 'detail'>[],
): ReadonlyMap<string, TimelineEntry['detail']> {
  const standing = new Map<string, TimelineEntry['detail']>()
  for (const { kind, detail } of entries) {
    const number = detail.stripeRefundId ?? detail.disputeId
    if (kind === 'paid_twice' && number) standing.set(number, detail)
    if (kind === 'paid_twice_over') number ? standing.delete(number) : standing.clear()
  }
  return standing
}

/** What a refund attempt was begun for. */
export type AttemptCause = 'amendment_signed' | 'deposit_confirmed' | 'retry' | 'automatic'

/** One try to have Stripe pay the credit note back, as shown to the freelancer. */
export type RefundAttempt = {
  id: string
  ordinal: number
  cause: AttemptCause
  state: 'in_flight' | 'unknown' | 'accepted' | 'refused'
  idempotencyKey: string
  calls: number
  stripeRefundId: string | null
  requestId: string | null
  code: string | null
  message: string | null
  startedAt: Date
  finishedAt: Date | null
}
