import { z } from 'zod'
import { completeOnboarding, deauthorize, openAccount, payOut, reconnect, topUp } from '../acts/accounts'
import { letBankConfirm, payOnSession, sessionOf } from '../acts/checkout'
import { decideDispute, openDispute } from '../acts/disputes'
import { confirmIntent, presentCard, refuseAuthentication } from '../acts/payments'
import { confirmRefund, failRefund, giveTrace, refundCharge } from '../acts/refunds'
import { isReason, refuseRefund } from '../api/refund-refusals'
import { Refusal } from '../api/refusals'
import { fault } from '../faults/fault-plan'
import { refundFailureReasons } from '../ledger/records'
import { isCurrency, minorUnits } from '../money'
import { byItself, type Simulation } from '../simulation'
import { listenToEverything } from '../webhooks/endpoints'

export type ActResult =
  | { ok: true; body: unknown; said: string; status?: 201 }
  | { ok: false; status: 404 | 409 | 422; message: string }

/** One thing a person or a test can make happen, at POST /sim/… */
export type Act = {
  /** `:id` stands for the object's id. */
  path: string
  perform(sim: Simulation, id: string, input: unknown): ActResult | Promise<ActResult>
}

/** An amount: `amount` in minor units, or `typed` as a person writes it ("12.50"). */
const money = { amount: z.coerce.number().int().min(1).optional(), typed: z.string().trim().optional() }
const currency = z.string().toLowerCase().refine(isCurrency, 'a currency code')

function act<Input>(
  path: string,
  schema: z.ZodType<Input>,
  perform: (sim: Simulation, id: string, input: Input) => ActResult | Promise<ActResult>,
): Act {
  return {
    path,
    perform(sim, id, raw) {
      const input = schema.safeParse(raw)
      return input.success
        ? perform(sim, id, input.data)
        : { ok: false, status: 422, message: z.prettifyError(input.error) }
    },
  }
}

const nothing = z.object({})
const unknown = (what: string, id: string): ActResult => ({
  ok: false,
  status: 404,
  message: `The ledger has no ${what} ${id}`,
})
const conflict = (message: string): ActResult => ({ ok: false, status: 409, message })
const done = (said: string, body: unknown): ActResult => ({ ok: true, said, body })

const refundActs: Act[] = [
  act('/refunds/:id/confirm', nothing, (sim, id) => {
    if (!sim.ledger.refunds.find(id)) return unknown('refund', id)
    if (!confirmRefund(sim, id)) return conflict('This refund does not wait for a bank or a client')
    return done('The bank confirmed the refund', sim.ledger.refunds.get(id))
  }),
  act(
    '/refunds/:id/fail',
    z.object({ failure_reason: z.enum(refundFailureReasons).default('unknown') }),
    (sim, id, input) => {
      if (!sim.ledger.refunds.find(id)) return unknown('refund', id)
      if (!failRefund(sim, id, input.failure_reason)) return conflict('This refund has already failed or was canceled')
      return done('The refund failed and the money is back on the account', sim.ledger.refunds.get(id))
    },
  ),
  act('/refunds/:id/trace', nothing, (sim, id) => {
    if (!sim.ledger.refunds.find(id)) return unknown('refund', id)
    if (!giveTrace(sim, id)) return conflict('This refund has a trace number already, or never will')
    return done('The bank handed out the trace number', sim.ledger.refunds.get(id))
  }),
  act(
    '/refund-in-dashboard',
    z.object({ payment_intent: z.string(), ...money, reason: z.string().optional() }),
    (sim, _id, input) => {
      const intent = sim.ledger.paymentIntents.find(input.payment_intent)
      if (!intent?.latestCharge) return unknown('paid PaymentIntent', input.payment_intent)
      const charge = sim.ledger.charges.get(intent.latestCharge)
      const amount = input.amount ?? (input.typed ? minorUnits(input.typed, charge.currency) : undefined)
      const amountRefunded = sim.ledger.amountRefunded(charge)
      const wish = { amount, reason: input.reason, refundApplicationFee: false }
      const refusal = refuseRefund(wish, { charge, dispute: sim.ledger.disputeOf(charge), amountRefunded })
      if (refusal instanceof Refusal) return conflict(refusal.message)
      const order = {
        amount: amount ?? charge.amountCaptured - amountRefunded,
        reason: input.reason !== undefined && isReason(input.reason) ? input.reason : null,
        metadata: {},
        instructionsEmail: null,
        refundApplicationFee: false,
        byHand: true,
      }
      return done('Refunded by hand', refundCharge(sim, charge, order, byItself))
    },
  ),
]

