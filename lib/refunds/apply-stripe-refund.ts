import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { holdCreditNote, writeTimeline } from '@/lib/credit-notes/find-credit-note'
import type { SecondPayment } from '@/lib/email/email-moments'
import type { RefundNews } from '@/lib/stripe/refund-news'
import type { Transaction } from '@/lib/transaction'
import { closeAttemptAccepted, findOpenAttempt } from './attempt-store'
import {
  findCreditNoteOfRefund,
  findKnownRefund,
  findKnownRefunds,
  findRefundsElsewhere,
  lockRefundNews,
  saveKnownRefund,
} from './known-refund-store'
import { alarmOfPaidTwice, alertManualRefundReturned, type Cause, moveRefund, tellNotesOf } from './move-refund'
import { planAutomaticTry } from './plan-tries'
import { isLive, mergeProgress, paidOnceMore, sameProgress, verdictOnRefunds } from './refund-news-rules'
import { findNotesOfPayment } from './refund-store'

/** What came of a piece of news: kept with the event. */
export type NewsOutcome = 'applied' | 'nothing_new' | 'foreign_refund' | 'other_account'

/**
 * The only place where news of a Stripe refund changes a credit note, whoever brings it: a webhook, our call's own answer,
 * a refresh or the sweep. News is merged per Stripe refund so that older news never wins, and the note's status is then
 * read off all its refunds: any order and any repetition end the same.
 */
export async function applyStripeRefund(tx: Transaction, news: RefundNews, cause: Cause): Promise<NewsOutcome> {
  let owner = await findCreditNoteOfRefund(tx, news)
  // Adopted while we waited for its row: then the news is its note's.
  if (owner === null && (await findKnownRefund(tx, news.stripeRefundId))?.creditNoteId) {
    owner = await findCreditNoteOfRefund(tx, news)
  }
  if (owner === 'other_account') return 'other_account'
  if (owner === null) return keepForeignRefund(tx, news, cause)
  const note = await holdCreditNote(tx, owner.freelancerId, owner.creditNoteId)
  if (!note) throw new Error('a refund names a credit note that is gone')

  const kept = await findKnownRefund(tx, news.stripeRefundId)
  // What another account's event once said under this id is no news of ours: it is overwritten, not merged.
  const known = kept?.stripeAccountId === news.stripeAccountId ? kept : null
  const merged = mergeProgress(known, news)
  const attemptClosed = await closeAttemptOf(tx, note, news)
  if (known?.creditNoteId && sameProgress(known, merged) && !attemptClosed) return 'nothing_new'
  await saveKnownRefund(
    tx,
    news,
    { ...merged, stripeRefundId: news.stripeRefundId, createdAt: news.createdAt },
    note.id,
  )
  const moved = await followRefunds(tx, note, { ...cause, attemptId: cause.attemptId ?? news.attemptId })
  if (!isLive(merged.status)) {
    const { stripeRefundId } = news
    const returned = { kind: 'stripe_refund', stripeRefundId, reason: merged.failureReason } as const
    await alertManualRefundReturned(tx, note, returned, cause)
  }

  if (merged.traceNumber && !known?.traceNumber) {
    const detail = { traceNumber: merged.traceNumber, stripeRefundId: news.stripeRefundId }
    await writeTimeline(tx, {
      freelancerId: note.freelancerId,
      creditNoteId: note.id,
      kind: 'trace_number',
      detail,
      ...cause,
    })
  } else if (!moved) {
    const detail = { stripeRefundId: news.stripeRefundId, status: merged.status }
    await writeTimeline(tx, {
      freelancerId: note.freelancerId,
      creditNoteId: note.id,
      kind: 'news_without_change',
      detail,
      ...cause,
    })
  }
  return 'applied'
}

/** A refund made elsewhere, in Stripe's Dashboard for one: kept, and no credit note moves; those of its payment are told. */
async function keepForeignRefund(tx: Transaction, news: RefundNews, cause: Cause): Promise<NewsOutcome> {
  await lockRefundNews(tx, news.stripeRefundId)
  const known = await findKnownRefund(tx, news.stripeRefundId)
  if (known && known.stripeAccountId !== news.stripeAccountId) return 'other_account'
  const merged = mergeProgress(known, news)
  await saveKnownRefund(tx, news, { ...merged, stripeRefundId: news.stripeRefundId, createdAt: news.createdAt }, null)
  if (known?.status !== merged.status) await tellNotesOf(tx, news.stripeRefundId, cause)
  return 'foreign_refund'
}

/** The news may outrun our own record, or a process may have died before it: then the refund itself closes its attempt. */
async function closeAttemptOf(tx: Transaction, note: CreditNote, news: RefundNews): Promise<boolean> {
  const open = await findOpenAttempt(note.id, tx)
  if (!open || news.attemptId !== open) return false
  return closeAttemptAccepted(tx, open, { stripeRefundId: news.stripeRefundId, requestId: null })
}

