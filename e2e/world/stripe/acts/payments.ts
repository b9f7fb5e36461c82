import { chargeBody } from '../bodies/charge-body'
import { paymentIntentBody } from '../bodies/payment-intent-body'
import { randomLetters, stripeId } from '../ids'
import type { Body } from '../json'
import type { ChargeRecord, PaymentIntentRecord, PaymentMethodRecord } from '../ledger/records'
import type { Cause, Simulation } from '../simulation'
import { findTestCard, getTestCard } from '../test-cards'
import { announce } from './announce'
import { openDispute } from './disputes'
import { payWaitingRefunds } from './refunds'

type Payer = { name: string | null; email: string | null; customer: string | null }

/** The PaymentMethod a call names: one that exists on the account, or a fresh one from a test card. Undefined: Stripe knows none. */
export function presentCard(
  sim: Simulation,
  account: string,
  name: string,
  payer: Payer,
): PaymentMethodRecord | undefined {
  const existing = sim.ledger.paymentMethods.find(name)
  if (existing) return existing.account === account ? existing : undefined
  const found = findTestCard(name)
  if (!found) return undefined
  return sim.ledger.paymentMethods.put({
    id: stripeId('pm'),
    account,
    card: found.name,
    ...payer,
    created: sim.clock.seconds(),
  })
}

type IntentOrder = Omit<
  PaymentIntentRecord,
  'id' | 'clientSecret' | 'status' | 'latestCharge' | 'lastError' | 'canceledAt' | 'cancellationReason' | 'created'
>

/** A new PaymentIntent, not yet confirmed. */
export function openIntent(sim: Simulation, order: IntentOrder, cause: Cause): PaymentIntentRecord {
  const id = stripeId('pi')
  const intent = sim.ledger.paymentIntents.put({
    ...order,
    id,
    clientSecret: `${id}_secret_${randomLetters(25)}`,
    status: order.paymentMethod ? 'requires_confirmation' : 'requires_payment_method',
    latestCharge: null,
    lastError: null,
    canceledAt: null,
    cancellationReason: null,
    created: sim.clock.seconds(),
  })
  announceIntent(sim, 'payment_intent.created', intent, cause)
  return intent
}

/** Asks the card for the money. The intent comes back succeeded, waiting (for the bank or for capture), or declined with `lastError`. */
export function confirmIntent(sim: Simulation, id: string, paymentMethod: string, cause: Cause): PaymentIntentRecord {
  const intent = sim.ledger.paymentIntents.change(id, { paymentMethod, lastError: null })
  const { charge: answer } = getTestCard(sim.ledger.paymentMethods.get(paymentMethod).card)
  if (answer.outcome === 'approved') return takeMoney(sim, intent, paymentMethod, cause)
  if (answer.outcome === 'authentication') {
    const waiting = sim.ledger.paymentIntents.change(id, { status: 'requires_action' })
    announceIntent(sim, 'payment_intent.requires_action', waiting, cause)
    return waiting
  }
  return decline(sim, intent, paymentMethod, answer, cause)
}

/** The client's bank says yes to a question it had asked. False when it had not asked. */
export function authenticateIntent(sim: Simulation, id: string, cause: Cause): boolean {
  const intent = sim.ledger.paymentIntents.get(id)
  if (intent.status !== 'requires_action' || !intent.paymentMethod) return false
  takeMoney(sim, intent, intent.paymentMethod, cause)
  return true
}

/** The client's bank says no to a question it had asked. */
export function refuseAuthentication(sim: Simulation, id: string, cause: Cause): boolean {
  const intent = sim.ledger.paymentIntents.get(id)
  if (intent.status !== 'requires_action' || !intent.paymentMethod) return false
  const message = 'The client’s bank could not authenticate this payment.'
  decline(
    sim,
    intent,
    intent.paymentMethod,
    { code: 'payment_intent_authentication_failure', declineCode: 'authentication_not_handled', message },
    cause,
  )
  return true
}

/** Collects an authorised amount (minor units, at most what was authorised). */
export function captureIntent(
  sim: Simulation,
  intent: PaymentIntentRecord,
  amount: number,
  cause: Cause,
): PaymentIntentRecord {
  if (!intent.latestCharge) throw new Error(`${intent.id} waits for capture without a charge`)
  const charge = sim.ledger.charges.get(intent.latestCharge)
  const captured = collect(sim, sim.ledger.charges.change(charge.id, { captured: true, amountCaptured: amount }))
  const succeeded = sim.ledger.paymentIntents.change(intent.id, { status: 'succeeded' })
  announceCharge(sim, 'charge.captured', captured, cause)
  announceIntent(sim, 'payment_intent.succeeded', succeeded, cause)
  payWaitingRefunds(sim, intent.account)
  return succeeded
}

/** Calls an intent off before any money was taken. */
export function cancelIntent(
  sim: Simulation,
  intent: PaymentIntentRecord,
  reason: PaymentIntentRecord['cancellationReason'],
  cause: Cause,
): PaymentIntentRecord {
  const canceled = sim.ledger.paymentIntents.change(intent.id, {
    status: 'canceled',
    canceledAt: sim.clock.seconds(),
    cancellationReason: reason,
  })
  announceIntent(sim, 'payment_intent.canceled', canceled, cause)
  return canceled
}

