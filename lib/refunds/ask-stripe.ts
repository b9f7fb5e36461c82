import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { findCreditNote, holdCreditNote, writeTimeline } from '@/lib/credit-notes/find-credit-note'
import { addJob } from '@/lib/jobs'
import { log } from '@/lib/log'
import { createRefund } from '@/lib/stripe/create-refund'
import { remembersAccount } from '@/lib/stripe/fetch-missed-events'
import { readRefundsOfPayment } from '@/lib/stripe/read-refunds'
import type { RefundNews } from '@/lib/stripe/refund-news'
import type { StripeTrouble } from '@/lib/stripe/stripe-errors'
import { inTransaction, type Transaction } from '@/lib/transaction'
import { applyStripeRefund } from './apply-stripe-refund'
import {
  closeAttemptAccepted,
  closeAttemptRefused,
  LEASE_SECONDS,
  type Look,
  leaveAttemptUnknown,
  type OpenAttempt,
  renewLease,
  takeUpAttempt,
} from './attempt-store'
import { findTries } from './automatic-tries-store'
import { breakerOpenFor, countAnswer, countSilence } from './breaker-store'
import { type Cause, moveRefund } from './move-refund'
import { goOnAfterRefusal } from './plan-tries'
import { answerIsOnlyAcceptance, isLive } from './refund-news-rules'
import { writePendingReason } from './refund-store'
import { retryGap, spentItsBudget } from './retry-gaps'

/** Sees to it that a claimed attempt is resolved even if this process dies before it has recorded Stripe's answer. */
export async function scheduleResolution(tx: Transaction, attemptId: string, inSeconds = LEASE_SECONDS): Promise<void> {
  await addJob(tx, 'resolve-attempt', { attemptId }, { inSeconds: inSeconds + 0.5, key: `resolve-${attemptId}` })
}

/**
 * Asks Stripe for the refund of a claimed attempt, with its own key, and records what comes of it. Where our own records
 * can't rule out that this note's refund exists already, the payment's refunds are looked at first: what an earlier attempt
 * made may have come to light at Stripe only after that attempt was closed, and this one's key is a new one.
 */
export async function askStripe(attempt: OpenAttempt, cause: Cause): Promise<void> {
  const mustLook = attempt.uncertain || attempt.ordinal > 1 || !(await remembersAccount(attempt.stripeAccountId))
  // Looking took its time: whoever has taken the attempt up meanwhile, or closed it, goes on alone.
  if (mustLook && !((await mayAskAfterLooking(attempt, cause)) && (await renewLease(attempt)))) return
  // An earlier refund of the note may have come to light since this attempt was claimed.
  const note = await findCreditNote(attempt.freelancerId, attempt.creditNoteId)
  if (note && isOnItsWay(note)) return closeAsRefused(attempt, PAID_BY_ANOTHER_ATTEMPT, cause)

  const outcome = await createRefund({ ...attempt, attemptId: attempt.id })
  await (outcome.kind === 'unknown' && outcome.code !== 'idempotency_key_in_use' ? countSilence() : countAnswer())
  switch (outcome.kind) {
    case 'accepted':
      return recordAcceptance(attempt, answerIsOnlyAcceptance(outcome.news), outcome.requestId, cause)
    case 'refused':
      return recordRefusal(attempt, outcome, cause)
    case 'unknown':
      // A 5xx is replayed to every later call with this key (stripe.md, trap 5), so the key can't tell whether the refund
      // was made; the list can.
      return outcome.over === 'nothing' ? recordUnknown(attempt, outcome) : settleByList(attempt, outcome, cause)
  }
}

/**
 * Reads the payment's refunds and books what concerns this note. False when that settles the attempt, or when Stripe would
 * not let us look: what nobody has looked at is not paid.
 */
async function mayAskAfterLooking(attempt: OpenAttempt, cause: Cause): Promise<boolean> {
  const listed = await readRefundsOfPayment(attempt.stripeAccountId, attempt.paymentIntentId)
  if (!listed.ok) {
    await (attempt.uncertain
      ? recordUnreadable(attempt, listed.trouble)
      : recordUnasked(attempt, listed.trouble, cause))
    return false
  }
  const own = listed.value.find((refund) => refund.attemptId === attempt.id)
  if (own) {
    await recordAcceptance(attempt, own, null, cause)
    return false
  }
  const before = await findCreditNote(attempt.freelancerId, attempt.creditNoteId)
  await inTransaction((tx) => bookListed(tx, attempt, listed.value, cause))
  const after = await findCreditNote(attempt.freelancerId, attempt.creditNoteId)
  // Whoever asked has not seen it: only a person can tell whether it was meant as this refund. What may be at work at Stripe
  // already is asked about to its end all the same: a new key would pay beside it.
  const unseen = after?.foreignRefund && !before?.foreignRefund && !attempt.uncertain
  if (!unseen) return true
  const message = listed.value
    .filter(({ status }) => isLive(status))
    .map(whoRefunded)
    .join(' ')
  await closeAsRefused(attempt, { ...PAID_BY_ANOTHER_ATTEMPT, code: 'refunded_elsewhere', message }, cause)
  return false
}

