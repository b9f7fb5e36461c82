import type { Body } from '../json'
import type { Ledger } from '../ledger/ledger'
import type { RefundRecord } from '../ledger/records'

/** Seven days: how long a client has to answer a refund's email. */
const clientMayAnswerSeconds = 7 * 24 * 3600

/** A refund as Stripe writes it. Unset optional fields are absent, not null. */
export function refundBody(ledger: Ledger, refund: RefundRecord): Body {
  return {
    id: refund.id,
    object: 'refund',
    amount: refund.amount,
    balance_transaction: refund.balanceTransaction,
    charge: refund.charge,
    created: refund.created,
    currency: refund.currency,
    customer: ledger.charges.get(refund.charge).customer,
    customer_account: null,
    destination_details: { card: cardDestination(refund), type: 'card' },
    ...(refund.failureBalanceTransaction ? { failure_balance_transaction: refund.failureBalanceTransaction } : {}),
    ...(refund.failureReason ? { failure_reason: refund.failureReason } : {}),
    ...(refund.instructionsEmail ? { instructions_email: refund.instructionsEmail } : {}),
    metadata: refund.metadata,
    ...(refund.status === 'requires_action' ? { next_action: nextAction(refund) } : {}),
    payment_intent: refund.paymentIntent,
    payment_method: ledger.charges.get(refund.charge).paymentMethod,
    ...(refund.status === 'pending' && refund.pendingReason ? { pending_reason: refund.pendingReason } : {}),
    reason: refund.reason,
    receipt_number: null,
    source_transfer_reversal: null,
    status: refund.status,
    transfer_reversal: null,
  }
}

function cardDestination(refund: RefundRecord): Body {
  if (refund.status === 'pending' && !refund.trace) return { type: 'pending' }
  const reference = refund.trace
    ? { reference: refund.trace, reference_status: 'available' }
    : { reference_status: 'pending' }
  return { ...reference, reference_type: 'acquirer_reference_number', type: 'refund' }
}

function nextAction(refund: RefundRecord): Body {
  return {
    display_details: {
      email_sent: { email_sent_at: refund.created, email_sent_to: refund.instructionsEmail ?? 'client@example.com' },
      expires_at: refund.created + clientMayAnswerSeconds,
    },
    type: 'display_details',
  }
}
