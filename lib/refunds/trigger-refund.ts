import type { Actor, AttemptCause, CreditNote, CreditNoteKey } from '@/lib/credit-notes/credit-note'
import { findCreditNote, holdCreditNote } from '@/lib/credit-notes/find-credit-note'
import { paymentIntentOfDeposit } from '@/lib/deposits/confirm-deposit'
import { log } from '@/lib/log'
import { inTransaction, type Transaction } from '@/lib/transaction'
import { PATIENCE_MS } from './answer-in-time'
import { askStripe, scheduleResolution } from './ask-stripe'
import { claimAttempt, type OpenAttempt } from './attempt-store'
import { countAutomaticTry, findTries, startTriesAfresh } from './automatic-tries-store'
import { moveRefund } from './move-refund'
import { goOnAfterRefusal } from './plan-tries'
import { refundReason } from './refund-reasons'
import { mayRetry } from './refund-status'
import { findRefundSource, type RefundSource, writePendingReason } from './refund-store'

export type Trigger = CreditNoteKey & { cause: AttemptCause; actor: Actor }

/**
 * Has Stripe pay a credit note back (product.md, "Triggering a refund"). Never throws: whatever happens ends up on the
 * credit note and its attempt. Safe to call any number of times: while an attempt is open, or the note is past asking, it
 * does nothing.
 */
export async function triggerStripeRefund(trigger: Trigger): Promise<void> {
  try {
    const begun = await beginRefund(trigger)
    if (begun.kind === 'claimed') await askStripe(begun.attempt, { actor: trigger.actor })
  } catch (error) {
    // The attempt, if one was claimed, is open with a lease: its scheduled resolution takes it from here.
    log.error({ creditNoteId: trigger.creditNoteId, reason: errorName(error) }, 'triggering a refund was cut short')
  }
}

export type Beginning =
  | { kind: 'claimed'; attempt: OpenAttempt }
  /** Stripe is not asked: the note says why. */
  | { kind: 'not_asked' }
  /** The note's status, or its open attempt, forbids it. */
  | { kind: 'not_retryable'; creditNote: CreditNote }
  | { kind: 'not_found' }

/** Claims the note's next attempt, committed before Stripe is called; or notes why Stripe is not asked. */
export async function beginRefund(trigger: Trigger): Promise<Beginning> {
  const { freelancerId, creditNoteId, actor } = trigger
  const source = await findRefundSource(freelancerId, creditNoteId)
  if (!source) return { kind: 'not_found' }
  const byPerson = trigger.cause === 'retry'
  const payment = await refundablePayment(source, byPerson ? PATIENCE_MS : undefined)

  return inTransaction(async (tx) => {
    const note = await holdCreditNote(tx, freelancerId, creditNoteId)
    if (!note) return { kind: 'not_found' }
    // After a refusal only a person asks again, or Requite itself when a try is planned and due: a job that is delivered
    // twice must not.
    const mayBegin = byPerson || note.refundStatus === 'pending' || (await findTries(tx, note.id)).due
    if (!mayBegin || !mayRetry({ status: note.refundStatus, attemptOpen: note.attemptOpen })) {
      return { kind: 'not_retryable', creditNote: note }
    }
    // Also where Stripe is not asked in the end: what this waits for must then start it.
    if (byPerson) await startTriesAfresh(tx, note.id)
    if (payment.kind === 'by_hand') return { kind: 'not_asked' }
    if (payment.kind === 'wait') {
      await writePendingReason(tx, note.id, payment.code, refundReason(payment.code).why)
      return { kind: 'not_asked' }
    }
    // Somebody has refunded the same amount in Stripe's Dashboard: only a person can tell whether that was this refund.
    if (payment.kind === 'ask' && note.foreignRefund && !byPerson) {
      // A failed note's planned try ends here too: left due, every sweep would begin with it for ever.
      await endUnasked(tx, note, { code: 'refunded_elsewhere', message: null }, trigger)
      return { kind: 'not_asked' }
    }
    // Nothing was asked that could move money. A person hears of it; by itself it is simply tried again later (sweep).
    if (payment.kind === 'unreachable' && !byPerson) return { kind: 'not_asked' }
    if (payment.kind === 'impossible' || payment.kind === 'unreachable') {
      await endUnasked(tx, note, payment, trigger)
      return { kind: 'not_asked' }
    }
    const attempt = await claimAttempt(tx, {
      freelancerId,
      creditNoteId,
      cause: trigger.cause,
      stripeAccountId: payment.stripeAccountId,
      paymentIntentId: payment.paymentIntentId,
      amount: note.amountGross,
      currency: note.currency,
    })
    if (!attempt) return { kind: 'not_retryable', creditNote: note }
    if (isFurtherTry(trigger, note)) await countAutomaticTry(tx, note.id)
    await moveRefund(tx, note, { to: 'pending' }, { actor, attemptId: attempt.id })
    await scheduleResolution(tx, attempt.id)
    return { kind: 'claimed', attempt }
  })
}

/** A try that Requite makes by itself after a failure. A first one that the sweep begins is none. */
function isFurtherTry({ cause }: Trigger, { refundStatus }: CreditNote): boolean {
  return cause === 'automatic' && refundStatus === 'failed'
}

/** The refund fails before Stripe is asked for it; a try that ends so has been one all the same. */
async function endUnasked(
  tx: Transaction,
  note: CreditNote,
  { code, message }: { code: string; message: string | null },
  trigger: Trigger,
): Promise<void> {
  await moveRefund(tx, note, { to: 'failed', reason: code, message, stripeRefundId: null }, { actor: trigger.actor })
  if (isFurtherTry(trigger, note)) await countAutomaticTry(tx, note.id)
  await goOnAfterRefusal(tx, note, { code, message })
}

type RefundablePayment =
  | { kind: 'ask'; stripeAccountId: string; paymentIntentId: string }
  | { kind: 'by_hand' }
  | { kind: 'wait'; code: string }
  | { kind: 'impossible'; code: string; message: string | null }
  | { kind: 'unreachable'; code: string; message: string | null }

/** The guards before Stripe is asked: where the money came in, and whether it has. */
async function refundablePayment(source: RefundSource, patienceMs?: number): Promise<RefundablePayment> {
  if (source.method === 'sepa') return { kind: 'by_hand' }
  if (!source.confirmed) return { kind: 'wait', code: 'charge_not_confirmed' }
  if (!source.stripeAccountId || !source.accountConnected) {
    return { kind: 'impossible', code: 'account_not_connected', message: null }
  }
  const found = await paymentIntentOfDeposit({ ...source, stripeAccountId: source.stripeAccountId }, patienceMs)
  if (!found.ok) {
    const { kind, code, message } = found.trouble
    return { kind: kind === 'unknown' ? 'unreachable' : 'impossible', code, message }
  }
  if (!found.value) return { kind: 'impossible', code: 'no_successful_charge', message: null }
  return { kind: 'ask', stripeAccountId: source.stripeAccountId, paymentIntentId: found.value }
}

/** The note as it stands after a trigger. */
export async function creditNoteAfter(trigger: Pick<Trigger, 'freelancerId' | 'creditNoteId'>): Promise<CreditNote> {
  const note = await findCreditNote(trigger.freelancerId, trigger.creditNoteId)
  if (!note) throw new Error('a credit note cannot vanish')
  return note
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown'
}
