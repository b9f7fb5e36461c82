import type { CreditNoteKey } from '@/lib/credit-notes/credit-note'
import { db } from '@/lib/db'
import type { RefundNews, StripeRefundStatus } from '@/lib/stripe/refund-news'
import type { Transaction } from '@/lib/transaction'
import type { RefundElsewhere } from './refund-news-rules'

/**
 * The credit note that a Stripe refund belongs to: by what we know of the refund, else by the note id in its metadata.
 * Another account's event proves nothing here. On the note's own account a refund of another payment, currency or amount is
 * somebody else's, whatever was written on it: null, as for one that names no note.
 */
export async function findCreditNoteOfRefund(
  tx: Transaction,
  news: RefundNews,
): Promise<CreditNoteKey | 'other_account' | null> {
  const rows = await tx.$queryRaw<(CreditNoteKey & { sameAccount: boolean; own: boolean })[]>`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId",
      d.stripe_account_id = ${news.stripeAccountId} AS "sameAccount",
      (n.currency = ${news.currency} AND n.amount_gross = ${news.amount}
        AND (d.stripe_payment_intent_id IS NULL OR ${news.paymentIntentId}::text IS NULL
          OR d.stripe_payment_intent_id = ${news.paymentIntentId})) AS own
    FROM credit_notes n JOIN deposits d ON d.id = n.deposit_id
    WHERE n.id = coalesce(
      (SELECT credit_note_id FROM stripe_refunds WHERE id = ${news.stripeRefundId}),
      (SELECT credit_note_id FROM refund_attempts WHERE stripe_refund_id = ${news.stripeRefundId}),
      ${news.creditNoteId}::uuid)`
  const [row] = rows
  if (!row) return null
  if (!row.sameAccount) return 'other_account'
  return row.own ? { freelancerId: row.freelancerId, creditNoteId: row.creditNoteId } : null
}

/** What Stripe has told us of a refund so far. */
export type KnownRefund = {
  stripeRefundId: string
  status: StripeRefundStatus
  failureReason: string | null
  pendingReason: string | null
  traceNumber: string | null
  createdAt: Date
}

/** Every refund that Stripe has told us of for this note, oldest first. */
export async function findKnownRefunds(tx: Transaction, creditNoteId: string): Promise<KnownRefund[]> {
  return tx.$queryRaw<KnownRefund[]>`
    SELECT id AS "stripeRefundId", status, failure_reason AS "failureReason", pending_reason AS "pendingReason",
      trace_number AS "traceNumber", created_at AS "createdAt"
    FROM stripe_refunds WHERE credit_note_id = ${creditNoteId}::uuid ORDER BY created_at, id`
}

/** One refund that Stripe has told us of, whoever's it is; its row is locked until the transaction ends. */
export async function findKnownRefund(
  tx: Transaction,
  stripeRefundId: string,
): Promise<(KnownRefund & { creditNoteId: string | null; stripeAccountId: string }) | null> {
  const rows = await tx.$queryRaw<(KnownRefund & { creditNoteId: string | null; stripeAccountId: string })[]>`
    SELECT id AS "stripeRefundId", status, failure_reason AS "failureReason", pending_reason AS "pendingReason",
      trace_number AS "traceNumber", created_at AS "createdAt", credit_note_id AS "creditNoteId",
      stripe_account_id AS "stripeAccountId"
    FROM stripe_refunds WHERE id = ${stripeRefundId} FOR UPDATE`
  return rows[0] ?? null
}

/** A refund that was made elsewhere, and the note that has adopted it, if any. Amount in minor units. */
export type ForeignRefund = {
  stripeRefundId: string
  stripeAccountId: string
  paymentIntentId: string | null
  creditNoteId: string | null
  amount: number
  currency: string
  status: StripeRefundStatus
  failureReason: string | null
}

