import type { Body } from '../json'
import type { CheckoutSessionRecord } from '../ledger/records'

/** A Checkout Session as Stripe writes it. Its page lives on the simulator itself (`origin`). */
export function checkoutSessionBody(session: CheckoutSessionRecord, origin: string): Body {
  return {
    id: session.id,
    object: 'checkout.session',
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: session.amountTotal,
    amount_total: session.amountTotal,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: session.cancelUrl,
    client_reference_id: session.clientReferenceId,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: session.created,
    currency: session.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: session.customer,
    customer_account: null,
    customer_creation: 'if_required',
    customer_details: customerDetails(session),
    customer_email: session.customerEmail,
    discounts: [],
    expires_at: session.expiresAt,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: session.locale,
    managed_payments: null,
    metadata: session.metadata,
    mode: 'payment',
    origin_context: null,
    payment_intent: session.paymentIntent,
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_status: session.status === 'complete' ? 'paid' : 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: session.status,
    submit_type: null,
    subscription: null,
    success_url: session.successUrl,
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: session.status === 'open' ? `${origin}/checkout/${session.id}` : null,
    wallet_options: null,
  }
}

function customerDetails(session: CheckoutSessionRecord): Body | null {
  const email = session.payerEmail ?? session.customerEmail
  if (!email) return null
  return {
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name: session.payerName,
    phone: null,
    tax_exempt: 'none',
    tax_ids: null,
  }
}

/** What the client pays for, as a list; shown only when asked for by expand. */
export function checkoutLineItems(session: CheckoutSessionRecord): Body {
  const data = session.lineItems.map((item) => ({
    id: item.id,
    object: 'item',
    amount_discount: 0,
    amount_subtotal: item.unitAmount * item.quantity,
    amount_tax: 0,
    amount_total: item.unitAmount * item.quantity,
    currency: session.currency,
    description: item.name,
    price: {
      id: item.price,
      object: 'price',
      currency: session.currency,
      product: item.product,
      unit_amount: item.unitAmount,
    },
    quantity: item.quantity,
  }))
  return { object: 'list', data, has_more: false, url: `/v1/checkout/sessions/${session.id}/line_items` }
}
