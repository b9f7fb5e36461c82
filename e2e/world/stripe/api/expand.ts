import { z } from 'zod'
import { balanceTransactionBody } from '../bodies/balance-bodies'
import { chargeBody } from '../bodies/charge-body'
import { checkoutLineItems } from '../bodies/checkout-session-body'
import { disputeBody } from '../bodies/dispute-body'
import { paymentIntentBody } from '../bodies/payment-intent-body'
import { paymentMethodBody } from '../bodies/payment-method-body'
import { refundBody } from '../bodies/refund-body'
import { type Body, isBody, type Json } from '../json'
import { resolveNode, type SchemaNode } from '../schema/stripe-api'
import type { Simulation } from '../simulation'

const expandParam = z.object({ expand: z.array(z.string()).default([]) })

/** The first path of `expand[]` that leads nowhere in this answer; Stripe refuses it before doing anything. */
export function badExpansion(answer: SchemaNode, params: Body): string | undefined {
  return expandParam.parse(params).expand.find((path) => !leadsSomewhere(answer, path.split('.')))
}

function leadsSomewhere(declared: SchemaNode, steps: string[]): boolean {
  const [step, ...rest] = steps
  if (step === undefined) return true
  const node = resolveNode(declared)
  const shapes = [node, ...(node.anyOf ?? []).map(resolveNode)]
  return shapes.some((shape) => {
    if (shape.type === 'array') return leadsSomewhere(shape.items ?? {}, steps)
    const field = shape.properties?.[step]
    return field !== undefined && isExpandable(resolveNode(field)) && leadsSomewhere(field, rest)
  })
}

function isExpandable(field: SchemaNode): boolean {
  return field.anyOf !== undefined || field.type === 'object' || field.type === 'array'
}

/** The answer with every path of `expand[]` filled in. */
export function expandAnswer(sim: Simulation, answer: Body, params: Body): Body {
  return expandParam.parse(params).expand.reduce((body, path) => expandPath(sim, body, path.split('.')), answer)
}

function expandPath(sim: Simulation, body: Body, steps: string[]): Body {
  const [step, ...rest] = steps
  if (step === undefined) return body
  const value = expandField(sim, body, step)
  if (Array.isArray(value)) {
    return { ...body, [step]: value.map((item: Json) => (isBody(item) ? expandPath(sim, item, rest) : item)) }
  }
  return isBody(value) ? { ...body, [step]: expandPath(sim, value, rest) } : body
}

/** The object behind a field, or the field as it is where nothing is behind it. */
function expandField(sim: Simulation, body: Body, field: string): Json {
  if (field === 'refunds' && body.object === 'charge') return refundsOfCharge(sim, String(body.id))
  if (field === 'line_items' && body.object === 'checkout.session') {
    return checkoutLineItems(sim.ledger.checkoutSessions.get(String(body.id)))
  }
  const value = body[field]
  return typeof value === 'string' ? (objectBehind(sim, value) ?? value) : value
}

function refundsOfCharge(sim: Simulation, id: string): Body {
  const refunds = sim.ledger.refundsOf(sim.ledger.charges.get(id)).toReversed()
  const data = refunds.slice(0, 10).map((refund) => refundBody(sim.ledger, refund))
  return { object: 'list', data, has_more: refunds.length > data.length, url: `/v1/charges/${id}/refunds` }
}

function objectBehind({ ledger, origin }: Simulation, id: string): Body | undefined {
  const refund = ledger.refunds.find(id)
  if (refund) return refundBody(ledger, refund)
  const charge = ledger.charges.find(id)
  if (charge) return chargeBody(ledger, charge)
  const intent = ledger.paymentIntents.find(id)
  if (intent) return paymentIntentBody(ledger, intent, origin)
  const transaction = ledger.balanceTransactions.find(id)
  if (transaction) return balanceTransactionBody(transaction)
  const dispute = ledger.disputes.find(id)
  if (dispute) return disputeBody(ledger, dispute)
  const paymentMethod = ledger.paymentMethods.find(id)
  if (paymentMethod) return paymentMethodBody(paymentMethod)
  return ledger.catalogue.find(id)?.body
}
