import type { Body } from '../json'
import type { PaymentMethodRecord } from '../ledger/records'
import { getTestCard } from '../test-cards'

/** A card PaymentMethod as Stripe writes it. */
export function paymentMethodBody(paymentMethod: PaymentMethodRecord): Body {
  const card = getTestCard(paymentMethod.card)
  return {
    id: paymentMethod.id,
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: {
      address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
      email: paymentMethod.email,
      name: paymentMethod.name,
      phone: null,
      tax_id: null,
    },
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'unchecked' },
      country: card.country,
      display_brand: card.brand,
      exp_month: 12,
      exp_year: 2034,
      funding: card.funding,
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: paymentMethod.created,
    customer: paymentMethod.customer,
    livemode: false,
    metadata: {},
    type: 'card',
  }
}
