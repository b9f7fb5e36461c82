import { db } from '@/lib/db'
import type { RefundNews, StripeRefundStatus } from '@/lib/stripe/refund-news'
import type { Transaction } from '@/lib/transaction'
import type { NoteOfPayment, RefundElsewhere } from './refund-news-rules'
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

/** The note with all others of its deposit, as they stand; none but it is held. */
export async function findNotesOfPayment(tx: Transaction, creditNoteId: string): Promise<NoteOfPayment[]> {
  const rows = await tx.$queryRaw<(Omit<NoteOfPayment, 'amount'> & { amount: bigint })[]>`
    SELECT m.id AS "creditNoteId", m.refund_status AS status, m.amount_gross AS amount, m.currency,
      m.issued_at AS "issuedAt", m.manual_reference AS reference
    FROM credit_notes n JOIN credit_notes m ON m.deposit_id = n.deposit_id AND m.freelancer_id = n.freelancer_id
    WHERE n.id = ${creditNoteId}::uuid ORDER BY m.issued_at, m.id`
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

/** Plans the next automatic try. False when the note has not failed, or somebody has stopped its tries. */
export async function planNextTry(tx: Transaction, creditNoteId: string, inSeconds: number): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE credit_notes SET next_try_at = now() + ${inSeconds}::double precision * interval '1 second'
    WHERE id = ${creditNoteId}::uuid AND refund_status = 'failed' AND NOT automatic_stopped`
  return changed > 0
}

/** Ends what Requite does by itself for a failed note, planned or yet to be. */
export async function writeTriesStopped(tx: Transaction, creditNoteId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE credit_notes SET next_try_at = NULL, automatic_stopped = true
    WHERE id = ${creditNoteId}::uuid AND refund_status = 'failed'`
}

