import type { Body } from '../json'
import type { Ledger } from '../ledger/ledger'
import type { PaymentIntentRecord } from '../ledger/records'
import { docUrl } from './doc-url'
import { paymentMethodBody } from './payment-method-body'

/** A PaymentIntent as Stripe writes it. `origin` is the simulator's own address: a bank's question is answered there. */
export function paymentIntentBody(ledger: Ledger, intent: PaymentIntentRecord, origin: string): Body {
  return {
    id: intent.id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: intent.amount,
    amount_capturable: intent.status === 'requires_capture' ? intent.amount : 0,
    amount_details: { tip: {} },
    amount_received: amountReceived(ledger, intent),
    application: null,
    application_fee_amount: intent.applicationFeeAmount,
    automatic_payment_methods: intent.automaticPaymentMethods ? { allow_redirects: 'always', enabled: true } : null,
    canceled_at: intent.canceledAt,
    cancellation_reason: intent.cancellationReason,
    capture_method: intent.captureMethod,
    client_secret: intent.clientSecret,
    confirmation_method: intent.confirmationMethod,
    created: intent.created,
    currency: intent.currency,
    customer: intent.customer,
    customer_account: null,
    description: intent.description,
    excluded_payment_method_types: null,
    last_payment_error: lastPaymentError(ledger, intent),
    latest_charge: intent.latestCharge,
    livemode: false,
    managed_payments: null,
    metadata: intent.metadata,
    next_action: nextAction(intent, origin),
    on_behalf_of: null,
    payment_method: intent.paymentMethod,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: intent.receiptEmail,
    review: null,
    setup_future_usage: intent.setupFutureUsage,
    shipping: intent.shipping && { ...intent.shipping, carrier: null, tracking_number: null },
    source: null,
    statement_descriptor: intent.statementDescriptor,
    statement_descriptor_suffix: intent.statementDescriptorSuffix,
    status: intent.status,
    transfer_data: null,
    transfer_group: intent.transferGroup,
  }
}

function amountReceived(ledger: Ledger, intent: PaymentIntentRecord): number {
  if (intent.status !== 'succeeded' || !intent.latestCharge) return 0
  return ledger.charges.get(intent.latestCharge).amountCaptured
}

function lastPaymentError(ledger: Ledger, intent: PaymentIntentRecord): Body | null {
  if (!intent.lastError) return null
  return {
    charge: intent.lastError.charge,
    code: intent.lastError.code,
    decline_code: intent.lastError.declineCode,
    doc_url: docUrl(intent.lastError.code),
    message: intent.lastError.message,
    payment_method: paymentMethodBody(ledger.paymentMethods.get(intent.lastError.paymentMethod)),
    type: 'card_error',
  }
}

function nextAction(intent: PaymentIntentRecord, origin: string): Body | null {
  if (intent.status !== 'requires_action') return null
  if (!intent.returnUrl) return { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect' } }
  const url = `${origin}/authenticate/${intent.id}`
  return { redirect_to_url: { return_url: intent.returnUrl, url }, type: 'redirect_to_url' }
}
