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
 * a live Stripe refund beside it that its reference does not name, or a second live one, is named as `paidTwice`.
 */
export function verdictOnRefunds(
  current: { status: RefundStatus; stripeRefundId: string | null; manualReference: string | null },
  refunds: readonly { stripeRefundId: string; status: StripeRefundStatus; failureReason: string | null }[],
  attemptOpen: boolean,
): RefundVerdict {
  const live = refunds.filter(({ status }) => isLive(status))
  if (current.status === 'manual') {
    const beside = live.findLast(({ stripeRefundId }) => !current.manualReference?.includes(stripeRefundId))
    return { kind: 'stay', paidTwice: beside?.stripeRefundId ?? null }
  }

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

/** A note of a payment, as far as it says whose a refund made elsewhere may be. Amount in minor units. */
export type NoteOfPayment = {
  creditNoteId: string
  status: RefundStatus
  amount: number
  currency: string
  issuedAt: Date
  /** Of a manual refund; it may name the refund at Stripe that it was. */
  reference: string | null
}

/** A live refund of a payment that belongs to no note. Amount in minor units. */
export type RefundElsewhere = { stripeRefundId: string; amount: number; currency: string }

/**
 * Which notes of a payment the refunds that were made of it elsewhere (oldest first) may have paid once more: note → refund.
 * A refund is no second payment where a manual refund names it, or where a note that is still open has exactly its amount
 * and may adopt it, one each. Any other may hold what a note has been paid already, and alarms the likeliest alone: one of
 * exactly its amount first, then one that no other refund alarms, then the newest. The smallest, which fits the fewest notes,
 * chooses first.
 */
export function paidOnceMore(
  notes: readonly NoteOfPayment[],
  refunds: readonly RefundElsewhere[],
): ReadonlyMap<string, string> {
  const alarmed = new Map<string, string>()
  const offers = new Set<NoteOfPayment>()
  for (const refund of refunds.toSorted((a, b) => a.amount - b.amount)) {
    if (notes.some(({ reference }) => reference?.includes(refund.stripeRefundId))) continue
    const ofCurrency = notes.filter(({ currency }) => currency === refund.currency)
    const isExact = ({ amount }: NoteOfPayment) => amount === refund.amount
    const offer = ofCurrency.find((note) => isOpen(note) && isExact(note) && !offers.has(note))
    if (offer) {
      offers.add(offer)
      continue
    }
    // When a note was settled hangs on when we heard of it; when it was issued does not.
    const [likeliest] = ofCurrency
      .filter((note) => !isOpen(note) && note.amount <= refund.amount)
      .toSorted(
        (a, b) =>
          Number(isExact(b)) - Number(isExact(a)) ||
          Number(alarmed.has(a.creditNoteId)) - Number(alarmed.has(b.creditNoteId)) ||
          b.issuedAt.getTime() - a.issuedAt.getTime() ||
          (a.creditNoteId < b.creditNoteId ? 1 : -1),
      )
    if (likeliest && !alarmed.has(likeliest.creditNoteId)) alarmed.set(likeliest.creditNoteId, refund.stripeRefundId)
  }
  return alarmed
}

/** Nothing has paid it back yet, and nothing is on its way. */
function isOpen({ status }: NoteOfPayment): boolean {
  return status === 'pending' || status === 'failed'
}
