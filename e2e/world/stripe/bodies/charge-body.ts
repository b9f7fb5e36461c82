import type { Body } from '../json'
import type { Ledger } from '../ledger/ledger'
import type { ChargeRecord } from '../ledger/records'
import { getTestCard } from '../test-cards'

const fingerprintLength = 16

/** A charge as Stripe writes it; its refunds appear only when asked for by expand. */
export function chargeBody(ledger: Ledger, charge: ChargeRecord): Body {
  const paymentMethod = ledger.paymentMethods.get(charge.paymentMethod)
  const amountRefunded = ledger.amountRefunded(charge)
  return {
    id: charge.id,
    object: 'charge',
    amount: charge.amount,
    amount_captured: charge.amountCaptured,
    amount_refunded: amountRefunded,
    application: null,
    application_fee: null,
    application_fee_amount: charge.applicationFeeAmount,
    balance_transaction: charge.balanceTransaction,
    billing_details: {
      address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
      email: paymentMethod.email,
      name: paymentMethod.name,
      phone: null,
      tax_id: null,
    },
    calculated_statement_descriptor:
      ledger.accounts.get(charge.account).businessName?.toUpperCase().slice(0, 22) ?? null,
    captured: charge.captured,
    created: charge.created,
    currency: charge.currency,
    customer: charge.customer,
    description: charge.description,
    disputed: ledger.disputeOf(charge) !== undefined,
    failure_balance_transaction: null,
    failure_code: charge.failure?.code ?? null,
    failure_message: charge.failure?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: charge.metadata,
    on_behalf_of: null,
    outcome: outcome(charge),
    paid: charge.status === 'succeeded',
    payment_intent: charge.paymentIntent,
    payment_method: charge.paymentMethod,
    payment_method_details: { card: cardDetails(charge, paymentMethod.card), type: 'card' },
    receipt_email: charge.receiptEmail,
    receipt_number: null,
    receipt_url: null,
    refunded: charge.amountCaptured > 0 && amountRefunded === charge.amountCaptured,
    review: null,
    shipping: charge.shipping && { ...charge.shipping, carrier: null, tracking_number: null },
    source: null,
    source_transfer: null,
    statement_descriptor: charge.statementDescriptor,
    statement_descriptor_suffix: charge.statementDescriptorSuffix,
    status: charge.status,
    transfer_data: null,
    transfer_group: charge.transferGroup,
  }
}

function outcome(charge: ChargeRecord): Body {
  const common = { advice_code: null, network_advice_code: null, risk_level: 'normal', risk_score: 20 }
  if (charge.failure) {
    return {
      ...common,
      network_decline_code: '01',
      network_status: 'declined_by_network',
      reason: charge.failure.declineCode,
      seller_message: 'The bank did not return any further details with this decline.',
      type: 'issuer_declined',
    }
  }
  return {
    ...common,
    network_decline_code: null,
    network_status: 'approved_by_network',
    reason: null,
    seller_message: 'Payment complete.',
    type: 'authorized',
  }
}

function cardDetails(charge: ChargeRecord, cardName: string): Body {
  const card = getTestCard(cardName)
  return {
    amount_authorized: charge.status === 'succeeded' ? charge.amount : null,
    authorization_code: charge.status === 'succeeded' ? '000000' : null,
    brand: card.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: card.country,
    electronic_commerce_indicator: null,
    exp_month: 12,
    exp_year: 2034,
    extended_authorization: { status: 'disabled' },
    fingerprint: `Fp${card.number}`.slice(0, fingerprintLength),
    funding: card.funding,
    incremental_authorization: { status: 'unavailable' },
    installments: null,
    last4: card.last4,
    mandate: null,
    multicapture: { status: 'unavailable' },
    network: card.brand,
    network_token: { used: false },
    network_transaction_id: null,
    overcapture: { maximum_amount_capturable: charge.amount, status: 'unavailable' },
    regulated_status: 'unregulated',
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  }
}
