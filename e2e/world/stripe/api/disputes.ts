import { z } from 'zod'
import { answerDispute, decideDispute, isDecided } from '../acts/disputes'
import { disputeBody } from '../bodies/dispute-body'
import type { Body } from '../json'
import type { DisputeRecord } from '../ledger/records'
import type { Simulation } from '../simulation'
import { type Call, idOf, type Route } from './call'
import { listBody } from './lists'
import { mergeMetadata, metadataParam } from './metadata'
import { Refusal, refusals } from './refusals'

const listParams = z.object({ charge: z.string().optional(), payment_intent: z.string().optional() })

const updateParams = z.object({
  evidence: z.record(z.string(), z.unknown()).default({}),
  metadata: metadataParam.optional(),
  submit: z.boolean().default(true),
})

export const disputeRoutes: Route[] = [
  { method: 'GET', path: '/v1/disputes', answer: list },
  {
    method: 'GET',
    path: '/v1/disputes/{dispute}',
    answer: (sim, call) => withDispute(sim, call, (dispute) => disputeBody(sim.ledger, dispute)),
  },
  { method: 'POST', path: '/v1/disputes/{dispute}', answer: update },
  { method: 'POST', path: '/v1/disputes/{dispute}/close', answer: close },
]

function list(sim: Simulation, call: Call): Body | Refusal {
  const { charge, payment_intent } = listParams.parse(call.params)
  const disputes = sim.ledger.disputes
    .all()
    .filter((dispute) => dispute.account === call.account.id)
    .filter((dispute) => charge === undefined || dispute.charge === charge)
    .filter((dispute) => payment_intent === undefined || dispute.paymentIntent === payment_intent)
  return listBody('/v1/disputes', 'dispute', call.params, disputes, (dispute) => disputeBody(sim.ledger, dispute))
}

function update(sim: Simulation, call: Call): Body | Refusal {
  return withDispute(sim, call, (dispute) => {
    if (isDecided(dispute)) return refusals.disputeDecided()
    const params = updateParams.parse(call.params)
    const metadata = mergeMetadata(dispute.metadata, params.metadata)
    if (metadata instanceof Refusal) return metadata
    const written = Object.entries(params.evidence).flatMap(([field, text]) =>
      typeof text === 'string' ? [[field, text] as const] : [],
    )
    const evidence = { ...dispute.evidence, ...Object.fromEntries(written) }
    const submit = params.submit && written.length > 0
    return disputeBody(sim.ledger, answerDispute(sim, dispute, { evidence, metadata, submit }, call.cause))
  })
}

/** Closing a dispute over the API accepts it: the client keeps the money. */
function close(sim: Simulation, call: Call): Body | Refusal {
  return withDispute(sim, call, (dispute) => {
    if (!decideDispute(sim, dispute.id, 'lost', call.cause)) return refusals.disputeDecided()
    return disputeBody(sim.ledger, sim.ledger.disputes.get(dispute.id))
  })
}

function withDispute(sim: Simulation, call: Call, answer: (dispute: DisputeRecord) => Body | Refusal): Body | Refusal {
  const id = idOf(call, 'dispute')
  const dispute = sim.ledger.disputes.find(id)
  if (!dispute || dispute.account !== call.account.id) return refusals.missing('dispute', id, 'dispute')
  return answer(dispute)
}
