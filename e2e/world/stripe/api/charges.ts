import { z } from 'zod'
import { chargeDirectly, presentCard } from '../acts/payments'
import { chargeBody } from '../bodies/charge-body'
import type { Body } from '../json'
import type { ChargeRecord } from '../ledger/records'
import { isCurrency } from '../money'
import type { Simulation } from '../simulation'
import { type Call, idOf, type Route } from './call'
import { listBody } from './lists'
import { mergeMetadata, metadataParam } from './metadata'
import { Refusal, refusals } from './refusals'
import { shippingParam } from './shipping'

const createParams = z.object({
  amount: z.int().optional(),
  currency: z.string().toLowerCase().optional(),
  source: z.string().default('tok_visa'),
  capture: z.boolean().default(true),
  application_fee_amount: z.int().optional(),
  customer: z.string().optional(),
  description: z.string().optional(),
  metadata: metadataParam.optional(),
  receipt_email: z.string().optional(),
  shipping: shippingParam.optional(),
  statement_descriptor: z.string().optional(),
  statement_descriptor_suffix: z.string().optional(),
  transfer_group: z.string().optional(),
})

const updateParams = createParams.pick({
  description: true,
  metadata: true,
  receipt_email: true,
  shipping: true,
  transfer_group: true,
})

const listParams = z.object({
  payment_intent: z.string().optional(),
  customer: z.string().optional(),
  transfer_group: z.string().optional(),
})

export const chargeRoutes: Route[] = [
  { method: 'POST', path: '/v1/charges', answer: create },
  { method: 'GET', path: '/v1/charges', answer: list },
  {
    method: 'GET',
    path: '/v1/charges/{charge}',
    answer: (sim, call) => withCharge(sim, call, (charge) => chargeBody(sim.ledger, charge)),
  },
  { method: 'POST', path: '/v1/charges/{charge}', answer: update },
]

function create(sim: Simulation, call: Call): Body | Refusal {
  const params = createParams.parse(call.params)
  if (params.amount === undefined) return refusals.missingParameter('amount')
  if (params.currency === undefined) return refusals.missingParameter('currency')
  if (!isCurrency(params.currency)) return refusals.invalidCurrency(params.currency)
  if (params.amount < 1) return refusals.amountTooSmall()
  const metadata = mergeMetadata({}, params.metadata)
  if (metadata instanceof Refusal) return metadata
  const payer = { name: null, email: params.receipt_email ?? null, customer: params.customer ?? null }
  const card = presentCard(sim, call.account.id, params.source, payer)
  if (!card) return refusals.missingInList('token', params.source, 'source')
  const charge = chargeDirectly(
    sim,
    {
      account: call.account.id,
      paymentIntent: null,
      paymentMethod: card.id,
      amount: params.amount,
      currency: params.currency,
      captured: params.capture,
      amountCaptured: params.capture ? params.amount : 0,
      applicationFeeAmount: params.application_fee_amount ?? null,
      customer: params.customer ?? null,
      description: params.description ?? null,
      receiptEmail: params.receipt_email ?? null,
      shipping: params.shipping ?? null,
      statementDescriptor: params.statement_descriptor ?? null,
      statementDescriptorSuffix: params.statement_descriptor_suffix ?? null,
      transferGroup: params.transfer_group ?? null,
      metadata,
    },
    call.cause,
  )
  return charge.failure ? refusals.cardDeclined(charge.failure, null) : chargeBody(sim.ledger, charge)
}

function list(sim: Simulation, call: Call): Body | Refusal {
  const { payment_intent, customer, transfer_group } = listParams.parse(call.params)
  const charges = sim.ledger.charges
    .all()
    .filter((charge) => charge.account === call.account.id)
    .filter((charge) => payment_intent === undefined || charge.paymentIntent === payment_intent)
    .filter((charge) => customer === undefined || charge.customer === customer)
    .filter((charge) => transfer_group === undefined || charge.transferGroup === transfer_group)
  return listBody('/v1/charges', 'charge', call.params, charges, (charge) => chargeBody(sim.ledger, charge))
}

function update(sim: Simulation, call: Call): Body | Refusal {
  return withCharge(sim, call, (charge) => {
    const params = updateParams.parse(call.params)
    const metadata = mergeMetadata(charge.metadata, params.metadata)
    if (metadata instanceof Refusal) return metadata
    const changed = sim.ledger.charges.change(charge.id, {
      metadata,
      description: params.description ?? charge.description,
      receiptEmail: params.receipt_email ?? charge.receiptEmail,
      shipping: params.shipping ?? charge.shipping,
      transferGroup: params.transfer_group ?? charge.transferGroup,
    })
    return chargeBody(sim.ledger, changed)
  })
}

function withCharge(sim: Simulation, call: Call, answer: (charge: ChargeRecord) => Body | Refusal): Body | Refusal {
  const id = idOf(call, 'charge')
  const charge = sim.ledger.charges.find(id)
  if (!charge || charge.account !== call.account.id) return refusals.missing('charge', id, 'id')
  return answer(charge)
}