/**
 * Resolves an open attempt that nobody is asking about: first looks whether its refund exists (Stripe may have forgotten
 * the key after a day, so asking alone could pay twice), then asks again with the same key. Does nothing when it is closed
 * or somebody else holds it.
 */
export async function resolveAttempt(attemptId: string): Promise<void> {
  const wait = await breakerOpenFor()
  if (wait > 0) return inTransaction((tx) => scheduleResolution(tx, attemptId, wait * (1 + Math.random())))
  const attempt = await takeUpAttempt(attemptId)
  if (attempt) await askStripe(attempt, { actor: 'worker' })
}

/** Some refund of this note is live at Stripe. */
function isOnItsWay({ refundStatus }: CreditNote): boolean {
  return refundStatus === 'requested' || refundStatus === 'succeeded'
}

const PAID_BY_ANOTHER_ATTEMPT = {
  kind: 'refused',
  code: 'charge_already_refunded',
  message: 'Another refund of this credit note is on its way already, so Stripe was not asked again.',
  requestId: null,
  mayHaveHappened: false,
  over: 'nothing',
} as const satisfies StripeTrouble

/** Books a refund that Stripe has made for this attempt; late records never pull back what news has settled since. */
async function recordAcceptance(
  attempt: OpenAttempt,
  news: RefundNews,
  requestId: string | null,
  cause: Cause,
): Promise<void> {
  await inTransaction(async (tx) => {
    await holdCreditNote(tx, attempt.freelancerId, attempt.creditNoteId)
    await closeAttemptAccepted(tx, attempt.id, { stripeRefundId: news.stripeRefundId, requestId })
    await applyStripeRefund(tx, news, { ...cause, attemptId: attempt.id })
  })
}

/**
 * The words of Stripe that mean: there may be a refund on this payment already. A key that was used with other parameters
 * is one that a restored backup has forgotten: closing its attempt unread would free a new key to pay once more.
 */
const MAY_BE_REFUNDED = new Set(['charge_already_refunded', 'amount_exceeds_remaining', 'idempotency_error'])

/**
 * A definite no: the attempt closes and the next try gets a new key. Unless the money is on its way already as our own, or an
 * earlier call may still send it.
 */
export async function recordRefusal(attempt: OpenAttempt, refusal: StripeTrouble, cause: Cause): Promise<void> {
  if (mayBeAtWork(attempt, refusal)) return recordUnknown(attempt, { ...refusal, kind: 'unknown' })
  if (refusal.code === 'idempotency_error')
    log.error({ attemptId: attempt.id }, 'an attempt was sent with altered parameters')
  if (!MAY_BE_REFUNDED.has(refusal.code)) return closeAsRefused(attempt, refusal, cause)

  const listed = await readRefundsOfPayment(attempt.stripeAccountId, attempt.paymentIntentId)
  if (!listed.ok) return recordUnreadable(attempt, listed.trouble)
  const own = listed.value.find((refund) => refund.attemptId === attempt.id)
  if (own) return recordAcceptance(attempt, own, refusal.requestId, cause)
  await inTransaction(async (tx) => {
    await bookListed(tx, attempt, listed.value, cause)
    const note = await holdCreditNote(tx, attempt.freelancerId, attempt.creditNoteId)
    if (!(await closeAttemptRefused(tx, attempt.id, refusal)) || !note) return
    // One of them was this note's own, and is booked now.
    if (isOnItsWay(note)) return
    const live = listed.value.filter(({ status }) => isLive(status))
    const message = [refusal.message, ...live.map(whoRefunded)].join(' ')
    const unseenAttempt = await unseen(tx, attempt)
    const failed = { to: 'failed', reason: refusal.code, message, stripeRefundId: null, unseenAttempt } as const
    await moveRefund(tx, note, failed, { ...cause, attemptId: attempt.id })
    // Stripe repeats what it once said to this key: what had left nothing to send may have come back since.
    const cameBack = listed.value.length > 0 && live.length === 0
    await goOnAfterRefusal(tx, { ...note, cameBack }, { ...refusal, message })
  })
}

/**
 * Books those of a payment's refunds that are this note's own or nobody's. Another note's refunds are news for that note:
 * applied here, two notes that are looked at together would wait for each other.
 */
async function bookListed(tx: Transaction, attempt: OpenAttempt, listed: RefundNews[], cause: Cause): Promise<void> {
  await holdCreditNote(tx, attempt.freelancerId, attempt.creditNoteId)
  for (const refund of listed) {
    if (refund.creditNoteId !== null && refund.creditNoteId !== attempt.creditNoteId) continue
    await applyStripeRefund(tx, refund, { ...cause, attemptId: refund.attemptId })
  }
}

function whoRefunded(refund: RefundNews): string {
  const day = refund.createdAt.toISOString().slice(0, 10)
  return `Stripe shows refund ${refund.stripeRefundId} of ${day}, ${refund.creditNoteId ? 'made for another credit note' : 'not made by Requite'}.`
}