/** One refund by its id, with what it was made of. */
export async function findForeignRefund(stripeRefundId: string): Promise<ForeignRefund | null> {
  const rows = await db().$queryRaw<(Omit<ForeignRefund, 'amount'> & { amount: bigint })[]>`
    SELECT id AS "stripeRefundId", stripe_account_id AS "stripeAccountId", payment_intent_id AS "paymentIntentId",
      credit_note_id AS "creditNoteId", amount, currency, status, failure_reason AS "failureReason"
    FROM stripe_refunds WHERE id = ${stripeRefundId}`
  const [row] = rows
  return row ? { ...row, amount: Number(row.amount) } : null
}

/** The live refunds that were made elsewhere of the payment behind a note and belong to no note, oldest first. */
export async function findRefundsElsewhere(tx: Transaction, creditNoteId: string): Promise<RefundElsewhere[]> {
  const rows = await tx.$queryRaw<(Omit<RefundElsewhere, 'amount'> & { amount: bigint })[]>`
    SELECT r.id AS "stripeRefundId", r.amount, r.currency
    FROM credit_notes n JOIN deposits d ON d.id = n.deposit_id
    JOIN stripe_refunds r ON r.stripe_account_id = d.stripe_account_id AND r.payment_intent_id = d.stripe_payment_intent_id
    WHERE n.id = ${creditNoteId}::uuid AND r.credit_note_id IS NULL AND r.status NOT IN ('failed', 'canceled')
    ORDER BY r.created_at, r.id`
  return rows.map((row) => ({ ...row, amount: Number(row.amount) }))
}

/** Has whoever brings news of this refund wait for whoever is at it: two that find nothing kept would each merge with nothing. */
export async function lockRefundNews(tx: Transaction, stripeRefundId: string): Promise<void> {
  await tx.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${stripeRefundId}, 0))::text`
}

/** Writes a refund as merged; `creditNoteId` null for one that belongs to no note of ours. */
export async function saveKnownRefund(
  tx: Transaction,
  news: RefundNews,
  merged: KnownRefund,
  creditNoteId: string | null,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO stripe_refunds (id, stripe_account_id, credit_note_id, payment_intent_id, amount, currency, status,
      failure_reason, pending_reason, trace_number, created_at)
    VALUES (${news.stripeRefundId}, ${news.stripeAccountId}, ${creditNoteId}::uuid, ${news.paymentIntentId}, ${news.amount},
      ${news.currency}, ${merged.status}, ${merged.failureReason}, ${merged.pendingReason}, ${merged.traceNumber}, ${news.createdAt})
    ON CONFLICT (id) DO UPDATE SET stripe_account_id = excluded.stripe_account_id,
      payment_intent_id = excluded.payment_intent_id, amount = excluded.amount, currency = excluded.currency,
      status = excluded.status, failure_reason = excluded.failure_reason, pending_reason = excluded.pending_reason,
      trace_number = excluded.trace_number, created_at = excluded.created_at,
      credit_note_id = coalesce(stripe_refunds.credit_note_id, excluded.credit_note_id)`
}

/**
 * Ties a refund made elsewhere to a note: same deposit, currency and amount, live, nobody's yet, and named in no manual
 * refund's reference. False when it is not so.
 */
export async function adoptKnownRefund(
  tx: Transaction,
  creditNoteId: string,
  stripeRefundId: string,
): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE stripe_refunds r SET credit_note_id = n.id
    FROM credit_notes n JOIN deposits d ON d.id = n.deposit_id
    WHERE n.id = ${creditNoteId}::uuid AND r.id = ${stripeRefundId} AND r.credit_note_id IS NULL
      AND r.stripe_account_id = d.stripe_account_id AND r.payment_intent_id = d.stripe_payment_intent_id
      AND r.currency = n.currency AND r.amount = n.amount_gross AND r.status NOT IN ('failed', 'canceled')
      AND NOT EXISTS (SELECT FROM credit_notes m WHERE m.deposit_id = d.id AND strpos(m.manual_reference, r.id) > 0)`
  return changed > 0
}
