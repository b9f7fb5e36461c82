import { z } from 'zod'
import { payOnSession, sessionNow } from '../acts/checkout'
import { presentCard } from '../acts/payments'
import { checkoutSessionBody } from '../bodies/checkout-session-body'
import { paymentIntentBody } from '../bodies/payment-intent-body'
import { paymentMethodBody } from '../bodies/payment-method-body'
import { stripeId } from '../ids'
import type { Body } from '../json'
import type { CatalogueRecord } from '../ledger/records'
import type { Simulation } from '../simulation'
import { type Call, idOf, type Route } from './call'
import { type Refusal, refusals } from './refusals'

/**
 * What the official CLI's fixtures need around a payment and Requite itself never calls: customers, products, prices,
 * PaymentMethods and the private calls of the hosted page. Their parameters are not checked against a schema.
 */
export const catalogueRoutes: Route[] = [
  ...shelfOf('customer', '/v1/customers', 'cus'),
  ...shelfOf('product', '/v1/products', 'prod'),
  ...shelfOf('price', '/v1/prices', 'price'),
  { method: 'POST', path: '/v1/payment_methods', answer: createPaymentMethod },
  { method: 'GET', path: '/v1/payment_methods/{paymentMethod}', answer: retrievePaymentMethod },
  { method: 'GET', path: '/v1/payment_pages/{session}', answer: retrievePage },
  { method: 'POST', path: '/v1/payment_pages/{session}/confirm', answer: confirmPage },
]

const priceBody = z.object({
  currency: z.string().toLowerCase(),
  unit_amount: z.coerce.number().int(),
  product: z.string(),
})

/** Name, amount and currency of a price of that account. */
export function findPrice(sim: Simulation, account: string, id: string) {
  const record = sim.ledger.catalogue.find(id)
  const price = priceBody.safeParse(record?.body)
  if (record?.account !== account || !price.success) return undefined
  const name = sim.ledger.catalogue.find(price.data.product)?.body.name
  const { currency, unit_amount: unitAmount, product } = price.data
  return { name: typeof name === 'string' ? name : 'Payment', unitAmount, currency, price: id, product }
}

function shelfOf(object: string, path: string, prefix: 'cus' | 'prod' | 'price'): Route[] {
  const withRecord = (sim: Simulation, call: Call, answer: (record: CatalogueRecord) => Body | Refusal) => {
    const record = sim.ledger.catalogue.find(idOf(call, 'id'))
    if (!record || record.account !== call.account.id) return refusals.missing(object, idOf(call, 'id'), 'id')
    return answer(record)
  }
  const fieldsOf = (params: Body) => z.record(z.string(), z.json()).parse(params)
  return [
    {
      method: 'POST',
      path,
      answer: (sim, call) => {
        const id = stripeId(prefix)
        const own = { id, object, created: sim.clock.seconds(), livemode: false, metadata: {} }
        return sim.ledger.catalogue.put({ id, account: call.account.id, body: { ...own, ...fieldsOf(call.params) } })
          .body
      },
    },
    { method: 'GET', path: `${path}/{id}`, answer: (sim, call) => withRecord(sim, call, ({ body }) => body) },
    {
      method: 'POST',
      path: `${path}/{id}`,
      answer: (sim, call) =>
        withRecord(
          sim,
          call,
          ({ id, body }) => sim.ledger.catalogue.change(id, { body: { ...body, ...fieldsOf(call.params) } }).body,
        ),
    },
    {
      method: 'DELETE',
      path: `${path}/{id}`,
      answer: (sim, call) =>
        withRecord(sim, call, ({ id }) => {
          sim.ledger.catalogue.remove(id)
          return { id, object, deleted: true }
        }),
    },
  ]
}

const paymentMethodParams = z.object({
  type: z.string().default('card'),
  card: z.object({ token: z.string().optional(), number: z.string().optional() }).default({}),
  billing_details: z.object({ name: z.string().optional(), email: z.string().optional() }).default({}),
})

function createPaymentMethod(sim: Simulation, call: Call): Body | Refusal {
  const { type, card, billing_details } = paymentMethodParams.parse(call.params)
  if (type !== 'card') return refusals.notOneOf('type', ['card'])
  const name = card.token ?? card.number ?? ''
  const payer = { name: billing_details.name ?? null, email: billing_details.email ?? null, customer: null }
  const presented = presentCard(sim, call.account.id, name, payer)
  return presented ? paymentMethodBody(presented) : refusals.missingInList('token', name, 'card[token]')
}

function retrievePaymentMethod(sim: Simulation, call: Call): Body | Refusal {
  const id = idOf(call, 'paymentMethod')
  const paymentMethod = sim.ledger.paymentMethods.find(id)
  if (!paymentMethod || paymentMethod.account !== call.account.id)
    return refusals.missing('PaymentMethod', id, 'payment_method')
  return paymentMethodBody(paymentMethod)
}

function retrievePage(sim: Simulation, call: Call): Body | Refusal {
  const session = sessionNow(sim, idOf(call, 'session'))
  if (!session || session.account !== call.account.id)
    return refusals.missing('payment_page', idOf(call, 'session'), 'session')
  return { ...checkoutSessionBody(session, sim.origin), object: 'checkout.session' }
}

function confirmPage(sim: Simulation, call: Call): Body | Refusal {
  const session = sessionNow(sim, idOf(call, 'session'))
  if (!session || session.account !== call.account.id)
    return refusals.missing('payment_page', idOf(call, 'session'), 'session')
  if (session.status !== 'open') return refusals.sessionNotOpen(session.status)
  const name = z.object({ payment_method: z.string().default('') }).parse(call.params).payment_method
  const payer = { name: null, email: session.customerEmail, customer: session.customer }
  const card = presentCard(sim, call.account.id, name, payer)
  if (!card) return refusals.missingInList('PaymentMethod', name, 'payment_method')
  const intent = payOnSession(sim, session, card.id, call.cause)
  if (intent.lastError)
    return refusals.cardDeclined(intent.lastError, paymentIntentBody(sim.ledger, intent, sim.origin))
  return checkoutSessionBody(sim.ledger.checkoutSessions.get(session.id), sim.origin)
}
