import type { Actor, CreditNote, TimelineKind } from '@/lib/credit-notes/credit-note'
import { findStandingAlarms, holdCreditNote, isOnTimeline, writeTimeline } from '@/lib/credit-notes/find-credit-note'
import {
  manualRefundReturned,
  type NewEmail,
  paidTwiceAlert,
  type ReturnedPayment,
  refundCompleted,
  refundCompletedManually,
  refundFailed,
  refundReturned,
  type SecondPayment,
} from '@/lib/email/email-moments'
import { enqueueEmail } from '@/lib/email/outbox'
import { findFreelancer } from '@/lib/freelancers/find-freelancer'
import type { Freelancer } from '@/lib/freelancers/freelancer-store'
import { addJob } from '@/lib/jobs'
import { settleProposal } from '@/lib/proposals/settle-proposal'
import type { Transaction } from '@/lib/transaction'
import { findRefundsElsewhere } from './known-refund-store'
import type { ManualMethod, RefundStatus } from './refund-status'
import { markPaidTwice, type RefundColumns, writeRefundColumns } from './refund-store'
import { followsEndedDispute, followsLostDispute, reasonAfterDispute } from './refund-tries'

/** Who or what moves a refund; kept with the move on the timeline. */
export type Cause = {
  actor: Actor
  attemptId?: string | null
  stripeEventId?: string | null
}

export type RefundMove =
  /** A retry has claimed its attempt: the stale failure is cleared. */
  | { to: 'pending' }
  | { to: 'requested'; stripeRefundId: string }
  | { to: 'succeeded'; stripeRefundId: string; traceNumber: string | null }
  | {
      to: 'failed'
      reason: string
      message: string | null
      stripeRefundId: string | null
      /** An attempt whose first call went unanswered: whoever asked has most likely gone without its answer. */
      unseenAttempt?: string | null
    }
  | { to: 'manual'; method: ManualMethod; reference: string; refundedOn: Date }

const KIND_OF_MOVE: Record<RefundStatus, TimelineKind> = {
  pending: 'attempt_started',
  requested: 'refund_requested',
  succeeded: 'refund_succeeded',
  failed: 'refund_failed',
  manual: 'marked_refunded',
}

/**
 * Moves a held credit note's refund and books all that goes with it in the same transaction: columns, history, the
 * proposal, emails. The database refuses illegal moves. Returns the note as it stands then.
 */
export async function moveRefund(
  tx: Transaction,
  before: CreditNote,
  wanted: RefundMove,
  cause: Cause,
): Promise<CreditNote> {
  const move = wanted.to === 'failed' ? afterDispute(wanted, before) : wanted
  await writeRefundColumns(tx, before.id, columnsOf(move))
  const bounced = before.refundStatus === 'succeeded' && move.to === 'failed'
  await writeTimeline(tx, {
    freelancerId: before.freelancerId,
    creditNoteId: before.id,
    kind: kindOf(before, move),
    fromStatus: before.refundStatus,
    toStatus: move.to,
    detail: detailOf(move),
    ...cause,
  })
  if (move.to === 'succeeded' || move.to === 'manual' || bounced) await settleProposal(tx, before.proposalId)

  const after = await holdCreditNote(tx, before.freelancerId, before.id)
  if (!after) throw new Error('a held credit note cannot vanish')
  const freelancer = await findFreelancer(tx, before.freelancerId)
  for (const email of emailsOf(before, after, move, freelancer)) await enqueueEmail(tx, email)
  if (before.refundStatus !== after.refundStatus) await tellOtherNotes(tx, after, cause)
  return after
}

/** Which notes a refund made elsewhere alarms, and which a lost dispute has paid, hangs on where all of their payment stand. */
async function tellOtherNotes(tx: Transaction, moved: CreditNote, cause: Cause): Promise<void> {
  for (const { stripeRefundId } of await findRefundsElsewhere(tx, moved.id))
    await tellNotesOf(tx, stripeRefundId, cause)
  if (moved.disputeStatus !== 'lost') return
  const { actor, stripeEventId = null } = cause
  const job = { freelancerId: moved.freelancerId, creditNoteId: moved.id, actor, stripeEventId }
  await addJob(tx, 'share-out-dispute', job, { key: `share-${moved.id}` })
}

