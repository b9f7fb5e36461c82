import type { StripeRefundStatus } from '@/lib/stripe/refund-news'
import type { RefundStatus } from './refund-status'

/**
 * How far a Stripe refund has come. A refund only ever moves up this ladder (Stripe may bounce what had succeeded, never
 * revive what failed), so news that stands lower is old news, whatever order or copies it arrives in.
 */
const RANK: Record<StripeRefundStatus, number> = {
  pending: 0,
  requires_action: 1,
  succeeded: 2,
  failed: 3,
  canceled: 4,
}

/** The part of a Stripe refund that changes with time. */
export type RefundProgress = {
  status: StripeRefundStatus
  failureReason: string | null
  pendingReason: string | null
  traceNumber: string | null
}

/** Why a refund waits, the weightiest last: of two reports at the same station the one that asks for more stands. */
const PENDING_REASONS = ['processing', 'charge_pending', 'insufficient_funds']

function weightier(a: string | null, b: string | null): string | null {
  const weight = (reason: string | null) => PENDING_REASONS.indexOf(reason ?? '')
  // Reasons that Stripe may add some day weigh the same.
  if (weight(a) === weight(b)) return eitherWay(a, b)
  return weight(a) > weight(b) ? a : b
}

/** Of two reports at the same station either may be the first heard; the choice must not depend on which. */
function eitherWay(a: string | null, b: string | null): string | null {
  return [a, b].toSorted((x, y) => ((x ?? '') < (y ?? '') ? -1 : 1))[1] ?? null
}

/** Merges news into what was known; the same for any order and any repetition of the same news. */
export function mergeProgress(known: RefundProgress | null, news: RefundProgress): RefundProgress {
  if (!known) return news
  const furthest = RANK[news.status] >= RANK[known.status] ? news : known
  const equal = news.status === known.status
  return {
    status: furthest.status,
    failureReason: equal ? eitherWay(known.failureReason, news.failureReason) : furthest.failureReason,
    pendingReason: equal ? weightier(known.pendingReason, news.pendingReason) : furthest.pendingReason,
    traceNumber: eitherWay(known.traceNumber, news.traceNumber),
  }
}

/** True when merging has changed nothing that anybody would see. */
export function sameProgress(a: RefundProgress | null, b: RefundProgress): boolean {
  return (
    a !== null &&
    a.status === b.status &&
    a.failureReason === b.failureReason &&
    a.pendingReason === b.pendingReason &&
    a.traceNumber === b.traceNumber
  )
}

/**
 * Stripe answers most card refunds with `succeeded` at once, long before any bank has moved: the answer to our call only
 * ever means that the refund was accepted. What settles it is news (product.md, "Transitions").
 */
export function answerIsOnlyAcceptance<Progress extends RefundProgress>(answer: Progress): Progress {
  return answer.status === 'succeeded' ? { ...answer, status: 'pending', traceNumber: null } : answer
}

/** A refund that has paid the client, or may yet. */
export function isLive(status: StripeRefundStatus): boolean {
  return RANK[status] < RANK.failed
}

/** What a note's refunds add up to. */
export type RefundVerdict =
  | { kind: 'follow'; status: 'requested' | 'succeeded'; stripeRefundId: string; paidTwice: string | null }
  | { kind: 'failed'; stripeRefundId: string; reason: string }
  | { kind: 'stay'; paidTwice: string | null }

/**
 * Reads a note's status off all refunds that Stripe has told us of (oldest first). A manual refund is never overwritten:
 * a live Stripe refund beside it, or a second live one, is named as `paidTwice`.
 */
export function verdictOnRefunds(
  current: { status: RefundStatus; stripeRefundId: string | null },
  refunds: readonly { stripeRefundId: string; status: StripeRefundStatus; failureReason: string | null }[],
  attemptOpen: boolean,
): RefundVerdict {
  const live = refunds.filter(({ status }) => isLive(status))
  if (current.status === 'manual') return { kind: 'stay', paidTwice: live.at(-1)?.stripeRefundId ?? null }

  const isCurrent = (refund: { stripeRefundId: string }) => refund.stripeRefundId === current.stripeRefundId
  const succeeded = live.filter(({ status }) => status === 'succeeded')
  const followed = succeeded.find(isCurrent) ?? succeeded[0] ?? live.find(isCurrent) ?? live.at(-1)
  if (followed) {
    const second = live.find((refund) => refund !== followed)
    return {
      kind: 'follow',
      status: followed.status === 'succeeded' ? 'succeeded' : 'requested',
      stripeRefundId: followed.stripeRefundId,
      paidTwice: second?.stripeRefundId ?? null,
    }
  }
  const last = refunds.at(-1)
  // While an attempt is open its outcome decides: an older refund's failure is known already. Unless the note says of that
  // refund that it is on its way (a restored backup may begin an attempt beside it): what bounced must not stand as paid.
  const saysOnItsWay = current.status === 'requested' || current.status === 'succeeded'
  if (!last || (attemptOpen && !saysOnItsWay)) return { kind: 'stay', paidTwice: null }
  return {
    kind: 'failed',
    stripeRefundId: last.stripeRefundId,
    reason: last.status === 'canceled' ? 'canceled' : (last.failureReason ?? 'unknown'),
  }
}
