import type { CreditNoteKey } from '@/lib/credit-notes/credit-note'
import { db } from '@/lib/db'
import type { Transaction } from '@/lib/transaction'
import type { NoteOfPayment } from './refund-news-rules'
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
): Promise<(CreditNoteKey & { status: RefundStatus })[]> {
  return asker.$queryRaw`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId", n.refund_status AS status
    FROM deposits d JOIN credit_notes n ON n.deposit_id = d.id
    WHERE d.stripe_account_id = ${stripeAccountId} AND d.stripe_payment_intent_id = ${paymentIntentId}
    ORDER BY n.issued_at`
}

/**
 * Refunds under way on an account that is not connected, the longest under way first: nobody has seen how they went on.
 * None for one that is connected, of which webhooks have told.
 */
export async function findNotesOutOfSight(
  tx: Transaction,
  stripeAccountId: string,
  limit: number,
): Promise<CreditNoteKey[]> {
  return tx.$queryRaw`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId"
    FROM connected_accounts a
    JOIN credit_notes n ON n.freelancer_id = a.freelancer_id AND n.refund_status = 'requested'
    JOIN deposits d ON d.id = n.deposit_id AND d.stripe_account_id = a.stripe_account_id
    WHERE a.stripe_account_id = ${stripeAccountId} AND a.disconnected_at IS NOT NULL
    ORDER BY n.requested_at LIMIT ${limit}`
}

/** The notes of a deposit whose refund has been waiting for it to be confirmed. */
export async function findCreditNotesWaitingForDeposit(tx: Transaction, depositId: string): Promise<CreditNoteKey[]> {
  return tx.$queryRaw`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId" FROM credit_notes n
    WHERE n.deposit_id = ${depositId}::uuid AND n.refund_status = 'pending'
      AND NOT EXISTS (SELECT FROM refund_attempts t WHERE t.credit_note_id = n.id AND t.state IN ('in_flight', 'unknown'))`
}

/** The note with all others of its deposit, as they stand; none but it is held. */
export async function findNotesOfPayment(tx: Transaction, creditNoteId: string): Promise<NoteOfPayment[]> {
  const rows = await tx.$queryRaw<(Omit<NoteOfPayment, 'amount'> & { amount: bigint })[]>`
    SELECT m.id AS "creditNoteId", m.refund_status AS status, m.amount_gross AS amount, m.currency,
      m.issued_at AS "issuedAt", m.manual_reference AS reference
    FROM credit_notes n JOIN credit_notes m ON m.deposit_id = n.deposit_id AND m.freelancer_id = n.freelancer_id
    WHERE n.id = ${creditNoteId}::uuid ORDER BY m.issued_at, m.id`
  return rows.map((row) => ({ ...row, amount: Number(row.amount) }))
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
      manual_refunded_on = ${columns.manual?.refundedOn ?? null}::date,
      next_try_at = NULL
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

/** The notes of the deposit that was paid with a disputed charge, oldest first. */
export async function findCreditNotesOfCharge(
  asker: Asker,
  of: { stripeAccountId: string; paymentIntentId: string | null; chargeId: string },
): Promise<CreditNoteKey[]> {
  return asker.$queryRaw`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId"
    FROM credit_notes n JOIN deposits d ON d.id = n.deposit_id
    WHERE d.stripe_account_id = ${of.stripeAccountId}
      AND (d.stripe_payment_intent_id = ${of.paymentIntentId} OR d.stripe_charge_id = ${of.chargeId})
    ORDER BY n.issued_at, n.id`
}

/** The other notes of a note's deposit, oldest first. */
export async function findCreditNotesBeside({ freelancerId, creditNoteId }: CreditNoteKey): Promise<CreditNoteKey[]> {
  return db().$queryRaw`
    SELECT m.freelancer_id AS "freelancerId", m.id AS "creditNoteId"
    FROM credit_notes n JOIN credit_notes m ON m.deposit_id = n.deposit_id AND m.id <> n.id
    WHERE n.id = ${creditNoteId}::uuid AND n.freelancer_id = ${freelancerId}::uuid
      AND m.freelancer_id = ${freelancerId}::uuid
    ORDER BY m.issued_at, m.id`
}

/** Remembers that the note's refund was read from Stripe just now. */
export async function writeStripeRead(creditNoteId: string): Promise<void> {
  await db().$executeRaw`UPDATE credit_notes SET stripe_read_at = now() WHERE id = ${creditNoteId}::uuid`
}

/** Marks that money may have been sent twice, since when stands, or that it was not after all. */
export async function markPaidTwice(tx: Transaction, creditNoteId: string, maybe: boolean): Promise<void> {
  await tx.$executeRaw`
    UPDATE credit_notes SET paid_twice_at = CASE WHEN ${maybe} THEN coalesce(paid_twice_at, now()) END
    WHERE id = ${creditNoteId}::uuid AND (paid_twice_at IS NOT NULL) <> ${maybe}`
}

/**
 * Refunds that nobody has heard of for a while, longer the older they are: requested ones, pending ones whose deposit nobody
 * has confirmed, and pending ones that nobody has begun. The longest unread first, so that a backlog is worked off in turn.
 */
export async function findQuietRefunds(
  limit: number,
): Promise<(CreditNoteKey & { status: RefundStatus; confirmed: boolean })[]> {
  return db().$queryRaw`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId", n.refund_status AS status,
      d.confirmed_at IS NOT NULL AS confirmed
    FROM credit_notes n JOIN deposits d ON d.id = n.deposit_id
    WHERE d.method = 'card' AND (
      (n.refund_status = 'requested'
        AND coalesce(n.stripe_read_at, n.requested_at)
          < now() - least(interval '6 hours', greatest(interval '30 seconds', (now() - n.requested_at) / 4)))
      OR (n.refund_status = 'pending' AND d.confirmed_at IS NULL
        AND coalesce(n.stripe_read_at, n.issued_at)
          < now() - least(interval '6 hours', greatest(interval '1 minute', (now() - n.issued_at) / 4)))
      OR (n.refund_status = 'pending' AND d.confirmed_at < now() - interval '1 minute'
          AND n.issued_at < now() - interval '1 minute'
          AND NOT EXISTS (SELECT FROM refund_attempts t WHERE t.credit_note_id = n.id AND t.state IN ('in_flight', 'unknown'))))
    ORDER BY coalesce(n.stripe_read_at, n.issued_at) LIMIT ${limit}`
}
