import { writeTimeline } from '@/lib/credit-notes/find-credit-note'
import { confirmDeposit } from '@/lib/deposits/confirm-deposit'
import { addJob } from '@/lib/jobs'
import type { Transaction } from '@/lib/transaction'
import type { Cause } from './move-refund'
import { findCreditNotesWaitingForDeposit } from './refund-store'

/**
 * Stripe has said that a payment succeeded: confirms its deposit, and every refund that has been waiting for it starts by
 * itself. False when the payment confirms nothing (none of ours, or known before).
 */
export async function applyPayment(
  tx: Transaction,
  payment: {
    stripeAccountId: string
    paymentIntentId: string
    chargeId: string | null
    checkoutSessionId: string | null
  },
  cause: Cause,
): Promise<boolean> {
  const confirmed = await confirmDeposit(tx, payment)
  if (!confirmed) return false
  for (const waiting of await findCreditNotesWaitingForDeposit(tx, confirmed.depositId)) {
    await writeTimeline(tx, { ...waiting, kind: 'deposit_confirmed', ...cause })
    await addJob(
      tx,
      'trigger-refund',
      { ...waiting, cause: 'deposit_confirmed' },
      { key: `trigger-${waiting.creditNoteId}` },
    )
  }
  return true
}
