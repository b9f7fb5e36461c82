/** Refusals that pass by themselves: Stripe or the way to it was in trouble, and nothing about the refund itself is wrong. */
const PASSING: ReadonlySet<string> = new Set([
  'rate_limit',
  'lock_timeout',
  'idempotency_key_in_use',
  'api_error',
  'api_connection_error',
  'unreadable_answer',
])

/** Minutes before each automatic try; a refusal that outlasts them (about four hours) needs a person. */
const GAPS_IN_MINUTES = [2, 5, 15, 30, 60, 120]

/** How many automatic tries a failure gets, until a person asks again. */
export const MOST_AUTOMATIC_TRIES = GAPS_IN_MINUTES.length

/**
 * Seconds until Requite asks again by itself, jittered by `chance` (0 to 1) so that many refunds that failed together
 * don't come back together; null when it will not: the reason does not pass, or the budget is spent.
 */
export function nextAutomaticTry(
  reason: string,
  triesMade: number,
  chance: number,
  /** What it failed for want of has come about already: the news was here before the refusal. */
  healed = false,
): number | null {
  const minutes = PASSING.has(reason) || healed ? GAPS_IN_MINUTES[triesMade] : undefined
  return minutes === undefined ? null : minutes * 60 * (0.8 + 0.4 * chance)
}

/** What may heal without anybody pressing Retry, and the failures that are waiting for it. */
export const HEALED_BY = {
  dispute_won: [
    'charge_disputed',
    'refund_disputed_payment',
    'charge_for_pending_refund_disputed',
    'paid_by_chargeback',
    'partly_paid_by_chargeback',
    'chargeback_paid_another',
    'dispute_prevented',
  ],
  account_reconnected: ['account_not_connected', 'account_invalid'],
  balance_topped_up: ['balance_insufficient', 'insufficient_funds'],
  not_refunded_elsewhere: ['refunded_elsewhere'],
  money_came_back: ['charge_already_refunded', 'amount_exceeds_remaining'],
} as const satisfies Record<string, readonly string[]>
export type Healing = keyof typeof HEALED_BY

/**
 * Stripe's last word on a dispute: the freelancer keeps the money, so it can be refunded again. Not `prevented`: a dispute
 * that Stripe blocked ends so, and one that it resolved by giving the client the money, so that only a person can tell.
 */
const WON: readonly string[] = ['won', 'warning_closed']

/** Whether a dispute, as Stripe names its status, has ended in the freelancer's favour. */
export function disputeIsWon(disputeStatus: string | null): boolean {
  return WON.includes(disputeStatus ?? '')
}

function isAboutDispute(reason: string): boolean {
  return HEALED_BY.dispute_won.some((one) => one === reason)
}

function isAboutRefundElsewhere(reason: string | null): boolean {
  return HEALED_BY.not_refunded_elsewhere.some((one) => one === reason)
}

function isAboutNothingLeft(reason: string | null): boolean {
  return HEALED_BY.money_came_back.some((one) => one === reason)
}

/**
 * True when a failure is recorded after what it was for the sake of is over: the dispute is won, the refund made elsewhere
 * gone, or what had left nothing to send has come back. `cameBack` where Stripe's list shows it so.
 */
export function healedAlready(
  reason: string,
  now: { disputeStatus: string | null; foreignRefund: object | null; cameBack?: boolean },
): boolean {
  if (isAboutRefundElsewhere(reason)) return now.foreignRefund === null
  if (isAboutNothingLeft(reason)) return now.cameBack === true
  return isAboutDispute(reason) && disputeIsWon(now.disputeStatus)
}

/**
 * What news of a refund made elsewhere heals of a note: it was held back and no such refund is left, or Stripe had nothing left
 * to send and a refund has failed since, so that its money is there again. Null when nothing, or a try is planned already.
 */
export function healedByRefundElsewhere(
  note: { refundStatus: string; failureReason: string | null; foreignRefund: object | null; nextTryAt: Date | null },
  refund: { live: boolean },
): Healing | null {
  if (note.refundStatus !== 'failed' || note.nextTryAt !== null) return null
  if (isAboutRefundElsewhere(note.failureReason)) return note.foreignRefund === null ? 'not_refunded_elsewhere' : null
  return isAboutNothingLeft(note.failureReason) && !refund.live ? 'money_came_back' : null
}

/**
 * How a failure reads once the dispute over its payment is decided, whichever of the two was heard of first. Lost: the bank has
 * paid the note, or a part of it, and whatever else had failed before is no longer what it waits for. Only a dispute that was
 * decided before the note was issued says nothing of it, unless Stripe refuses for its sake. Won after all: nothing is paid.
 */
export function reasonAfterDispute(
  reason: string,
  note: {
    issuedAt: Date
    disputeStatus: string | null
    disputeClosedAt: Date | null
    disputePays: number | null
    amountGross: number
  },
): string {
  const aboutDispute = isAboutDispute(reason)
  const mayHavePaid = note.disputeStatus === 'lost' || note.disputeStatus === 'prevented'
  if (!mayHavePaid) return disputeIsWon(note.disputeStatus) && followsEndedDispute(reason) ? 'charge_disputed' : reason
  const decidedSince = note.disputeClosedAt !== null && note.disputeClosedAt > note.issuedAt
  if (!aboutDispute && !decidedSince) return reason
  if (note.disputeStatus === 'prevented') return 'dispute_prevented'
  if (note.disputePays === note.amountGross) return 'paid_by_chargeback'
  // In another currency nobody but a person can tell how much of it.
  if (note.disputePays !== 0) return 'partly_paid_by_chargeback'
  return aboutDispute ? 'chargeback_paid_another' : reason
}

const AFTER_LOSS: readonly (string | null)[] = [
  'paid_by_chargeback',
  'partly_paid_by_chargeback',
  'chargeback_paid_another',
]

/** The reason is what a lost dispute has left of a failure, and ends should that be won after all. */
export function followsLostDispute(reason: string | null): boolean {
  return AFTER_LOSS.includes(reason)
}

/** The same, or what one that Stripe ended early has left. */
export function followsEndedDispute(reason: string | null): boolean {
  return followsLostDispute(reason) || reason === 'dispute_prevented'
}

/** The client's bank has taken the money of the note, or a part of it. */
export function paidByBank(reason: string | null): boolean {
  return reason === 'paid_by_chargeback' || reason === 'partly_paid_by_chargeback'
}