type Failure = Extract<RefundMove, { to: 'failed' }>

/** What Stripe said of another reason explains this one no longer. */
function afterDispute(failure: Failure, note: CreditNote): Failure {
  const reason = reasonAfterDispute(failure.reason, note)
  return reason === failure.reason ? failure : { ...failure, reason, message: null }
}

/**
 * Has the notes of a payment hear of a refund that was made elsewhere, and looked at anew because of it. Later, by a job:
 * that holds one note after the other, while this transaction holds one already.
 */
export async function tellNotesOf(
  tx: Transaction,
  stripeRefundId: string,
  { actor, stripeEventId = null }: Cause,
): Promise<void> {
  const told = { stripeRefundId, actor, stripeEventId }
  await addJob(tx, 'tell-foreign-refund', told, { key: `tell-${stripeRefundId}` })
}

function columnsOf(move: RefundMove): RefundColumns {
  const none = {
    failureReason: null,
    failureMessage: null,
    stripeRefundId: null,
    requested: false,
    settled: false,
    manual: null,
  }
  switch (move.to) {
    case 'pending':
      return { ...none, refundStatus: 'pending' }
    case 'requested':
      return { ...none, refundStatus: 'requested', stripeRefundId: move.stripeRefundId, requested: true }
    case 'succeeded':
      return { ...none, refundStatus: 'succeeded', stripeRefundId: move.stripeRefundId, requested: true, settled: true }
    case 'failed':
      return {
        ...none,
        refundStatus: 'failed',
        failureReason: move.reason,
        failureMessage: move.message,
        stripeRefundId: move.stripeRefundId,
      }
    case 'manual':
      return {
        ...none,
        refundStatus: 'manual',
        settled: true,
        manual: { method: move.method, reference: move.reference, refundedOn: move.refundedOn },
      }
  }
}

function kindOf(before: CreditNote, move: RefundMove): TimelineKind {
  if (move.to !== 'failed') return KIND_OF_MOVE[move.to]
  if (before.refundStatus === 'succeeded') return 'refund_bounced'
  // Nobody was asked: the client's bank has decided.
  if (before.refundStatus === 'failed' && followsLostDispute(move.reason)) return 'dispute_lost'
  if (before.refundStatus === 'failed' && followsEndedDispute(before.failureReason)) return 'dispute_won'
  return move.stripeRefundId ? 'refund_failed' : 'refund_refused'
}

function detailOf(move: RefundMove): Record<string, string> {
  switch (move.to) {
    case 'pending':
      return {}
    case 'requested':
    case 'succeeded':
      return { stripeRefundId: move.stripeRefundId }
    case 'failed':
      return {
        reason: move.reason,
        ...(move.message && { message: move.message }),
        ...(move.stripeRefundId && { stripeRefundId: move.stripeRefundId }),
      }
    case 'manual':
      return { method: move.method, reference: move.reference, refundedOn: move.refundedOn.toISOString().slice(0, 10) }
  }
}

function emailsOf(before: CreditNote, after: CreditNote, move: RefundMove, freelancer: Freelancer): NewEmail[] {
  const now = new Date()
  switch (move.to) {
    case 'pending':
    case 'requested':
      return []
    case 'succeeded':
      return [refundCompleted(after, freelancer, { ...move, completedAt: after.settledAt ?? now })]
    case 'manual':
      return [refundCompletedManually(after, freelancer, move)]
    case 'failed': {
      if (before.refundStatus === 'succeeded' && before.stripeRefundId) {
        return refundReturned(after, freelancer, {
          stripeRefundId: before.stripeRefundId,
          reason: move.reason,
          stripeMessage: move.message,
          completedAt: before.settledAt,
          returnedAt: now,
        })
      }
      const refundRef = failureRef(before, move)
      return [
        refundFailed(after, freelancer, { refundRef, reason: move.reason, stripeMessage: move.message, failedAt: now }),
      ]
    }
  }
}

