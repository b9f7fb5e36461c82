import { formatCalendarDay, formatDay, type Reader } from '@/lib/dates'
import { byHand, type OwnTries, type RefundReason, refundReason, withoutWaiting } from './refund-reasons'
import { MOST_AUTOMATIC_TRIES } from './refund-tries'

/** The public vocabulary of a credit note's refund, as stored, shown and spoken in the API. */
export const REFUND_STATUSES = ['pending', 'requested', 'succeeded', 'failed', 'manual'] as const
export type RefundStatus = (typeof REFUND_STATUSES)[number]

export const MANUAL_METHODS = ['sepa', 'cash', 'paypal', 'cheque', 'other', 'chargeback'] as const
export type ManualMethod = (typeof MANUAL_METHODS)[number]

/** How a manual refund's method is written in sentences and lists. */
export const MANUAL_METHOD_NAMES: Record<ManualMethod, string> = {
  sepa: 'SEPA transfer',
  cash: 'cash',
  paypal: 'PayPal',
  cheque: 'cheque',
  other: 'other means',
  chargeback: 'chargeback',
}

/** How the money went, after a verb: "sent in cash". */
export const MANUAL_METHOD_PHRASES: Record<ManualMethod, string> = {
  sepa: 'by SEPA transfer',
  cash: 'in cash',
  paypal: 'through PayPal',
  cheque: 'by cheque',
  other: 'outside Stripe',
  chargeback: 'through your bank',
}

/**
 * The ways in which a note can have been paid outside Stripe, the likeliest first. A chargeback is one of them only where
 * the dispute over the deposit was lost: then the client's bank has taken the money, and nobody has sent it.
 */
export function manualMethodsFor({
  failureReason,
}: Pick<RefundFacts, 'failureReason'>): readonly [ManualMethod, ...ManualMethod[]] {
  return failureReason === 'paid_by_chargeback' ? ['chargeback', ...SENT_BY_HAND] : SENT_BY_HAND
}
const SENT_BY_HAND = ['sepa', 'cash', 'paypal', 'cheque', 'other'] as const satisfies readonly ManualMethod[]

/**
 * Legal moves of a credit note's refund (product.md, "Transitions"). `failed → pending` is no move of its own: a retry
 * clears the stale failure while its attempt is open, and the database lets it through only beside an open attempt.
 */
export const LEGAL_TRANSITIONS: Record<RefundStatus, readonly RefundStatus[]> = {
  pending: ['requested', 'succeeded', 'failed', 'manual'],
  requested: ['succeeded', 'failed'],
  succeeded: ['failed'],
  failed: ['pending', 'requested', 'succeeded', 'manual'],
  manual: [],
}

/** What the rules look at. Money has reached the freelancer's Stripe account only once `depositConfirmed` is true. */
export type RefundFacts = {
  status: RefundStatus
  depositMethod: 'card' | 'sepa'
  depositConfirmed: boolean
  /** An attempt is in flight, or its outcome is unknown. */
  attemptOpen: boolean
  /** Stripe has refused for seven days to let us see what became of the open attempt: a person may close it. */
  outcomeWithheld: boolean
  /** Stripe tells us of the account that the deposit was paid into, and lets us look. */
  accountConnected: boolean
  failureReason: string | null
  failureMessage: string | null
  /** Why a refund that Stripe accepted is still waiting there (Stripe's `pending_reason` or `requires_action`). */
  pendingReason: string | null
  settledAt: Date | null
  manual: { method: ManualMethod; reference: string; refundedOn: Date } | null
  traceNumber: string | null
  paidTwice: boolean
  /** When Requite asks again by itself; null when it will not. */
  nextTryAt: Date | null
  /** Tries that Requite made by itself since a person last asked. */
  automaticTries: number
  /** A person has stopped those tries: whatever heals, only a person asks again. */
  automaticStopped: boolean
  /** A refund of the same payment and amount, made elsewhere, that belongs to no note yet and is named in no manual refund. */
  foreignRefund: { stripeRefundId: string; createdAt: Date } | null
}

export const REFUND_ACTIONS = ['retry', 'refresh', 'mark_refunded', 'download_pdf'] as const
export type RefundAction = (typeof REFUND_ACTIONS)[number]