const paymentActs: Act[] = [
  act(
    '/payment_intents/:id/confirm',
    z.object({ payment_method: z.string().default('pm_card_visa') }),
    (sim, id, input) => {
      const intent = sim.ledger.paymentIntents.find(id)
      if (!intent) return unknown('PaymentIntent', id)
      if (letBankConfirm(sim, id))
        return done('The client’s bank confirmed the payment', sim.ledger.paymentIntents.get(id))
      if (!['requires_payment_method', 'requires_confirmation'].includes(intent.status)) {
        return conflict(`This payment is ${intent.status}; there is nothing to confirm`)
      }
      const name = intent.paymentMethod ?? input.payment_method
      const card = presentCard(sim, intent.account, name, {
        name: null,
        email: intent.receiptEmail,
        customer: intent.customer,
      })
      if (!card) return unknown('test card', name)
      const session = sessionOf(sim, id)
      const paid = session ? payOnSession(sim, session, card.id) : confirmIntent(sim, id, card.id, byItself)
      return done(paid.lastError ? 'The card was declined' : 'The client paid', paid)
    },
  ),
  act('/payment_intents/:id/refuse', nothing, (sim, id) => {
    if (!sim.ledger.paymentIntents.find(id)) return unknown('PaymentIntent', id)
    if (!refuseAuthentication(sim, id, byItself)) return conflict('The client’s bank was not asked about this payment')
    return done('The client’s bank refused the payment', sim.ledger.paymentIntents.get(id))
  }),
  act(
    '/charges/:id/dispute',
    z.object({ status: z.enum(['needs_response', 'warning_needs_response']).default('needs_response') }),
    (sim, id, input) => {
      const charge = sim.ledger.charges.find(id)
      if (charge?.status !== 'succeeded') return unknown('succeeded charge', id)
      const open = sim.ledger.disputeOf(charge)
      if (open && input.status === 'warning_needs_response') return conflict('This charge is disputed already')
      if (open && !open.status.startsWith('warning_')) return conflict('This charge is disputed already')
      const dispute = openDispute(sim, id, input.status === 'needs_response' ? 'chargeback' : 'inquiry')
      return done(
        input.status === 'needs_response'
          ? 'The client’s bank charged the payment back'
          : 'The client’s bank asks about the payment',
        dispute,
      )
    },
  ),
  ...(['won', 'lost'] as const).map((verdict) =>
    act(`/disputes/:id/${verdict}`, nothing, (sim, id) => {
      if (!sim.ledger.disputes.find(id)) return unknown('dispute', id)
      if (!decideDispute(sim, id, verdict)) return conflict('This dispute is decided already')
      return done(
        verdict === 'won' ? 'The freelancer won the dispute' : 'The client won the dispute',
        sim.ledger.disputes.get(id),
      )
    }),
  ),
]

const newAccount = z.object({
  id: z
    .string()
    .regex(/^acct_\w+$/)
    .optional(),
  type: z.enum(['standard', 'express', 'custom', 'none']).default('standard'),
  country: z.string().length(2).toUpperCase().default('DE'),
  currency: currency.default('eur'),
  email: z.string().nullable().default(null),
  business_name: z.string().nullable().default(null),
  onboarded: z.boolean().default(true),
})

const accountActs: Act[] = [
  act('/accounts', newAccount, (sim, _id, input) => {
    if (input.id && sim.ledger.accounts.find(input.id)) return conflict(`${input.id} exists already`)
    const account = openAccount(sim, {
      ...(input.id ? { id: input.id } : {}),
      type: input.type,
      country: input.country,
      defaultCurrency: input.currency,
      email: input.email,
      businessName: input.business_name,
      businessType: 'individual',
      onboarded: input.onboarded,
      metadata: {},
    })
    return { ok: true, status: 201, said: 'The account is connected', body: account }
  }),
  act('/accounts/:id/top-up', z.object({ ...money, currency: currency.optional() }), (sim, id, input) => {
    const account = sim.ledger.accounts.find(id)
    if (!account) return unknown('account', id)
    const code = input.currency ?? account.defaultCurrency
    const amount = input.amount ?? (input.typed ? minorUnits(input.typed, code) : undefined)
    if (amount === undefined || amount < 1) return { ok: false, status: 422, message: 'Say how much to top up' }
    topUp(sim, id, code, amount)
    return done('The balance is topped up', Object.fromEntries(sim.ledger.balanceOf(id)))
  }),
  act('/accounts/:id/pay-out', z.object({ currency: currency.optional() }), (sim, id, input) => {
    if (!sim.ledger.accounts.find(id)) return unknown('account', id)
    for (const code of input.currency ? [input.currency] : sim.ledger.balanceOf(id).keys()) payOut(sim, id, code)
    return done('The balance is paid out: the next refund finds no money', Object.fromEntries(sim.ledger.balanceOf(id)))
  }),
  act('/accounts/:id/deauthorize', nothing, (sim, id) => {
    if (!sim.ledger.accounts.find(id)?.connected) return unknown('connected account', id)
    deauthorize(sim, id)
    return done('The platform lost access to this account', sim.ledger.accounts.get(id))
  }),
  act('/accounts/:id/reconnect', nothing, (sim, id) => {
    if (!sim.ledger.accounts.find(id)) return unknown('account', id)
    reconnect(sim, id)
    return done('The platform may act for this account again', sim.ledger.accounts.get(id))
  }),
  act('/accounts/:id/onboard', nothing, (sim, id) => {
    if (!sim.ledger.accounts.find(id)) return unknown('account', id)
    return done('The account answered every question of Stripe', completeOnboarding(sim, id))
  }),
]