async function closeAsRefused(attempt: OpenAttempt, refusal: StripeTrouble, cause: Cause): Promise<void> {
  await inTransaction(async (tx) => {
    const note = await holdCreditNote(tx, attempt.freelancerId, attempt.creditNoteId)
    // Closed meanwhile: news of the refund was here first, and it knows better.
    if (!(await closeAttemptRefused(tx, attempt.id, refusal)) || !note) return
    // An earlier attempt's refund turned out to be live meanwhile: this refusal says nothing of that one.
    if (isOnItsWay(note)) return
    const { code: reason, message } = refusal
    const unseenAttempt = await unseen(tx, attempt)
    const failed = { to: 'failed', reason, message, stripeRefundId: null, unseenAttempt } as const
    await moveRefund(tx, note, failed, { ...cause, attemptId: attempt.id })
    await goOnAfterRefusal(tx, note, refusal)
  })
}

/**
 * The attempt's id where a person has pressed Retry and Stripe left its first call unanswered: the refusal must reach them
 * though they were written to about an earlier one. A first attempt's is the first anyway, and tries that Requite makes by
 * itself are told when they end.
 */
async function unseen(tx: Transaction, attempt: OpenAttempt): Promise<string | null> {
  if (attempt.ordinal === 1 || attempt.calls === 1) return null
  return (await findTries(tx, attempt.creditNoteId)).made === 0 ? attempt.id : null
}

/** After Stripe's own 500: the refund exists or it does not, and the list of the payment's refunds says which. */
async function settleByList(attempt: OpenAttempt, trouble: StripeTrouble, cause: Cause): Promise<void> {
  const listed = await readRefundsOfPayment(attempt.stripeAccountId, attempt.paymentIntentId)
  if (!listed.ok)
    return listed.trouble.kind === 'refused'
      ? recordUnreadable(attempt, listed.trouble)
      : recordUnknown(attempt, trouble)
  const own = listed.value.find((refund) => refund.attemptId === attempt.id)
  if (own) return recordAcceptance(attempt, own, trouble.requestId, cause)
  return mayBeAtWork(attempt, trouble)
    ? recordUnknown(attempt, trouble)
    : closeAsRefused(attempt, { ...trouble, kind: 'refused' }, cause)
}

/**
 * An earlier call with this key may still be at work unheard: for as long as a call can last, only the same key is safe. Asked
 * again, Stripe replays its answer, and a replayed answer says that every call is over.
 */
function mayBeAtWork(attempt: OpenAttempt, trouble: StripeTrouble): boolean {
  return attempt.uncertain && trouble.over !== 'every_call' && !spentItsBudget(attempt.calls)
}

/**
 * Stripe does not let us look: while it is silent that passes, but a refusal (a lost account, a key that is no longer taken)
 * waits for a person, so the note says what for. The attempt stays open, for it may have paid.
 */
async function recordUnreadable(attempt: OpenAttempt, trouble: StripeTrouble): Promise<void> {
  await recordUnknown(
    attempt,
    { ...trouble, kind: 'unknown', mayHaveHappened: true },
    trouble.kind === 'refused' ? 'refused' : 'silent',
  )
  if (trouble.kind === 'refused')
    await inTransaction((tx) => writePendingReason(tx, attempt.creditNoteId, trouble.code, trouble.message))
}

/** The look before the first call went wrong. Nothing was sent that could pay: a refusal is final, the rest passes. */
async function recordUnasked(attempt: OpenAttempt, trouble: StripeTrouble, cause: Cause): Promise<void> {
  if (trouble.kind === 'refused') return closeAsRefused(attempt, trouble, cause)
  await countSilence()
  await recordUnknown(attempt, { ...trouble, mayHaveHappened: false }, 'silent')
}

/** Nobody knows yet. The same key is asked again later; given up only where certainly nothing has begun at Stripe. */
async function recordUnknown(attempt: OpenAttempt, trouble: StripeTrouble, look: Look = 'answered'): Promise<void> {
  const certainlyNothing = !attempt.uncertain && !trouble.mayHaveHappened
  if (certainlyNothing && spentItsBudget(attempt.calls)) {
    return closeAsRefused(attempt, { ...trouble, kind: 'refused' }, { actor: 'worker' })
  }
  const seconds = retryGap(attempt.calls, Math.random())
  await inTransaction(async (tx) => {
    await holdCreditNote(tx, attempt.freelancerId, attempt.creditNoteId)
    if (!(await leaveAttemptUnknown(tx, attempt.id, trouble, seconds, look))) return
    // Whoever could look no longer waits for leave to look.
    if (look === 'answered') await writePendingReason(tx, attempt.creditNoteId, null, null)
    await scheduleResolution(tx, attempt.id, seconds)
    // Open pages redraw at the first sign of trouble; later tries change nothing that they show.
    if (attempt.calls === 1) {
      await writeTimeline(tx, {
        freelancerId: attempt.freelancerId,
        creditNoteId: attempt.creditNoteId,
        kind: 'attempt_unknown',
        actor: 'worker',
        attemptId: attempt.id,
        detail: { code: trouble.code },
      })
    }
  })
}