/** Charges a card directly, without a PaymentIntent (POST /v1/charges); a declined one comes back failed. */
export function chargeDirectly(
  sim: Simulation,
  order: Omit<ChargeRecord, 'id' | 'created' | 'balanceTransaction' | 'failure' | 'status'>,
  cause: Cause,
): ChargeRecord {
  const { charge: answer } = getTestCard(sim.ledger.paymentMethods.get(order.paymentMethod).card)
  const id = stripeId('ch')
  const declined = answer.outcome === 'declined'
  const failure = declined
    ? {
        code: answer.code,
        declineCode: answer.declineCode,
        message: answer.message,
        charge: id,
        paymentMethod: order.paymentMethod,
      }
    : null
  const charge = sim.ledger.charges.put({
    ...order,
    id,
    status: declined ? 'failed' : 'succeeded',
    captured: !declined && order.captured,
    amountCaptured: declined ? 0 : order.amountCaptured,
    failure,
    balanceTransaction: null,
    created: sim.clock.seconds(),
  })
  if (declined) {
    announceCharge(sim, 'charge.failed', charge, cause)
    return charge
  }
  return settleCharge(sim, charge, cause)
}

function takeMoney(
  sim: Simulation,
  intent: PaymentIntentRecord,
  paymentMethod: string,
  cause: Cause,
): PaymentIntentRecord {
  const captured = intent.captureMethod !== 'manual'
  const charge = sim.ledger.charges.put({
    ...chargeFields(sim, intent, paymentMethod),
    id: stripeId('ch'),
    status: 'succeeded',
    captured,
    amountCaptured: captured ? intent.amount : 0,
    failure: null,
  })
  const paid = sim.ledger.paymentIntents.change(intent.id, {
    status: captured ? 'succeeded' : 'requires_capture',
    latestCharge: charge.id,
  })
  settleCharge(sim, charge, cause, () =>
    announceIntent(
      sim,
      captured ? 'payment_intent.succeeded' : 'payment_intent.amount_capturable_updated',
      paid,
      cause,
    ),
  )
  return paid
}

/** Books a taken charge, tells of it (and of what belongs to it), and lets a regretting card dispute it. */
function settleCharge(
  sim: Simulation,
  charge: ChargeRecord,
  cause: Cause,
  alongside: () => void = () => {},
): ChargeRecord {
  const booked = charge.captured ? collect(sim, charge) : charge
  announceCharge(sim, 'charge.succeeded', booked, cause)
  alongside()
  const { dispute } = getTestCard(sim.ledger.paymentMethods.get(charge.paymentMethod).card)
  if (dispute) openDispute(sim, booked.id, dispute)
  payWaitingRefunds(sim, booked.account)
  return booked
}

function decline(
  sim: Simulation,
  intent: PaymentIntentRecord,
  paymentMethod: string,
  answer: { code: string; declineCode: string; message: string },
  cause: Cause,
): PaymentIntentRecord {
  const id = stripeId('ch')
  const failure = {
    code: answer.code,
    declineCode: answer.declineCode,
    message: answer.message,
    charge: id,
    paymentMethod,
  }
  const charge = sim.ledger.charges.put({
    ...chargeFields(sim, intent, paymentMethod),
    id,
    status: 'failed',
    captured: false,
    amountCaptured: 0,
    failure,
  })
  const refused = sim.ledger.paymentIntents.change(intent.id, {
    status: 'requires_payment_method',
    paymentMethod: null,
    latestCharge: id,
    lastError: failure,
  })
  announceCharge(sim, 'charge.failed', charge, cause)
  announceIntent(sim, 'payment_intent.payment_failed', refused, cause)
  return refused
}

function chargeFields(sim: Simulation, intent: PaymentIntentRecord, paymentMethod: string) {
  return {
    account: intent.account,
    paymentIntent: intent.id,
    paymentMethod,
    amount: intent.amount,
    currency: intent.currency,
    balanceTransaction: null,
    applicationFeeAmount: intent.applicationFeeAmount,
    customer: intent.customer,
    description: intent.description,
    receiptEmail: intent.receiptEmail,
    shipping: intent.shipping,
    statementDescriptor: intent.statementDescriptor,
    statementDescriptorSuffix: intent.statementDescriptorSuffix,
    transferGroup: intent.transferGroup,
    created: sim.clock.seconds(),
    metadata: intent.metadata,
  }
}

/** Puts a captured charge on the account's balance, less the platform's fee. */
function collect(sim: Simulation, charge: ChargeRecord): ChargeRecord {
  const common = { currency: charge.currency, source: charge.id, created: sim.clock.seconds() }
  const balanceTransaction = sim.ledger.book({
    ...common,
    account: charge.account,
    amount: charge.amountCaptured,
    type: 'charge',
    description: charge.description,
  })
  const fee = charge.applicationFeeAmount
  if (fee) {
    const feeEntry = { ...common, type: 'application_fee', description: 'Application fee' } as const
    sim.ledger.book({ ...feeEntry, account: charge.account, amount: -fee })
    sim.ledger.book({ ...feeEntry, account: sim.ledger.platform().id, amount: fee })
  }
  return sim.ledger.charges.change(charge.id, { balanceTransaction })
}

function announceIntent(sim: Simulation, type: string, intent: PaymentIntentRecord, cause: Cause): void {
  announce(sim, { account: intent.account, type, object: paymentIntentBody(sim.ledger, intent, sim.origin) }, cause)
}

function announceCharge(sim: Simulation, type: string, charge: ChargeRecord, cause: Cause): void {
  const object: Body = chargeBody(sim.ledger, charge)
  announce(sim, { account: charge.account, type, object }, cause)
}
