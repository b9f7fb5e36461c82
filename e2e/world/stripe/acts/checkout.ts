import { checkoutSessionBody } from '../bodies/checkout-session-body'
import { randomLetters } from '../ids'
import type { CheckoutSessionRecord, PaymentIntentRecord } from '../ledger/records'
import { byItself, type Cause, type Simulation } from '../simulation'
import { announce } from './announce'
import { authenticateIntent, confirmIntent, openIntent } from './payments'

type SessionOrder = Omit<
  CheckoutSessionRecord,
  'id' | 'status' | 'paymentIntent' | 'payerName' | 'payerEmail' | 'created'
>

/** A new hosted payment page. Its PaymentIntent is made when the client first pays. */
export function openSession(sim: Simulation, order: SessionOrder): CheckoutSessionRecord {
  return sim.ledger.checkoutSessions.put({
    ...order,
    id: `cs_test_a1${randomLetters(56)}`,
    status: 'open',
    paymentIntent: null,
    payerName: null,
    payerEmail: null,
    created: sim.clock.seconds(),
  })
}

/** The session as it stands now: one left open past its time has expired. */
export function sessionNow(sim: Simulation, id: string): CheckoutSessionRecord | undefined {
  const session = sim.ledger.checkoutSessions.find(id)
  if (session?.status !== 'open' || session.expiresAt > sim.clock.seconds()) return session
  return expireSession(sim, session, byItself)
}

/** Closes a page that nobody paid on. */
export function expireSession(sim: Simulation, session: CheckoutSessionRecord, cause: Cause): CheckoutSessionRecord {
  const expired = sim.ledger.checkoutSessions.change(session.id, { status: 'expired' })
  announceSession(sim, 'checkout.session.expired', expired, cause)
  return expired
}

/** The client pays on the page with a card that was presented. The intent tells how it went; a success completes the session. */
export function payOnSession(
  sim: Simulation,
  session: CheckoutSessionRecord,
  paymentMethod: string,
  cause = byItself,
): PaymentIntentRecord {
  const { name, email } = sim.ledger.paymentMethods.get(paymentMethod)
  const intent = session.paymentIntent ?? openIntentFor(sim, session, cause).id
  sim.ledger.checkoutSessions.change(session.id, { paymentIntent: intent, payerName: name, payerEmail: email })
  const paid = confirmIntent(sim, intent, paymentMethod, cause)
  completePaidSession(sim, paid, cause)
  return paid
}

/** The client's bank says yes; the page that asked, if any, is completed. False when the bank had not been asked. */
export function letBankConfirm(sim: Simulation, intent: string): boolean {
  const confirmed = authenticateIntent(sim, intent, byItself)
  if (confirmed) completePaidSession(sim, sim.ledger.paymentIntents.get(intent), byItself)
  return confirmed
}

/** The session that a PaymentIntent was made for. */
export function sessionOf(sim: Simulation, intent: string): CheckoutSessionRecord | undefined {
  return sim.ledger.checkoutSessions.all().findLast((session) => session.paymentIntent === intent)
}

function completePaidSession(sim: Simulation, intent: PaymentIntentRecord, cause: Cause): void {
  const session = sessionOf(sim, intent.id)
  if (session?.status !== 'open' || (intent.status !== 'succeeded' && intent.status !== 'requires_capture')) return
  const complete = sim.ledger.checkoutSessions.change(session.id, { status: 'complete' })
  announceSession(sim, 'checkout.session.completed', complete, cause)
}

function openIntentFor(sim: Simulation, session: CheckoutSessionRecord, cause: Cause): PaymentIntentRecord {
  const order = {
    account: session.account,
    amount: session.amountTotal,
    currency: session.currency,
    captureMethod: session.captureMethod,
    confirmationMethod: 'automatic',
    automaticPaymentMethods: false,
    returnUrl: session.successUrl,
    paymentMethod: null,
    applicationFeeAmount: session.applicationFeeAmount,
    customer: session.customer,
    description: session.intentDescription,
    receiptEmail: session.receiptEmail,
    setupFutureUsage: null,
    shipping: session.shipping,
    statementDescriptor: null,
    statementDescriptorSuffix: null,
    transferGroup: null,
    metadata: session.intentMetadata,
  } as const
  return openIntent(sim, order, cause)
}

function announceSession(sim: Simulation, type: string, session: CheckoutSessionRecord, cause: Cause): void {
  announce(sim, { account: session.account, type, object: checkoutSessionBody(session, sim.origin) }, cause)
}
