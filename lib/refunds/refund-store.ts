import { db } from '@/lib/db'
import type { RefundNews, StripeRefundStatus } from '@/lib/stripe/refund-news'
import type { Transaction } from '@/lib/transaction'
import type { ManualMethod, RefundStatus } from './refund-status'

type Asker = Pick<Transaction, '$queryRaw'>

/** Where a credit note's money came in, and so where it must go back from: the deposit and the freelancer's Connect set-up. */
export type RefundSource = {
  freelancerId: string
  creditNoteId: string
  depositId: string
  method: 'card' | 'sepa'
  confirmed: boolean
  stripeAccountId: string | null
  paymentIntentId: string | null
  chargeId: string | null
  checkoutSessionId: string | null
  /** The account the charge was made on is still connected to this freelancer. */
  accountConnected: boolean
}

/** Follows credit note → deposit → Connect set-up; null when the freelancer has no such note. */
export async function findRefundSource(
  freelancerId: string,
  creditNoteId: string,
  asker: Asker = db(),
): Promise<RefundSource | null> {
  const rows = await asker.$queryRaw<RefundSource[]>`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId", d.id AS "depositId", d.method,
      d.confirmed_at IS NOT NULL AS confirmed, d.stripe_account_id AS "stripeAccountId",
      d.stripe_payment_intent_id AS "paymentIntentId", d.stripe_charge_id AS "chargeId",
      d.stripe_checkout_session_id AS "checkoutSessionId",
      (a.stripe_account_id IS NOT NULL AND a.disconnected_at IS NULL) AS "accountConnected"
    FROM credit_notes n
    JOIN deposits d ON d.id = n.deposit_id
    LEFT JOIN connected_accounts a ON a.freelancer_id = n.freelancer_id AND a.stripe_account_id = d.stripe_account_id
    WHERE n.id = ${creditNoteId}::uuid AND n.freelancer_id = ${freelancerId}::uuid`
  return rows[0] ?? null
}

/** Whose refunds go out over this payment: the notes of the deposit that this account's payment made, oldest first. */
export async function findCreditNotesOfPayment(
  stripeAccountId: string,
  paymentIntentId: string,
  asker: Asker = db(),
): Promise<{ freelancerId: string; creditNoteId: string; status: RefundStatus }[]> {
  return asker.$queryRaw`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId", n.refund_status AS status
    FROM deposits d JOIN credit_notes n ON n.deposit_id = d.id
    WHERE d.stripe_account_id = ${stripeAccountId} AND d.stripe_payment_intent_id = ${paymentIntentId}
    ORDER BY n.issued_at`
}

/** The notes of a deposit whose refund has been waiting for it to be confirmed. */
export async function findCreditNotesWaitingForDeposit(
  tx: Transaction,
  depositId: string,
): Promise<{ freelancerId: string; creditNoteId: string }[]> {
  return tx.$queryRaw`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId" FROM credit_notes n
    WHERE n.deposit_id = ${depositId}::uuid AND n.refund_status = 'pending'
      AND NOT EXISTS (SELECT FROM refund_attempts t WHERE t.credit_note_id = n.id AND t.state IN ('in_flight', 'unknown'))`
}

/**
 * The credit note that a Stripe refund belongs to: by what we know of the refund, else by the note id in its metadata.
 * Another account's event proves nothing here. On the note's own account a refund of another payment, currency or amount is
 * somebody else's, whatever was written on it: null, as for one that names no note.
 */
export async function findCreditNoteOfRefund(
  tx: Transaction,
  news: RefundNews,
): Promise<{ freelancerId: string; creditNoteId: string } | 'other_account' | null> {
  const rows = await tx.$queryRaw<{ freelancerId: string; creditNoteId: string; sameAccount: boolean; own: boolean }[]>`
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

/** One refund that Stripe has told us of, whoever's it is. */
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

/** The columns of a credit note that follow its refund, as a move leaves them. */
export type RefundColumns = {
  refundStatus: RefundStatus
  failureReason: string | null
  failureMessage: string | null
  stripeRefundId: string | null
  requested: boolean
  settled: boolean
  manual: { method: ManualMethod; reference: string; refundedOn: Date } | null
}

/** Writes a move; times are the database's. `requested` keeps the first time, unless a new Stripe refund begins. */
export async function writeRefundColumns(tx: Transaction, creditNoteId: string, columns: RefundColumns): Promise<void> {
  await tx.$executeRaw`
    UPDATE credit_notes SET
      refund_status = ${columns.refundStatus}::refund_status,
      failure_reason = ${columns.failureReason},
      failure_message = ${columns.failureMessage},
      requested_at = CASE WHEN NOT ${columns.requested} THEN requested_at
        WHEN stripe_refund_id IS NOT DISTINCT FROM ${columns.stripeRefundId} THEN coalesce(requested_at, now()) ELSE now() END,
      stripe_refund_id = ${columns.stripeRefundId},
      settled_at = CASE WHEN ${columns.settled} THEN coalesce(settled_at, now()) END,
      manual_method = ${columns.manual?.method ?? null}::manual_method,
      manual_reference = ${columns.manual?.reference ?? null},
      manual_refunded_on = ${columns.manual?.refundedOn ?? null}::date
    WHERE id = ${creditNoteId}::uuid`
}

/** Notes why a pending refund has not begun, without moving it. */
export async function writePendingReason(
  tx: Transaction,
  creditNoteId: string,
  reason: string | null,
  message: string | null,
): Promise<void> {
  await tx.$executeRaw`
    UPDATE credit_notes SET failure_reason = ${reason}, failure_message = ${message}
    WHERE id = ${creditNoteId}::uuid AND refund_status = 'pending'`
}

/** Marks that money may have been sent twice; the first time stands. True when it is marked only now. */
export async function markPaidTwice(tx: Transaction, creditNoteId: string): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE credit_notes SET paid_twice_at = now() WHERE id = ${creditNoteId}::uuid AND paid_twice_at IS NULL`
  return changed > 0
}

/**
 * Requested refunds of which nothing was heard for `quietMinutes`, and pending card refunds that nobody has begun. Drawn by
 * lot, so that some that stay quiet for ever never keep the others from their turn.
 */
export async function findQuietRefunds(
  quietMinutes: number,
  limit: number,
): Promise<{ freelancerId: string; creditNoteId: string; status: RefundStatus }[]> {
  return db().$queryRaw`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId", n.refund_status AS status
    FROM credit_notes n JOIN deposits d ON d.id = n.deposit_id
    WHERE d.method = 'card' AND (
      (n.refund_status = 'requested' AND n.requested_at < now() - ${quietMinutes} * interval '1 minute')
      OR (n.refund_status = 'pending' AND d.confirmed_at < now() - interval '1 minute'
          AND n.issued_at < now() - interval '1 minute'
          AND NOT EXISTS (SELECT FROM refund_attempts t WHERE t.credit_note_id = n.id AND t.state IN ('in_flight', 'unknown'))))
    ORDER BY random() LIMIT ${limit}`
}