const deliveryActs: Act[] = [
  act('/events/:id/resend', nothing, (sim, id) => {
    const event = sim.ledger.events.find(id)
    return event ? done('The event is on its way again', sim.deliveries.resend(event)) : unknown('event', id)
  }),
  act('/deliveries/pause', nothing, (sim) => {
    sim.deliveries.pause()
    return done('Webhooks wait here until you let them go', { paused: true })
  }),
  act('/deliveries/resume', nothing, (sim) => {
    sim.deliveries.resume()
    return done('Webhooks are sent again', { paused: false })
  }),
  act('/deliveries/:id/send', nothing, async (sim, id) => {
    if (!sim.ledger.deliveries.find(id)) return unknown('delivery', id)
    const delivery = await sim.deliveries.sendNow(id)
    const answer = delivery.attempts.at(-1)
    return done(`Sent; the endpoint answered ${answer?.status ?? answer?.error ?? 'nothing'}`, delivery)
  }),
  act('/endpoints', z.object({ url: z.url(), secret: z.string().min(1) }), (sim, _id, { url, secret }) => {
    const endpoint = listenToEverything(sim.ledger, url, secret, sim.clock.seconds())
    return { ok: true, status: 201, said: 'The endpoint hears every event from now on', body: endpoint }
  }),
  act('/endpoints/:id/remove', nothing, (sim, id) => {
    if (!sim.ledger.webhookEndpoints.find(id)) return unknown('endpoint', id)
    sim.ledger.webhookEndpoints.remove(id)
    return done('The endpoint hears nothing any more', { id })
  }),
]

/** A form's fields in JSON's types: empty ones are unset, `call` is method and path in one. JSON passes as it is. */
function typed(input: Record<string, unknown>): Record<string, unknown> {
  const { call, ...fields } = input
  const given = Object.entries(fields).filter(([, value]) => value !== '')
  const read = given.map(([name, value]) => {
    if (value === 'true' || value === 'false') return [name, value === 'true']
    return [name, typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value]
  })
  const [method, path] = typeof call === 'string' && call !== '' ? call.split(' ') : []
  return { ...(method && path ? { method, path } : {}), ...Object.fromEntries(read) }
}

const planActs: Act[] = [
  act('/faults', z.record(z.string(), z.unknown()), (sim, _id, input) => {
    const order = fault.safeParse(typed(input))
    if (!order.success) return { ok: false, status: 422, message: z.prettifyError(order.error) }
    return { ok: true, status: 201, said: 'The fault is planned', body: sim.faults.add(order.data) }
  }),
  act('/faults/:id/remove', nothing, (sim, id) => {
    return sim.faults.remove(id) ? done('The fault is taken back', { id }) : unknown('planned fault', id)
  }),
  act('/faults/clear', nothing, (sim) => {
    sim.faults.clear()
    return done('No faults are planned', [])
  }),
  act('/idempotency-keys/forget', nothing, (sim) => {
    sim.ledger.idempotencyKeys.clear()
    return done('Every idempotency key is forgotten, as after a day', {})
  }),
  act('/reset', nothing, (sim) => {
    sim.appointments.close()
    sim.deliveries.forgetAll()
    sim.deliveries.resume()
    sim.faults.clear()
    sim.requestLog.clear()
    sim.ledger.clear()
    return done('Everything is forgotten but the platform and its endpoints', {})
  }),
]

export const acts: readonly Act[] = [...refundActs, ...paymentActs, ...accountActs, ...deliveryActs, ...planActs]
