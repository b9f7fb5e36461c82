import { z } from 'zod'
import { expireSession, openSession, sessionNow } from '../acts/checkout'
import { checkoutSessionBody } from '../bodies/checkout-session-body'
import { randomLetters, stripeId } from '../ids'
import type { Body } from '../json'
import type { CheckoutSessionRecord } from '../ledger/records'
import { isCurrency } from '../money'
import type { Simulation } from '../simulation'
import { type Call, idOf, type Route } from './call'
import { findPrice } from './catalogue'
import { listBody } from './lists'
import { mergeMetadata, metadataParam } from './metadata'
import { Refusal, refusals } from './refusals'
import { shippingParam } from './shipping'

/** A page stays open for a day unless told otherwise. */
const openForSeconds = 24 * 3600

const lineItem = z.object({
  price: z.string().optional(),
  price_data: z
    .object({
      currency: z.string().toLowerCase(),
      unit_amount: z.int(),
      product: z.string().optional(),
      product_data: z.object({ name: z.string() }).optional(),
    })
    .optional(),
  quantity: z.int().default(1),
})

const createParams = z.object({
  mode: z.enum(['payment', 'setup', 'subscription']).default('payment'),
  line_items: z.array(lineItem).default([]),
  success_url: z.string().optional(),
  cancel_url: z.string().optional(),
  client_reference_id: z.string().optional(),
  customer: z.string().optional(),
  customer_email: z.string().optional(),
  expires_at: z.int().optional(),
  locale: z.string().optional(),
  metadata: metadataParam.optional(),
  payment_intent_data: z
    .object({
      application_fee_amount: z.int().optional(),
      capture_method: z.enum(['automatic', 'automatic_async', 'manual']).optional(),
      description: z.string().optional(),
      metadata: metadataParam.optional(),
      receipt_email: z.string().optional(),
      shipping: shippingParam.optional(),
    })
    .default({}),
})

const listParams = z.object({
  payment_intent: z.string().optional(),
  customer: z.string().optional(),
  status: z.enum(['open', 'complete', 'expired']).optional(),
})

type LineItem = CheckoutSessionRecord['lineItems'][number] & { currency: string }

export const checkoutSessionRoutes: Route[] = [
  { method: 'POST', path: '/v1/checkout/sessions', answer: create, olderParams: ['payment_method_types'] },
  { method: 'GET', path: '/v1/checkout/sessions', answer: list },
  {
    method: 'GET',
    path: '/v1/checkout/sessions/{session}',
    answer: (sim, call) => withSession(sim, call, (session) => checkoutSessionBody(session, sim.origin)),
  },
  { method: 'POST', path: '/v1/checkout/sessions/{session}', answer: update },
  { method: 'POST', path: '/v1/checkout/sessions/{session}/expire', answer: expire },
]

function create(sim: Simulation, call: Call): Body | Refusal {
  const params = createParams.parse(call.params)
  if (params.mode !== 'payment') return refusals.notOneOf('mode', ['payment'])
  if (params.success_url === undefined) return refusals.missingParameter('success_url')
  const items = readLineItems(sim, call, params.line_items)
  if (items instanceof Refusal) return items
  const [first] = items
  if (!first) return refusals.missingParameter('line_items')
  const metadata = mergeMetadata({}, params.metadata)
  if (metadata instanceof Refusal) return metadata
  const intent = params.payment_intent_data
  const intentMetadata = mergeMetadata({}, intent.metadata)
  if (intentMetadata instanceof Refusal) return intentMetadata
  const session = openSession(sim, {
    account: call.account.id,
    amountTotal: items.reduce((sum, item) => sum + item.unitAmount * item.quantity, 0),
    currency: first.currency,
    lineItems: items.map(({ currency: _, ...item }) => item),
    successUrl: params.success_url,
    cancelUrl: params.cancel_url ?? null,
    customerEmail: params.customer_email ?? null,
    clientReferenceId: params.client_reference_id ?? null,
    customer: params.customer ?? null,
    locale: params.locale ?? null,
    intentDescription: intent.description ?? null,
    intentMetadata,
    applicationFeeAmount: intent.application_fee_amount ?? null,
    receiptEmail: intent.receipt_email ?? null,
    captureMethod: intent.capture_method ?? 'automatic_async',
    shipping: intent.shipping ?? null,
    expiresAt: params.expires_at ?? sim.clock.seconds() + openForSeconds,
    metadata,
  })
  return checkoutSessionBody(session, sim.origin)
}

function readLineItems(sim: Simulation, call: Call, wanted: z.output<typeof lineItem>[]): LineItem[] | Refusal {
  const items: LineItem[] = []
  for (const [i, { price, price_data, quantity }] of wanted.entries()) {
    const id = `li_1${randomLetters(23)}`
    if (price_data) {
      if (!isCurrency(price_data.currency)) return refusals.invalidCurrency(price_data.currency)
      const name = price_data.product_data?.name ?? 'Payment'
      const product = price_data.product ?? stripeId('prod')
      items.push({
        id,
        name,
        unitAmount: price_data.unit_amount,
        quantity,
        currency: price_data.currency,
        price: stripeId('price'),
        product,
      })
      continue
    }
    if (price === undefined) return refusals.missingParameter(`line_items[${i}][price_data]`)
    const found = findPrice(sim, call.account.id, price)
    if (!found) return refusals.missingInList('price', price, `line_items[${i}][price]`)
    items.push({ id, quantity, ...found })
  }
  return items
}

function list(sim: Simulation, call: Call): Body | Refusal {
  const { payment_intent, customer, status } = listParams.parse(call.params)
  const sessions = sim.ledger.checkoutSessions
    .all()
    .filter((session) => session.account === call.account.id)
    .filter((session) => payment_intent === undefined || session.paymentIntent === payment_intent)
    .filter((session) => customer === undefined || session.customer === customer)
    .filter((session) => status === undefined || session.status === status)
  return listBody('/v1/checkout/sessions', 'checkout.session', call.params, sessions, (session) =>
    checkoutSessionBody(session, sim.origin),
  )
}

function update(sim: Simulation, call: Call): Body | Refusal {
  return withSession(sim, call, (session) => {
    const metadata = mergeMetadata(
      session.metadata,
      z.object({ metadata: metadataParam.optional() }).parse(call.params).metadata,
    )
    if (metadata instanceof Refusal) return metadata
    return checkoutSessionBody(sim.ledger.checkoutSessions.change(session.id, { metadata }), sim.origin)
  })
}

function expire(sim: Simulation, call: Call): Body | Refusal {
  return withSession(sim, call, (session) => {
    if (session.status !== 'open') return refusals.sessionNotOpen(session.status)
    return checkoutSessionBody(expireSession(sim, session, call.cause), sim.origin)
  })
}

function withSession(
  sim: Simulation,
  call: Call,
  answer: (session: CheckoutSessionRecord) => Body | Refusal,
): Body | Refusal {
  const id = idOf(call, 'session')
  const session = sessionNow(sim, id)
  if (!session || session.account !== call.account.id) return refusals.missing('checkout.session', id, 'session')
  return answer(session)
}
