import { recordDepositPaid } from '@/lib/proposals/settle-proposal'
import { findPaymentIntent } from '@/lib/stripe/read-payment'
import type { Reading } from '@/lib/stripe/read-refunds'
import type { Transaction } from '@/lib/transaction'
import {
  awaitNotesOfDeposit,
  type ConfirmedDeposit,
  confirmDepositRow,
  type DisputeWord,
  writeDispute,
  writePaymentIntent,
} from './deposit-store'

/** Stripe has said that a payment succeeded: its deposit is confirmed. Null when it is none of ours, or was confirmed before. */
export async function confirmDeposit(
  tx: Transaction,
  payment: {
    stripeAccountId: string
    paymentIntentId: string
    chargeId: string | null
    checkoutSessionId: string | null
  },
): Promise<ConfirmedDeposit | null> {
  const confirmed = await confirmDepositRow(tx, payment)
  if (!confirmed) return null
  await awaitNotesOfDeposit(tx, confirmed.depositId)
  await recordDepositPaid(tx, confirmed.proposalId)
  return confirmed
}

/**
 * The PaymentIntent behind a deposit. An older one may know only a charge or a Checkout Session: then Stripe is asked and
 * the answer kept. Null when Stripe has none for it (a session nobody has paid). No transaction may be open.
 */
export async function paymentIntentOfDeposit(
  deposit: {
    depositId: string
    stripeAccountId: string
    paymentIntentId: string | null
    chargeId: string | null
    checkoutSessionId: string | null
  },
  patienceMs?: number,
): Promise<Reading<string | null>> {
  if (deposit.paymentIntentId) return { ok: true, value: deposit.paymentIntentId }
  const found = await findPaymentIntent(deposit.stripeAccountId, deposit, patienceMs)
  if (found.ok && found.value) await writePaymentIntent(deposit.depositId, found.value)
  return found
}

/** Keeps how a dispute over a deposit stands; false when the payment is none of ours. */
export async function recordDispute(tx: Transaction, dispute: DisputeWord): Promise<boolean> {
  return writeDispute(tx, dispute)
}
