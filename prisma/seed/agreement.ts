import { insertAmendment } from '@/lib/amendments/amendment-store'
import { linkHash, newLinkToken } from '@/lib/amendments/client-link'
import { insertClient } from '@/lib/clients/client-store'
import { insertDeposit } from '@/lib/deposits/deposit-store'
import { insertProposal, type Line } from '@/lib/proposals/proposal-store'
import { totals } from '@/lib/proposals/proposal-totals'
import { stripe } from '@/lib/stripe/client'
import { inTransaction } from '@/lib/transaction'

/** A proposal that a client has signed and paid a deposit on, with an amendment waiting for their signature. */
export type Agreement = {
  freelancerId: string
  /** Counts the freelancer's proposals and amendments: 1 is PRO-2026-0001. */
  ordinal: number
  year: number
  client: { name: string; email: string; address: string; locale: string }
  title: string
  currency: string
  lines: Line[]
  deposit: { method: 'sepa'; amount: number } | { method: 'card'; amount: number; payment: CardPayment }
  amendment: { reason: string; lines: Line[] }
}

/** A payment at Stripe on the freelancer's account, and by which of its ids the deposit knows it. */
export type CardPayment = {
  stripeAccountId: string
  paymentIntentId: string
  chargeId: string | null
  knownBy: 'payment_intent' | 'charge'
}

export type PreparedAgreement = { proposalId: string; depositId: string; amendmentId: string; token: string }

/** How long a client's link opens the amendment. */
const LINK_DAYS = 90

/** Writes the agreement up to the point where the client signs the amendment; `token` is the secret of their link. */
export async function prepareAgreement(agreement: Agreement): Promise<PreparedAgreement> {
  const { freelancerId, year, currency, lines, deposit, amendment } = agreement
  const number = `${year}-${String(agreement.ordinal).padStart(4, '0')}`
  const token = newLinkToken()
  return inTransaction(async (tx) => {
    const clientId = await insertClient(tx, { freelancerId, ...agreement.client })
    const proposalId = await insertProposal(tx, {
      freelancerId,
      clientId,
      number: `PRO-${number}`,
      title: agreement.title,
      status: deposit.method === 'sepa' ? 'deposit_paid' : 'signed',
      currency,
      totals: totals(lines),
      lines,
      signedAt: new Date(),
    })
    const depositId = await insertDeposit(tx, {
      freelancerId,
      proposalId,
      method: deposit.method,
      amount: deposit.amount,
      currency,
      ...(deposit.method === 'sepa' ? { paidAt: new Date() } : stripeIds(deposit.payment)),
    })
    const amendmentId = await insertAmendment(tx, {
      freelancerId,
      proposalId,
      number: `AMD-${number}`,
      status: 'sent',
      reason: amendment.reason,
      totals: totals(amendment.lines),
      lines: amendment.lines,
      linkHash: linkHash(token),
      linkExpiresAt: new Date(Date.now() + LINK_DAYS * 24 * 60 * 60 * 1000),
    })
    return { proposalId, depositId, amendmentId, token }
  })
}

function stripeIds({ stripeAccountId, paymentIntentId, chargeId, knownBy }: CardPayment) {
  return knownBy === 'charge' && chargeId
    ? { stripeAccountId, stripeChargeId: chargeId }
    : { stripeAccountId, stripePaymentIntentId: paymentIntentId }
}

/**
 * Takes a deposit as a client's card does: an ordinary PaymentIntent on the connected account. With no card it stays
 * unpaid. Amount in minor units.
 */
export async function takeCardPayment(payment: {
  stripeAccountId: string
  amount: number
  currency: string
  /** One of Stripe's test cards; null leaves the payment unconfirmed. */
  card: string | null
  description: string
}): Promise<CardPayment> {
  const { stripeAccountId, amount, currency, card, description } = payment
  const intent = await stripe().paymentIntents.create(
    {
      amount,
      currency,
      description,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      ...(card && { payment_method: card, confirm: true }),
    },
    { stripeAccount: stripeAccountId },
  )
  const charge = intent.latest_charge
  const chargeId = typeof charge === 'string' ? charge : (charge?.id ?? null)
  return { stripeAccountId, paymentIntentId: intent.id, chargeId, knownBy: 'payment_intent' }
}