/** The words on the buttons (product.md). */
export const REFUND_ACTION_LABELS: Record<RefundAction, string> = {
  retry: 'Retry',
  refresh: 'Refresh status',
  mark_refunded: 'Mark refunded',
  download_pdf: 'Download PDF',
}

/** Retry is legal on pending and failed while no attempt is open. */
export function mayRetry(facts: Pick<RefundFacts, 'status' | 'attemptOpen'>): boolean {
  return (facts.status === 'pending' || facts.status === 'failed') && !facts.attemptOpen
}

/**
 * Mark refunded is legal on pending and failed while no attempt is open: what may be on its way can't be sent by hand too.
 * An attempt of which nobody will ever learn what became of it is closed first.
 */
export function mayMarkRefunded(facts: Pick<RefundFacts, 'status' | 'attemptOpen' | 'outcomeWithheld'>): boolean {
  return mayRetry({ status: facts.status, attemptOpen: facts.attemptOpen && !facts.outcomeWithheld })
}

/** What the banner shows: sentence, why, what helps, and the acts on offer, the first being the primary one. */
export type RefundBannerView = {
  status: RefundStatus
  mood: 'waiting' | 'moving' | 'needs_you' | 'failed' | 'done'
  sentence: string
  /** Reason, verdict and way out, for failures and for refunds that wait at Stripe. */
  reason: RefundReason | null
  /** Stripe's own words, when they add something. */
  stripeSays: string | null
  traceNumber: string | null
  /** The reference of the chargeback that has paid this note: nobody has sent the money. */
  chargeback: string | null
  paidTwice: boolean
  actions: readonly RefundAction[]
  /** A retry that can't help now stays possible, behind a second look. */
  retryNeedsSecondLook: boolean
  /** The try that Requite makes by itself, counted from 1. */
  nextTry: { at: Date; ordinal: number; of: number } | null
  /** A refund made elsewhere that may be this one; to adopt it is the primary act then. */
  adoptable: { stripeRefundId: string; createdAt: Date } | null
}

type BannerState =
  | 'awaiting_deposit'
  | 'checking'
  | 'transfer_by_hand'
  | 'requested'
  | 'failed'
  | 'succeeded'
  | 'manual'

function bannerState(facts: RefundFacts): BannerState {
  if (facts.status !== 'pending') return facts.status
  if (facts.attemptOpen) return 'checking'
  if (facts.depositMethod === 'sepa') return 'transfer_by_hand'
  return facts.depositConfirmed ? 'checking' : 'awaiting_deposit'
}

function ownTries({ nextTryAt, automaticTries, automaticStopped }: RefundFacts): OwnTries {
  return { planned: nextTryAt !== null, made: automaticTries, stopped: automaticStopped }
}

function withOpenAttempt({ outcomeWithheld }: Pick<RefundFacts, 'outcomeWithheld'>): readonly RefundAction[] {
  return outcomeWithheld ? ['mark_refunded', 'refresh'] : ['refresh']
}

/** What was last heard of a refund may have passed long ago, where nobody can see it any more. */
function reasonToWait(facts: RefundFacts): RefundReason | null {
  if (!facts.accountConnected) return refundReason('refund_out_of_sight')
  if (facts.pendingReason === null || facts.pendingReason === 'processing') return null
  return withoutWaiting(refundReason(facts.pendingReason), ownTries(facts))
}

