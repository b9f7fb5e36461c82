import { z } from 'zod'
import { cancelRefund, refundCharge, relabelRefund } from '../acts/refunds'
import { refundBody } from '../bodies/refund-body'
import type { Body } from '../json'
import type { ChargeRecord, RefundRecord } from '../ledger/records'
import type { Simulation } from '../simulation'
import { type Call, idOf, type Route } from './call'
import { listBody } from './lists'
import { mergeMetadata, metadataParam } from './metadata'
import { isReason, refuseRefund } from './refund-refusals'
import { Refusal, refusals } from './refusals'

const createParams = z.object({
  payment_intent: z.string().optional(),
  charge: z.string().optional(),
  amount: z.int().optional(),
  reason: z.string().optional(),
  metadata: metadataParam.optional(),
  instructions_email: z.string().optional(),
  refund_application_fee: z.boolean().default(false),
})

const listParams = z.object({ payment_intent: z.string().optional(), charge: z.string().optional() })

export const refundRoutes: Route[] = [
  { method: 'POST', path: '/v1/refunds', answer: create, enumsLater: ['reason'] },
  { method: 'GET', path: '/v1/refunds', answer: list },
  {
    method: 'GET',
    path: '/v1/refunds/{refund}',
    answer: (sim, call) => withRefund(sim, call, (refund) => refundBody(sim.ledger, refund)),
  },
  { method: 'POST', path: '/v1/refunds/{refund}', answer: update },
  { method: 'POST', path: '/v1/refunds/{refund}/cancel', answer: cancel },
]

function create(sim: Simulation, call: Call): Body | Refusal {
  const params = createParams.parse(call.params)
  const charge = chargeToRefund(sim, call, params)
  if (charge instanceof Refusal) return charge
  const amountRefunded = sim.ledger.amountRefunded(charge)
  const refusal = refuseRefund(
    { amount: params.amount, reason: params.reason, refundApplicationFee: params.refund_application_fee },
    { charge, dispute: sim.ledger.disputeOf(charge), amountRefunded },
  )
  if (refusal) return refusal
  const metadata = mergeMetadata({}, params.metadata)
  if (metadata instanceof Refusal) return metadata
  const refund = refundCharge(
    sim,
    charge,
    {
      amount: params.amount ?? charge.amountCaptured - amountRefunded,
      reason: params.reason !== undefined && isReason(params.reason) ? params.reason : null,
      metadata,
      instructionsEmail: params.instructions_email ?? null,
      refundApplicationFee: params.refund_application_fee,
      byHand: false,
    },
    call.cause,
  )
  return refundBody(sim.ledger, refund)
}

function chargeToRefund(sim: Simulation, call: Call, params: z.output<typeof createParams>): ChargeRecord | Refusal {
  if (params.charge !== undefined) {
    const charge = sim.ledger.charges.find(params.charge)
    if (!charge || charge.account !== call.account.id) return refusals.missing('charge', params.charge, 'charge')
    return charge
  }
  if (params.payment_intent === undefined) return refusals.refundNeedsTarget()
  const intent = sim.ledger.paymentIntents.find(params.payment_intent)
  if (!intent || intent.account !== call.account.id) {
    return refusals.missing('payment_intent', params.payment_intent, 'payment_intent')
  }
  return intent.latestCharge ? sim.ledger.charges.get(intent.latestCharge) : refusals.noSuccessfulCharge(intent.id)
}

function list(sim: Simulation, call: Call): Body | Refusal {
  const { payment_intent, charge } = listParams.parse(call.params)
  const refunds = sim.ledger.refunds
    .all()
    .filter((refund) => refund.account === call.account.id)
    .filter((refund) => payment_intent === undefined || refund.paymentIntent === payment_intent)
    .filter((refund) => charge === undefined || refund.charge === charge)
  return listBody('/v1/refunds', 'refund', call.params, refunds, (refund) => refundBody(sim.ledger, refund))
}

function update(sim: Simulation, call: Call): Body | Refusal {
  return withRefund(sim, call, (refund) => {
    const change = z.object({ metadata: metadataParam.optional() }).parse(call.params).metadata
    const metadata = mergeMetadata(refund.metadata, change)
    if (metadata instanceof Refusal) return metadata
    return refundBody(sim.ledger, relabelRefund(sim, refund, metadata, call.cause))
  })
}

function cancel(sim: Simulation, call: Call): Body | Refusal {
  return withRefund(sim, call, (refund) => {
    if (!cancelRefund(sim, refund.id, call.cause)) return refusals.refundNotCancelable(refund.status)
    return refundBody(sim.ledger, sim.ledger.refunds.get(refund.id))
  })
}

function withRefund(sim: Simulation, call: Call, answer: (refund: RefundRecord) => Body | Refusal): Body | Refusal {
  const id = idOf(call, 'refund')
  const refund = sim.ledger.refunds.find(id)
  if (!refund || refund.account !== call.account.id) return refusals.missing('refund', id, 'refund')
  return answer(refund)
}