/** A person has asked: whatever was tried before, or stopped, Requite's own tries begin afresh should this one fail. */
export async function startTriesAfresh(tx: Transaction, creditNoteId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE credit_notes SET automatic_tries = 0, automatic_stopped = false WHERE id = ${creditNoteId}::uuid`
}

/** Counts a try that Requite has claimed by itself. */
export async function countAutomaticTry(tx: Transaction, creditNoteId: string): Promise<void> {
  await tx.$executeRaw`UPDATE credit_notes SET automatic_tries = automatic_tries + 1 WHERE id = ${creditNoteId}::uuid`
}

/** How many automatic tries there have been since a person last asked, and whether the next one is due now. */
export async function findTries(tx: Transaction, creditNoteId: string): Promise<{ made: number; due: boolean }> {
  const rows = await tx.$queryRaw<{ made: number; due: boolean }[]>`
    SELECT automatic_tries AS made, coalesce(next_try_at <= now(), false) AS due
    FROM credit_notes WHERE id = ${creditNoteId}::uuid`
  const [row] = rows
  if (!row) throw new Error('a held credit note cannot vanish')
  return row
}

/** Failed notes whose automatic try is due, the longest waiting first. */
export async function findDueTries(limit: number): Promise<{ freelancerId: string; creditNoteId: string }[]> {
  return db().$queryRaw`
    SELECT freelancer_id AS "freelancerId", id AS "creditNoteId" FROM credit_notes
    WHERE next_try_at <= now() ORDER BY next_try_at LIMIT ${limit}`
}

/** Failed card notes of a deposit, or of all a freelancer's deposits on an account, that wait for one of these reasons to pass. */
export async function findFailedFor(
  asker: Asker,
  reasons: readonly string[],
  of: { stripeAccountId: string; paymentIntentId?: string | null; chargeId?: string | null },
): Promise<{ freelancerId: string; creditNoteId: string }[]> {
  const anyPayment = of.paymentIntentId == null && of.chargeId == null
  return asker.$queryRaw`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId"
    FROM credit_notes n JOIN deposits d ON d.id = n.deposit_id
    WHERE n.refund_status = 'failed' AND n.failure_reason = ANY(${reasons}::text[])
      AND d.stripe_account_id = ${of.stripeAccountId}
      AND (${anyPayment} OR d.stripe_payment_intent_id = ${of.paymentIntentId ?? null} OR d.stripe_charge_id = ${of.chargeId ?? null})
    ORDER BY n.issued_at`
}

/** Notes of a disputed deposit that something has paid back or is paying back already. */
export async function findPaidBackOf(
  asker: Asker,
  of: { stripeAccountId: string; paymentIntentId: string | null; chargeId: string },
): Promise<{ freelancerId: string; creditNoteId: string }[]> {
  return asker.$queryRaw`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId"
    FROM credit_notes n JOIN deposits d ON d.id = n.deposit_id
    WHERE n.refund_status IN ('requested', 'succeeded', 'manual') AND d.stripe_account_id = ${of.stripeAccountId}
      AND (d.stripe_payment_intent_id = ${of.paymentIntentId} OR d.stripe_charge_id = ${of.chargeId})
    ORDER BY n.issued_at`
}

/**
 * Failed refunds that wait for money, with the account they wait on and what they need. Amounts in minor units. One of
 * each account before a second of any, and in random order, so that each is looked at sooner or later: what waits for ever, as
 * on an account that nobody tops up, would otherwise stand in front of all the others at every sweep.
 */
export async function findRefundsShortOfBalance(
  reasons: readonly string[],
  mostTries: number,
  limit: number,
): Promise<
  { freelancerId: string; creditNoteId: string; stripeAccountId: string; currency: string; amount: number }[]
> {
  const rows = await db().$queryRaw<
    { freelancerId: string; creditNoteId: string; stripeAccountId: string; currency: string; amount: bigint }[]
  >`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId", d.stripe_account_id AS "stripeAccountId",
      n.currency, n.amount_gross AS amount
    FROM credit_notes n
    JOIN deposits d ON d.id = n.deposit_id
    JOIN connected_accounts a ON a.stripe_account_id = d.stripe_account_id AND a.disconnected_at IS NULL
    WHERE n.refund_status = 'failed' AND n.failure_reason = ANY(${reasons}::text[]) AND n.next_try_at IS NULL
      -- A balance that is high enough and a refusal all the same would otherwise chase each other.
      AND NOT n.automatic_stopped AND n.automatic_tries < ${mostTries}
      AND NOT EXISTS (SELECT FROM refund_attempts t WHERE t.credit_note_id = n.id AND t.started_at > now() - interval '10 minutes')
    ORDER BY row_number() OVER (PARTITION BY d.stripe_account_id, n.currency ORDER BY random()), random() LIMIT ${limit}`
  return rows.map((row) => ({ ...row, amount: Number(row.amount) }))
}

/** Remembers that the note's refund was read from Stripe just now. */
export async function writeStripeRead(creditNoteId: string): Promise<void> {
  await db().$executeRaw`UPDATE credit_notes SET stripe_read_at = now() WHERE id = ${creditNoteId}::uuid`
}

/** Marks that money was not sent twice after all. */
export async function clearPaidTwice(tx: Transaction, creditNoteId: string): Promise<void> {
  await tx.$executeRaw`UPDATE credit_notes SET paid_twice_at = NULL WHERE id = ${creditNoteId}::uuid`
}

/** Marks that money may have been sent twice; the first time stands. True when it is marked only now. */
export async function markPaidTwice(tx: Transaction, creditNoteId: string): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE credit_notes SET paid_twice_at = now() WHERE id = ${creditNoteId}::uuid AND paid_twice_at IS NULL`
  return changed > 0
}

/**
 * Refunds that nobody has heard of for a while, longer the older they are: requested ones, pending ones whose deposit nobody
 * has confirmed, and pending ones that nobody has begun. The longest unread first, so that a backlog is worked off in turn.
 */
export async function findQuietRefunds(
  limit: number,
): Promise<{ freelancerId: string; creditNoteId: string; status: RefundStatus; confirmed: boolean }[]> {
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
