import type { AttemptCause, CreditNoteKey } from '@/lib/credit-notes/credit-note'
import { db } from '@/lib/db'
import type { Transaction } from '@/lib/transaction'

/** An attempt whose outcome is not known yet, as claimed. Amount in minor units. */
export type OpenAttempt = {
  id: string
  freelancerId: string
  creditNoteId: string
  ordinal: number
  idempotencyKey: string
  stripeAccountId: string
  paymentIntentId: string
  amount: number
  /** How often Stripe was asked with this key, this time included. */
  calls: number
  /** Some call may have reached Stripe without our hearing its answer. */
  uncertain: boolean
}

type OpenAttemptRow = Omit<OpenAttempt, 'amount'> & { amount: bigint }

function openAttempt(row: OpenAttemptRow | undefined): OpenAttempt | null {
  return row ? { ...row, amount: Number(row.amount) } : null
}

/** How long whoever asks Stripe has before somebody else may ask with the same key: longer than one call can last. */
export const LEASE_SECONDS = 30

/**
 * Claims the note's next attempt; null when one is open already. The key derives from the note and the attempt's ordinal,
 * so it can be told from stored facts alone, even from a backup. The note must be held (holdCreditNote).
 */
export async function claimAttempt(
  tx: Transaction,
  claim: {
    freelancerId: string
    creditNoteId: string
    cause: AttemptCause
    stripeAccountId: string
    paymentIntentId: string
    amount: number
    currency: string
  },
): Promise<OpenAttempt | null> {
  const rows = await tx.$queryRaw<OpenAttemptRow[]>`
    WITH next AS (
      SELECT coalesce(max(ordinal), 0) + 1 AS ordinal FROM refund_attempts WHERE credit_note_id = ${claim.creditNoteId}::uuid
    )
    INSERT INTO refund_attempts (freelancer_id, credit_note_id, ordinal, cause, idempotency_key, stripe_account_id,
      payment_intent_id, amount, currency, calls, lease_until)
    SELECT ${claim.freelancerId}::uuid, ${claim.creditNoteId}::uuid, next.ordinal, ${claim.cause}::attempt_cause,
      'refund-' || ${claim.creditNoteId} || '-' || next.ordinal, ${claim.stripeAccountId}, ${claim.paymentIntentId},
      ${claim.amount}, ${claim.currency}, 1, now() + ${LEASE_SECONDS} * interval '1 second'
    FROM next
    ON CONFLICT (credit_note_id) WHERE state IN ('in_flight', 'unknown') DO NOTHING
    RETURNING id, freelancer_id AS "freelancerId", credit_note_id AS "creditNoteId", ordinal,
      idempotency_key AS "idempotencyKey", stripe_account_id AS "stripeAccountId", payment_intent_id AS "paymentIntentId",
      amount, calls, uncertain`
  return openAttempt(rows[0])
}

/**
 * Takes up an open attempt that nobody is asking Stripe about, and counts the call; null when it is closed or held.
 * Leases run on the database's clock, so processes whose clocks differ can't both hold one (faults.md F52).
 */
export async function takeUpAttempt(attemptId: string): Promise<OpenAttempt | null> {
  const rows = await db().$queryRaw<OpenAttemptRow[]>`
    UPDATE refund_attempts
    SET lease_until = now() + ${LEASE_SECONDS} * interval '1 second', calls = calls + 1,
      -- Still in flight although its lease has run out: whoever asked did not live to tell.
      uncertain = uncertain OR state = 'in_flight', state = 'in_flight'
    WHERE id = ${attemptId}::uuid AND state IN ('in_flight', 'unknown') AND lease_until <= now()
    RETURNING id, freelancer_id AS "freelancerId", credit_note_id AS "creditNoteId", ordinal,
      idempotency_key AS "idempotencyKey", stripe_account_id AS "stripeAccountId", payment_intent_id AS "paymentIntentId",
      amount, calls, uncertain`
  return openAttempt(rows[0])
}

/** Holds an attempt for one more call. False when it is closed, or somebody else has taken it up meanwhile. */
export async function renewLease({ id, calls }: OpenAttempt): Promise<boolean> {
  const changed = await db().$executeRaw`
    UPDATE refund_attempts SET lease_until = now() + ${LEASE_SECONDS} * interval '1 second'
    WHERE id = ${id}::uuid AND state = 'in_flight' AND calls = ${calls}`
  return changed > 0
}