/**
 * What a failure is told once for. A dispute's end is news of its own, whatever was told before it. Refusals name no refund:
 * however often a retry is refused, the freelancer, who pressed it, is written to once.
 */
function failureRef(before: CreditNote, move: Failure): string {
  if (move.unseenAttempt) return move.unseenAttempt
  // A refund that came to nothing is told as that.
  const ofDispute = before.refundStatus === 'failed' || move.stripeRefundId === null
  if (ofDispute && followsEndedDispute(move.reason)) return `${before.disputeId} ${move.reason}`
  return move.stripeRefundId ?? ''
}

/**
 * Marks a note whose client may have been paid twice by these payments, and alerts the freelancer once to each, as long as it
 * may be so; what has not paid after all is alarmed of no longer. Nothing that is booked is overwritten, and what was told
 * stays in the history.
 */
export async function alarmOfPaidTwice(
  tx: Transaction,
  note: CreditNote,
  payments: readonly SecondPayment[],
  cause: Cause,
): Promise<void> {
  const beside = note.manual ?? (note.stripeRefundId ? { stripeRefundId: note.stripeRefundId } : null)
  const paid = beside ? payments : []
  if (paid.length === 0 && note.paidTwiceAt === null) return
  const { freelancerId, id: creditNoteId } = note
  const standing = await findStandingAlarms(tx, note)
  const numbers = paid.map(numberOf)
  for (const [number, detail] of standing)
    if (!numbers.includes(number))
      await writeTimeline(tx, { freelancerId, creditNoteId, kind: 'paid_twice_over', detail, ...cause })
  for (const payment of paid) {
    if (!beside || standing.has(numberOf(payment))) continue
    const detail: Record<string, string> =
      'disputeId' in payment ? { disputeId: payment.disputeId } : { stripeRefundId: payment.stripeRefundId }
    await writeTimeline(tx, { freelancerId, creditNoteId, kind: 'paid_twice', detail, ...cause })
    const freelancer = await findFreelancer(tx, freelancerId)
    await enqueueEmail(tx, paidTwiceAlert(note, freelancer, { ...payment, noticedAt: new Date(), beside }))
  }
  await markPaidTwice(tx, creditNoteId, paid.length > 0)
}

function numberOf(payment: SecondPayment): string {
  return 'disputeId' in payment ? payment.disputeId : payment.stripeRefundId
}

/**
 * Alerts the freelancer that what a manual refund named as itself, or the chargeback that it was, has come back: nobody else
 * hears of it, and the note says that its client has the money. Once for each; what is booked is not overwritten.
 */
export async function alertManualRefundReturned(
  tx: Transaction,
  note: CreditNote,
  returned: ReturnedPayment,
  cause: Cause,
): Promise<void> {
  const { manual, freelancerId, id: creditNoteId } = note
  const ref = returned.kind === 'dispute' ? returned.disputeId : returned.stripeRefundId
  if (!manual) return
  const isIt = manual.reference.includes(ref) || (returned.kind === 'dispute' && manual.method === 'chargeback')
  if (!isIt) return
  const detail: Record<string, string> = returned.kind === 'dispute' ? { disputeId: ref } : { stripeRefundId: ref }
  if (await isOnTimeline(tx, creditNoteId, 'manual_refund_returned', detail)) return
  if (returned.kind === 'stripe_refund' && returned.reason) detail.reason = returned.reason
  await writeTimeline(tx, { freelancerId, creditNoteId, kind: 'manual_refund_returned', detail, ...cause })
  const freelancer = await findFreelancer(tx, freelancerId)
  await enqueueEmail(tx, manualRefundReturned(note, freelancer, { manual, returned, noticedAt: new Date() }))
}