/** Brings a held note to where its refunds stand. True when it moved. */
export async function followRefunds(tx: Transaction, note: CreditNote, cause: Cause): Promise<boolean> {
  const refunds = await findKnownRefunds(tx, note.id)
  const attemptOpen = (await findOpenAttempt(note.id, tx)) !== null
  const verdict = verdictOnRefunds(
    {
      status: note.refundStatus,
      stripeRefundId: note.stripeRefundId,
      manualReference: note.manual?.reference ?? null,
    },
    refunds,
    attemptOpen,
  )
  const followed = refunds.find((refund) => verdict.kind !== 'stay' && refund.stripeRefundId === verdict.stripeRefundId)

  const moved = await (async () => {
    if (verdict.kind === 'stay' || !followed) return null
    const { stripeRefundId, traceNumber } = followed
    const unchanged = note.stripeRefundId === stripeRefundId
    if (verdict.kind === 'failed') {
      // Of several that failed the note names the newest, whichever was heard of first; a refusal since then stands.
      if (note.refundStatus === 'failed' && (unchanged || note.stripeRefundId === null)) return null
      const failed = { to: 'failed', reason: verdict.reason, message: null, stripeRefundId } as const
      const after = await moveRefund(tx, note, failed, cause)
      await planAutomaticTry(tx, after, verdict.reason)
      return after
    }
    if (unchanged && note.refundStatus === verdict.status) return null
    // What had succeeded goes back through failed: a second refund's progress must not hide that the first one bounced.
    const from = note.refundStatus === 'succeeded' ? await moveRefund(tx, note, bounceOf(note, refunds), cause) : note
    return verdict.status === 'succeeded'
      ? moveRefund(tx, from, { to: 'succeeded', stripeRefundId, traceNumber }, cause)
      : moveRefund(tx, from, { to: 'requested', stripeRefundId }, cause)
  })()

  const second = verdict.kind === 'failed' ? null : verdict.paidTwice
  await reviewPaidTwice(tx, moved ?? note, second, followed?.createdAt ?? null, cause)
  return moved !== null
}

/**
 * Raises the alarm that a client may have been paid twice, once for each of what may have paid them, and ends it for what has
 * not after all. `second` is a live refund of this note beside the one it follows; a lost dispute has paid it too, and a
 * refund made elsewhere may be another payment of it.
 */
async function reviewPaidTwice(
  tx: Transaction,
  note: CreditNote,
  second: string | null,
  refundedAt: Date | null,
  cause: Cause,
): Promise<void> {
  const payments: SecondPayment[] = []
  if (second) payments.push({ stripeRefundId: second, madeElsewhere: false })
  if (note.disputeId && paidBesideDispute(note, refundedAt)) payments.push({ disputeId: note.disputeId })
  const elsewhere = await findRefundBeside(tx, note)
  if (elsewhere) payments.push({ stripeRefundId: elsewhere, madeElsewhere: true })
  await alarmOfPaidTwice(tx, note, payments, cause)
}

async function findRefundBeside(tx: Transaction, note: CreditNote): Promise<string | null> {
  const refunds = await findRefundsElsewhere(tx, note.id)
  if (refunds.length === 0) return null
  return paidOnceMore(await findNotesOfPayment(tx, note.id), refunds).get(note.id) ?? null
}

/**
 * A lost dispute has paid a note that was paid back otherwise. Whoever sends a note, or the rest of it, after the bank has
 * given its client a part has decided so knowing of it, and whoever gives the dispute's number as the reference has sent
 * nothing else: nothing is paid twice by that. `refundedAt` is when Stripe made the refund that the note follows.
 */
function paidBesideDispute(note: CreditNote, refundedAt: Date | null): boolean {
  if (note.disputeStatus !== 'lost' || note.disputeId === null || note.disputeLeftOver === 0) return false
  if (note.manual && (note.manual.method === 'chargeback' || note.manual.reference.includes(note.disputeId)))
    return false
  const sentAt = note.manual ? note.settledAt : note.refundStatus === 'succeeded' ? refundedAt : null
  if (sentAt === null) return false
  return note.disputeLeftOver === note.amountGross || (note.disputeClosedAt !== null && sentAt < note.disputeClosedAt)
}

function bounceOf(note: CreditNote, refunds: readonly { stripeRefundId: string; failureReason: string | null }[]) {
  const bounced = refunds.find(({ stripeRefundId }) => stripeRefundId === note.stripeRefundId)
  return {
    to: 'failed',
    reason: bounced?.failureReason ?? 'unknown',
    message: null,
    stripeRefundId: note.stripeRefundId,
  } as const
}