/** What came of looking at Stripe what became of an attempt. An answer ends a refusal; silence neither begins nor ends one. */
export type Look = 'answered' | 'refused' | 'silent'

/** Frees an open attempt's lease after `seconds`, with what is known of its trouble. False when it is closed by now. */
export async function leaveAttemptUnknown(
  tx: Transaction,
  attemptId: string,
  trouble: { code: string; message: string; requestId: string | null; mayHaveHappened: boolean },
  seconds: number,
  look: Look,
): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE refund_attempts
    SET state = 'unknown', uncertain = uncertain OR ${trouble.mayHaveHappened},
      look_refused_since = CASE ${look} WHEN 'refused' THEN coalesce(look_refused_since, now()) WHEN 'silent' THEN look_refused_since END,
      code = ${trouble.code}, message = ${trouble.message}, request_id = coalesce(${trouble.requestId}, request_id), lease_until = now() + ${seconds}::double precision * interval '1 second'
    WHERE id = ${attemptId}::uuid AND state IN ('in_flight', 'unknown')`
  return changed > 0
}

/** Closes an open attempt as accepted by Stripe. False when it is closed by now. */
export async function closeAttemptAccepted(
  tx: Transaction,
  attemptId: string,
  answer: { stripeRefundId: string; requestId: string | null },
): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE refund_attempts
    SET state = 'accepted', stripe_refund_id = ${answer.stripeRefundId}, code = NULL, message = NULL,
      request_id = coalesce(${answer.requestId}, request_id), finished_at = now()
    WHERE id = ${attemptId}::uuid AND state IN ('in_flight', 'unknown')`
  return changed > 0
}

/** Closes an open attempt as refused. False when it is closed by now. */
export async function closeAttemptRefused(
  tx: Transaction,
  attemptId: string,
  refusal: { code: string; message: string; requestId: string | null },
): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE refund_attempts
    SET state = 'refused', code = ${refusal.code}, message = ${refusal.message},
      request_id = coalesce(${refusal.requestId}, request_id), finished_at = now()
    WHERE id = ${attemptId}::uuid AND state IN ('in_flight', 'unknown')`
  return changed > 0
}

/**
 * Closes an attempt whose outcome Stripe has withheld for so long that nobody will learn it (migrations,
 * outcome_is_withheld), and returns its id. Null when there is none, or somebody is asking Stripe about it right now.
 */
export async function closeWithheldAttempt(tx: Transaction, creditNoteId: string): Promise<string | null> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    UPDATE refund_attempts
    SET state = 'refused', code = 'outcome_withheld', finished_at = now(),
      message = 'Closed without knowing its outcome: Stripe did not let Requite look for seven days.'
    WHERE credit_note_id = ${creditNoteId}::uuid AND state = 'unknown' AND outcome_is_withheld(look_refused_since)
    RETURNING id`
  return rows[0]?.id ?? null
}

/** Notes of an account one of whose attempts was closed without knowing its outcome. */
export async function findNotesWithheld(tx: Transaction, stripeAccountId: string): Promise<CreditNoteKey[]> {
  return tx.$queryRaw`
    SELECT DISTINCT freelancer_id AS "freelancerId", credit_note_id AS "creditNoteId" FROM refund_attempts
    WHERE stripe_account_id = ${stripeAccountId} AND code = 'outcome_withheld'`
}

/** The id of a note's open attempt, if any. */
export async function findOpenAttempt(
  creditNoteId: string,
  asker: Pick<Transaction, 'refundAttempt'> = db(),
): Promise<string | null> {
  const open = await asker.refundAttempt.findFirst({
    where: { creditNoteId, state: { in: ['in_flight', 'unknown'] } },
    select: { id: true },
  })
  return open?.id ?? null
}

/** Open attempts whose lease has run out, oldest first: the work of a process that died, or that it is time to ask about again. */
export async function findLapsedAttempts(limit: number): Promise<(CreditNoteKey & { attemptId: string })[]> {
  return db().$queryRaw`
    SELECT id AS "attemptId", freelancer_id AS "freelancerId", credit_note_id AS "creditNoteId" FROM refund_attempts
    WHERE state IN ('in_flight', 'unknown') AND lease_until <= now() ORDER BY lease_until LIMIT ${limit}`
}