/** Draws the banner from the facts (product.md, "Refund status of a credit note"). Pure; dates are written for the reader. */
export function refundBanner(facts: RefundFacts, reader: Reader): RefundBannerView {
  const common = {
    status: facts.status,
    stripeSays: null,
    reason: null,
    traceNumber: null,
    chargeback: null,
    paidTwice: facts.paidTwice,
    retryNeedsSecondLook: false,
    nextTry: facts.nextTryAt && {
      at: facts.nextTryAt,
      ordinal: facts.automaticTries + 1,
      of: Math.max(MOST_AUTOMATIC_TRIES, facts.automaticTries + 1),
    },
    adoptable: mayRetry(facts) ? facts.foreignRefund : null,
  } satisfies Partial<RefundBannerView>
  const views: Record<BannerState, () => RefundBannerView> = {
    awaiting_deposit: () => ({
      ...common,
      mood: 'waiting',
      sentence: 'Waiting for Stripe to confirm the deposit. The refund starts by itself when it does.',
      reason: refundReason('charge_not_confirmed'),
      actions: ['refresh', 'retry'],
      retryNeedsSecondLook: true,
    }),
    checking: () => ({
      ...common,
      mood: facts.outcomeWithheld ? 'needs_you' : 'moving',
      sentence: 'Refund in progress — checking Stripe.',
      // Stripe refuses to say what became of it: that waits for a person, who must read why.
      reason:
        facts.attemptOpen && (facts.outcomeWithheld || facts.failureReason !== null)
          ? refundReason('outcome_withheld')
          : facts.failureReason === null
            ? null
            : refundReason(facts.failureReason),
      stripeSays: facts.attemptOpen ? facts.failureMessage : null,
      // Confirmed and nothing open: the refund's job has not begun yet, so a retry can do no harm.
      actions: facts.attemptOpen ? withOpenAttempt(facts) : ['refresh', 'retry'],
    }),
    transfer_by_hand: () => ({
      ...common,
      mood: 'needs_you',
      sentence: 'Manual refund — confirm bank transfer.',
      actions: ['mark_refunded'],
    }),
    requested: () => ({
      ...common,
      mood: facts.accountConnected ? 'moving' : 'needs_you',
      sentence: 'Refund in progress, expected in 3–5 business days.',
      reason: reasonToWait(facts),
      actions: ['refresh'],
    }),
    failed: () => {
      const reason = withoutWaiting(refundReason(facts.failureReason), ownTries(facts))
      const retryHelps = reason.verdict === 'retry_now'
      return {
        ...common,
        mood: 'failed',
        sentence: `Refund failed: ${reason.title}.`,
        reason,
        stripeSays: facts.failureMessage,
        // News of the failure can outrun the answer to its own call: until that attempt is closed both acts are refused.
        actions: facts.attemptOpen
          ? withOpenAttempt(facts)
          : retryHelps
            ? ['retry', 'mark_refunded']
            : ['mark_refunded', 'retry'],
        retryNeedsSecondLook: !retryHelps && !facts.attemptOpen,
      }
    },
    succeeded: () => ({
      ...common,
      mood: 'done',
      sentence: `Refund completed on ${facts.settledAt ? formatDay(facts.settledAt, reader) : 'an unknown date'} via Stripe.`,
      traceNumber: facts.traceNumber,
      actions: ['download_pdf'],
    }),
    manual: () => ({
      ...common,
      mood: 'done',
      sentence: `Refund completed on ${facts.manual ? formatCalendarDay(facts.manual.refundedOn, reader.locale) : 'an unknown date'} via manual transfer.`,
      chargeback: facts.manual?.method === 'chargeback' ? facts.manual.reference : null,
      actions: ['download_pdf'],
    }),
  }
  const view = views[bannerState(facts)]()
  return view.adoptable ? besideAnother(view, facts) : view
}

/**
 * A refund made elsewhere may be this one: whatever went wrong before, adopting it comes first, then Mark refunded with its
 * number; a retry would pay beside it.
 */
function besideAnother(view: RefundBannerView, facts: RefundFacts): RefundBannerView {
  const harmless = view.actions.filter((act) => act !== 'retry' && act !== 'mark_refunded')
  const mayAsk = view.actions.includes('retry')
  return {
    ...view,
    reason: reasonBesideAnother(facts),
    // What Stripe said was about something else, and a planned try is held back.
    stripeSays: null,
    nextTry: null,
    actions: ['mark_refunded', ...harmless, ...(mayAsk ? (['retry'] as const) : [])],
    retryNeedsSecondLook: mayAsk,
  }
}

/**
 * However the other refund ends, that starts a note that has not failed yet, one whose try is planned, and one that failed
 * because of it. One that failed for anything else waits for a person, or for one of the two ends only.
 */
function reasonBesideAnother(facts: RefundFacts): RefundReason {
  const reason = refundReason('refunded_elsewhere')
  if (facts.status === 'pending' || facts.nextTryAt) return reason
  return facts.failureReason === reason.code ? withoutWaiting(reason, ownTries(facts)) : byHand(reason)
}
