import { db } from '@/lib/db'
import type { Transaction } from '@/lib/transaction'

export type NewDeposit = {
  freelancerId: string
  proposalId: string
  method: 'card' | 'sepa'
  amount: number
  currency: string
  stripeAccountId?: string
  stripePaymentIntentId?: string
  stripeChargeId?: string
  stripeCheckoutSessionId?: string
  paidAt?: Date
}

/**
 * Writes a deposit, not yet confirmed, and returns its id. Amount in minor units. Throws when it is in another currency than
 * its proposal: what is announced in one currency can't be refunded from another, and the database refuses it too.
 */
export async function insertDeposit(tx: Transaction, deposit: NewDeposit): Promise<string> {
  const agreed = await tx.proposal.findUniqueOrThrow({ where: { id: deposit.proposalId }, select: { currency: true } })
  if (agreed.currency !== deposit.currency)
    throw new Error(`A proposal in ${agreed.currency} takes no deposit in ${deposit.currency}.`)
  const { id } = await tx.deposit.create({ data: deposit, select: { id: true } })
  return id
}

export type ConfirmedDeposit = { depositId: string; freelancerId: string; proposalId: string }

/** Waits for whoever is at a credit note of this deposit: they hold the note first and its proposal after. */
export async function awaitNotesOfDeposit(tx: Transaction, depositId: string): Promise<void> {
  await tx.$queryRaw`SELECT id FROM credit_notes WHERE deposit_id = ${depositId}::uuid ORDER BY id FOR KEY SHARE`
}

/**
 * Marks the account's deposit that this payment made as confirmed, and learns the ids it did not know. Matches by
 * PaymentIntent, or on older deposits by charge or Checkout Session. Null when there is none, or it was confirmed before.
 */
export async function confirmDepositRow(
  tx: Transaction,
  payment: {
    stripeAccountId: string
    paymentIntentId: string
    chargeId: string | null
    checkoutSessionId: string | null
  },
): Promise<ConfirmedDeposit | null> {
  const rows = await tx.$queryRaw<ConfirmedDeposit[]>`
    UPDATE deposits SET confirmed_at = now(), paid_at = coalesce(paid_at, now()),
      stripe_payment_intent_id = ${payment.paymentIntentId},
      stripe_charge_id = coalesce(stripe_charge_id, ${payment.chargeId})
    WHERE method = 'card' AND stripe_account_id = ${payment.stripeAccountId} AND confirmed_at IS NULL
      AND (stripe_payment_intent_id = ${payment.paymentIntentId}
        OR (stripe_payment_intent_id IS NULL
          AND (stripe_charge_id = ${payment.chargeId} OR stripe_checkout_session_id = ${payment.checkoutSessionId})))
    RETURNING id AS "depositId", freelancer_id AS "freelancerId", proposal_id AS "proposalId"`
  return rows[0] ?? null
}

/** Remembers the PaymentIntent that was found for an older deposit. */
export async function writePaymentIntent(depositId: string, paymentIntentId: string): Promise<void> {
  await db().deposit.updateMany({
    where: { id: depositId, stripePaymentIntentId: null },
    data: { stripePaymentIntentId: paymentIntentId },
  })
}

/** A dispute's last words. */
const DECIDED = ['warning_closed', 'prevented', 'won', 'lost']

/** What a dispute may be, in the order in which it grows and the weightiest last: an earlier word never pulls back a later one. */
const BY_WEIGHT = ['warning_needs_response', 'warning_under_review', 'needs_response', 'under_review', ...DECIDED]

/** A word of Stripe on a dispute over a payment. */
export type DisputeWord = {
  stripeAccountId: string
  paymentIntentId: string | null
  chargeId: string
  disputeId: string
  status: string
  /** What the client's bank takes back, in minor units of `currency`. */
  amount: number
  currency: string
  /** When Stripe said so. */
  toldAt: Date
}

/**
 * Keeps how a dispute over the account's payment stands, which one it is and when it was decided; false when the payment
 * is none of our deposits.
 */
export async function writeDispute(tx: Transaction, dispute: DisputeWord): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE deposits SET dispute_status = ${dispute.status}, dispute_id = ${dispute.disputeId},
      dispute_amount = ${dispute.amount}, dispute_currency = ${dispute.currency},
      dispute_told_at = greatest(${dispute.toldAt}::timestamptz,
        CASE WHEN dispute_id = ${dispute.disputeId} AND dispute_status = ${dispute.status} THEN dispute_told_at END),
      -- The first word of its end says when that was, in whatever order they arrive.
      dispute_closed_at = CASE WHEN ${dispute.status} = ANY(${DECIDED}::text[]) THEN
        least(${dispute.toldAt}::timestamptz, CASE WHEN dispute_id = ${dispute.disputeId} AND dispute_status = ${dispute.status} THEN dispute_closed_at END) END
    WHERE stripe_account_id = ${dispute.stripeAccountId}
      AND (stripe_payment_intent_id = ${dispute.paymentIntentId} OR stripe_charge_id = ${dispute.chargeId})
      AND CASE
        -- News of its beginning may arrive after its end; a bank may decide once more, and then its later verdict counts.
        WHEN dispute_id = ${dispute.disputeId} AND dispute_status = ANY(${DECIDED}::text[]) THEN
          ${dispute.status} = ANY(${DECIDED}::text[]) AND (dispute_status = ${dispute.status}
            OR (${dispute.toldAt}::timestamptz, ${dispute.status}) >= (coalesce(dispute_told_at, '-infinity'), dispute_status))
        WHEN dispute_id = ${dispute.disputeId} THEN ${dispute.status} = ANY(${DECIDED}::text[])
          OR array_position(${BY_WEIGHT}::text[], ${dispute.status}) >= array_position(${BY_WEIGHT}::text[], dispute_status)
        -- Of two disputes either may be heard of first; which of them stands must not depend on it.
        ELSE (coalesce(array_position(${BY_WEIGHT}::text[], ${dispute.status}), 0), ${dispute.disputeId})
          > (coalesce(array_position(${BY_WEIGHT}::text[], dispute_status), 0), coalesce(dispute_id, ''))
        END`
  return changed > 0
}

/** A proposal's deposit and what of it has been credited, minor units; null when none was taken. */
export async function getDepositOfProposal(
  proposalId: string,
): Promise<{ method: 'card' | 'sepa'; paid: number; credited: number } | null> {
  const rows = await db().$queryRaw<{ method: 'card' | 'sepa'; paid: bigint; credited: bigint }[]>`
    SELECT d.method, d.amount AS paid,
      (SELECT coalesce(sum(n.amount_gross), 0)::bigint FROM credit_notes n WHERE n.deposit_id = d.id) AS credited
    FROM deposits d WHERE d.proposal_id = ${proposalId}::uuid`
  const [row] = rows
  return row ? { method: row.method, paid: Number(row.paid), credited: Number(row.credited) } : null
}

/** The deposit's row, locked until the transaction ends. */
export async function lockDepositOfProposal(
  tx: Transaction,
  proposalId: string,
): Promise<{ id: string; method: 'card' | 'sepa'; amount: number } | null> {
  const rows = await tx.$queryRaw<{ id: string; method: 'card' | 'sepa'; amount: bigint }[]>`
    SELECT id, method, amount FROM deposits WHERE proposal_id = ${proposalId}::uuid FOR UPDATE`
  const [row] = rows
  return row ? { ...row, amount: Number(row.amount) } : null
}
