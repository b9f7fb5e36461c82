import type { RefundCourse } from './ledger/records'

/** What a test card does when it is charged, refunded or regretted. */
export type TestCard = {
  brand: 'visa' | 'mastercard' | 'amex'
  last4: string
  country: string
  funding: 'credit' | 'debit'
  /** What a person types on the hosted payment page. */
  number: string
  label: string
  charge:
    | { outcome: 'approved' }
    | { outcome: 'authentication' }
    | { outcome: 'declined'; code: string; declineCode: string; message: string }
  refund: RefundCourse
  dispute: 'chargeback' | 'inquiry' | null
}

const plain = {
  brand: 'visa',
  country: 'US',
  funding: 'credit',
  charge: { outcome: 'approved' },
  refund: 'at_once',
  dispute: null,
} as const

const declined = (code: string, declineCode: string, message: string) =>
  ({ outcome: 'declined', code, declineCode, message }) as const

const genericDecline = {
  ...plain,
  last4: '0002',
  number: '4000000000000002',
  label: 'Declined by the bank',
  charge: declined('card_declined', 'generic_decline', 'Your card was declined.'),
} as const

/** Stripe's test cards by the name of their PaymentMethod. Source: docs.stripe.com/testing. */
export const testCards: Record<string, TestCard> = {
  pm_card_visa: { ...plain, last4: '4242', number: '4242424242424242', label: 'Works, refunds at once' },
  pm_card_mastercard: {
    ...plain,
    brand: 'mastercard',
    last4: '4444',
    number: '5555555555554444',
    label: 'Works, refunds at once',
  },
  pm_card_visa_debit: {
    ...plain,
    funding: 'debit',
    last4: '5556',
    number: '4000056655665556',
    label: 'Works, refunds at once',
  },
  pm_card_amex: { ...plain, brand: 'amex', last4: '8431', number: '371449635398431', label: 'Works, refunds at once' },
  pm_card_de: { ...plain, country: 'DE', last4: '0016', number: '4000002760000016', label: 'Works, refunds at once' },
  pm_card_bypassPending: {
    ...plain,
    last4: '0077',
    number: '4000000000000077',
    label: 'Works, balance available at once',
  },
  pm_card_pendingRefund: {
    ...plain,
    refund: 'waits',
    last4: '7726',
    number: '4000000000007726',
    label: 'Refund stays pending until the bank confirms',
  },
  pm_card_refundFail: {
    ...plain,
    refund: 'fails_later',
    last4: '5126',
    number: '4000000000005126',
    label: 'Refund succeeds, then bounces',
  },
  pm_card_createDispute: {
    ...plain,
    dispute: 'chargeback',
    last4: '0259',
    number: '4000000000000259',
    label: 'Charged back at once',
  },
  pm_card_createDisputeInquiry: {
    ...plain,
    dispute: 'inquiry',
    last4: '1976',
    number: '4000000000001976',
    label: 'Bank inquires, still refundable',
  },
  pm_card_authenticationRequired: {
    ...plain,
    charge: { outcome: 'authentication' },
    last4: '3184',
    number: '4000002760003184',
    label: 'Asks the client’s bank first',
  },
  pm_card_threeDSecure2Required: {
    ...plain,
    charge: { outcome: 'authentication' },
    last4: '3220',
    number: '4000000000003220',
    label: 'Asks the client’s bank first',
  },
  pm_card_chargeDeclined: genericDecline,
  pm_card_visa_chargeDeclined: genericDecline,
  pm_card_chargeDeclinedInsufficientFunds: {
    ...plain,
    last4: '9995',
    number: '4000000000009995',
    label: 'Declined, not enough money',
    charge: declined('card_declined', 'insufficient_funds', 'Your card has insufficient funds.'),
  },
  pm_card_chargeDeclinedExpiredCard: {
    ...plain,
    last4: '0069',
    number: '4000000000000069',
    label: 'Declined, expired',
    charge: declined('expired_card', 'expired_card', 'Your card has expired.'),
  },
  pm_card_chargeDeclinedProcessingError: {
    ...plain,
    last4: '0119',
    number: '4000000000000119',
    label: 'Declined, processing error',
    charge: declined(
      'processing_error',
      'processing_error',
      'An error occurred while processing your card. Try again in a little bit.',
    ),
  },
}

/** The test card behind a PaymentMethod name, a token ("tok_visa") or a card number; undefined when Stripe knows none. */
export function findTestCard(name: string): { name: string; card: TestCard } | undefined {
  const asMethod = name.startsWith('tok_') ? `pm_card_${name.slice('tok_'.length)}` : name
  const digits = name.replaceAll(' ', '')
  const entry = Object.entries(testCards).find(([key, card]) => key === asMethod || card.number === digits)
  return entry && { name: entry[0], card: entry[1] }
}

/** The card of a PaymentMethod that the ledger holds: it was found once, so its absence is a defect. */
export function getTestCard(name: string): TestCard {
  const card = testCards[name]
  if (!card) throw new Error(`No test card is named ${name}`)
  return card
}
