import type { Body } from '../json'
import type { Ledger } from '../ledger/ledger'
import type { DisputeRecord } from '../ledger/records'
import { getTestCard } from '../test-cards'
import { balanceTransactionBody } from './balance-bodies'

const nineDays = 9 * 24 * 3600

const evidenceFields = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_communication',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'customer_signature',
  'duplicate_charge_documentation',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'receipt',
  'refund_policy',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'service_documentation',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_documentation',
  'shipping_tracking_number',
  'uncategorized_file',
  'uncategorized_text',
] as const

/** An inquiry (a bank's question before any chargeback) leaves the money where it is and the charge refundable. */
export function isInquiry(dispute: DisputeRecord): boolean {
  return dispute.status.startsWith('warning_')
}

/** May the charge still be refunded? Yes during an inquiry, and again once the dispute was won. */
export function isRefundable(dispute: DisputeRecord): boolean {
  return isInquiry(dispute) || dispute.status === 'won'
}

/** A dispute as Stripe writes it. */
export function disputeBody(ledger: Ledger, dispute: DisputeRecord): Body {
  const charge = ledger.charges.get(dispute.charge)
  const card = getTestCard(ledger.paymentMethods.get(charge.paymentMethod).card)
  const evidence = Object.fromEntries(evidenceFields.map((field) => [field, dispute.evidence[field] ?? null]))
  return {
    id: dispute.id,
    object: 'dispute',
    amount: dispute.amount,
    balance_transactions: dispute.balanceTransactions.map((id) =>
      balanceTransactionBody(ledger.balanceTransactions.get(id)),
    ),
    charge: dispute.charge,
    created: dispute.created,
    currency: dispute.currency,
    enhanced_eligibility_types: [],
    evidence: { ...evidence, enhanced_evidence: {} },
    evidence_details: {
      due_by: dispute.created + nineDays,
      enhanced_eligibility: {},
      has_evidence: Object.keys(dispute.evidence).length > 0,
      past_due: false,
      submission_count: dispute.submissions,
      submission_method: dispute.submissions > 0 ? 'manual' : 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: isRefundable(dispute),
    livemode: false,
    metadata: dispute.metadata,
    network_reason_code: '83',
    payment_intent: dispute.paymentIntent,
    payment_method_details: {
      card: {
        brand: card.brand,
        case_type: isInquiry(dispute) ? 'inquiry' : 'chargeback',
        network: card.brand,
        network_reason_code: '83',
      },
      type: 'card',
    },
    reason: dispute.reason,
    status: dispute.status,
  }
}
