import { disputeBody, isInquiry } from '../bodies/dispute-body'
import { stripeId } from '../ids'
import type { Body } from '../json'
import type { DisputeRecord } from '../ledger/records'
import { byItself, type Cause, type Simulation } from '../simulation'
import { announce } from './announce'
import { failRefund } from './refunds'

/** The client's bank takes the money back (chargeback) or only asks (inquiry). An open inquiry grows into a chargeback. */
export function openDispute(sim: Simulation, chargeId: string, kind: 'chargeback' | 'inquiry'): DisputeRecord {
  const charge = sim.ledger.charges.get(chargeId)
  const existing = sim.ledger.disputeOf(charge)
  if (existing && kind === 'chargeback' && isInquiry(existing)) return escalate(sim, existing)
  const dispute = sim.ledger.disputes.put({
    id: stripeId('du'),
    account: charge.account,
    charge: charge.id,
    paymentIntent: charge.paymentIntent,
    amount: charge.amountCaptured,
    currency: charge.currency,
    reason: 'fraudulent',
    status: kind === 'chargeback' ? 'needs_response' : 'warning_needs_response',
    evidence: {},
    submissions: 0,
    balanceTransactions: [],
    created: sim.clock.seconds(),
    metadata: {},
  })
  announceDispute(sim, 'charge.dispute.created', dispute, byItself)
  return kind === 'chargeback' ? withdraw(sim, dispute) : dispute
}

/** The bank decides: won returns the money, lost keeps it with the client. False when it is already decided. */
export function decideDispute(sim: Simulation, id: string, verdict: 'won' | 'lost', cause = byItself): boolean {
  const dispute = sim.ledger.disputes.get(id)
  if (isDecided(dispute)) return false
  if (isInquiry(dispute)) {
    close(sim, dispute, 'warning_closed', cause)
    return true
  }
  if (verdict === 'won') reinstate(sim, dispute, cause)
  close(sim, sim.ledger.disputes.get(id), verdict, cause)
  return true
}

/** Records evidence; handing it in puts the dispute under review. */
export function answerDispute(
  sim: Simulation,
  dispute: DisputeRecord,
  fields: { evidence: Record<string, string>; metadata: Record<string, string>; submit: boolean },
  cause: Cause,
): DisputeRecord {
  const handedIn = fields.submit && Object.keys(fields.evidence).length > 0
  const reviewed = isInquiry(dispute) ? 'warning_under_review' : 'under_review'
  const answered = sim.ledger.disputes.change(dispute.id, {
    evidence: fields.evidence,
    metadata: fields.metadata,
    status: handedIn ? reviewed : dispute.status,
    submissions: dispute.submissions + (handedIn ? 1 : 0),
  })
  announceDispute(sim, 'charge.dispute.updated', answered, cause, { status: dispute.status })
  return answered
}

export function isDecided(dispute: DisputeRecord): boolean {
  return dispute.status === 'won' || dispute.status === 'lost' || dispute.status === 'warning_closed'
}

function escalate(sim: Simulation, inquiry: DisputeRecord): DisputeRecord {
  const dispute = sim.ledger.disputes.change(inquiry.id, { status: 'needs_response' })
  announceDispute(sim, 'charge.dispute.updated', dispute, byItself, { status: inquiry.status })
  return withdraw(sim, dispute)
}

function withdraw(sim: Simulation, dispute: DisputeRecord): DisputeRecord {
  const withdrawn = book(sim, dispute, -dispute.amount, `Chargeback withdrawal for ${dispute.charge}`)
  announceDispute(sim, 'charge.dispute.funds_withdrawn', withdrawn, byItself)
  for (const refund of sim.ledger.refundsOf(sim.ledger.charges.get(dispute.charge))) {
    if (refund.status === 'pending') failRefund(sim, refund.id, 'charge_for_pending_refund_disputed')
  }
  return withdrawn
}

function reinstate(sim: Simulation, dispute: DisputeRecord, cause: Cause): void {
  const reinstated = book(sim, dispute, dispute.amount, `Chargeback reversal for ${dispute.charge}`)
  announceDispute(sim, 'charge.dispute.funds_reinstated', reinstated, cause)
}

function book(sim: Simulation, dispute: DisputeRecord, amount: number, description: string): DisputeRecord {
  const transaction = sim.ledger.book({
    account: dispute.account,
    amount,
    currency: dispute.currency,
    type: 'adjustment',
    source: dispute.id,
    description,
    created: sim.clock.seconds(),
  })
  return sim.ledger.disputes.change(dispute.id, { balanceTransactions: [...dispute.balanceTransactions, transaction] })
}

function close(sim: Simulation, dispute: DisputeRecord, status: DisputeRecord['status'], cause: Cause): void {
  const closed = sim.ledger.disputes.change(dispute.id, { status })
  announceDispute(sim, 'charge.dispute.closed', closed, cause, { status: dispute.status })
}

function announceDispute(sim: Simulation, type: string, dispute: DisputeRecord, cause: Cause, previous?: Body): void {
  announce(sim, { account: dispute.account, type, object: disputeBody(sim.ledger, dispute), previous }, cause)
}
