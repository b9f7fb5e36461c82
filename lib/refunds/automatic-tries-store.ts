import type { CreditNoteKey } from '@/lib/credit-notes/credit-note'
import { db } from '@/lib/db'
import type { Transaction } from '@/lib/transaction'

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
export async function findDueTries(limit: number): Promise<CreditNoteKey[]> {
  return db().$queryRaw`
    SELECT freelancer_id AS "freelancerId", id AS "creditNoteId" FROM credit_notes
    WHERE next_try_at <= now() ORDER BY next_try_at LIMIT ${limit}`
}

/** Failed card notes of a deposit, or of all a freelancer's deposits on an account, that wait for one of these reasons to pass. */
export async function findFailedFor(
  asker: Pick<Transaction, '$queryRaw'>,
  reasons: readonly string[],
  of: { stripeAccountId: string; paymentIntentId?: string | null; chargeId?: string | null },
): Promise<CreditNoteKey[]> {
  const anyPayment = of.paymentIntentId == null && of.chargeId == null
  return asker.$queryRaw`
    SELECT n.freelancer_id AS "freelancerId", n.id AS "creditNoteId"
    FROM credit_notes n JOIN deposits d ON d.id = n.deposit_id
    WHERE n.refund_status = 'failed' AND n.failure_reason = ANY(${reasons}::text[])
      AND d.stripe_account_id = ${of.stripeAccountId}
      AND (${anyPayment} OR d.stripe_payment_intent_id = ${of.paymentIntentId ?? null} OR d.stripe_charge_id = ${of.chargeId ?? null})
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
): Promise<(CreditNoteKey & { stripeAccountId: string; currency: string; amount: number })[]> {
  const rows = await db().$queryRaw<(CreditNoteKey & { stripeAccountId: string; currency: string; amount: bigint })[]>`
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
