import { chargeBody } from '../bodies/charge-body'
import { refundBody } from '../bodies/refund-body'
import { stripeId } from '../ids'
import type { Body } from '../json'
import type {
  AppointmentRecord,
  ChargeRecord,
  RefundCourse,
  RefundFailureReason,
  RefundRecord,
} from '../ledger/records'
import { byItself, type Cause, type Simulation } from '../simulation'
import { getTestCard } from '../test-cards'
import { announce } from './announce'

/** A recorded late failure reported success again after one second and the bounce after seven. */
const lateFailure = { reportAfterSeconds: 1, bounceAfterSeconds: 7, reason: 'expired_or_canceled_card' } as const

type RefundOrder = {
  amount: number
  reason: RefundRecord['reason']
  metadata: Record<string, string>
  instructionsEmail: string | null
  refundApplicationFee: boolean
  byHand: boolean
}

/** Gives money back on a charge that may be refunded by `order.amount` minor units; refusals were settled before. */
export function refundCharge(sim: Simulation, charge: ChargeRecord, order: RefundOrder, cause: Cause): RefundRecord {
  const before = chargeBody(sim.ledger, charge)
  const covered = (sim.ledger.balanceOf(charge.account).get(charge.currency) ?? 0) >= order.amount
  const course = sim.faults.takeRefundCourse(charge.account) ?? courseOf(sim, charge)
  const opened = covered ? openingStatus[course] : shortOfMoney
  const id = stripeId('re')
  const refund = sim.ledger.addRefund({
    id,
    account: charge.account,
    charge: charge.id,
    paymentIntent: charge.paymentIntent,
    amount: order.amount,
    currency: charge.currency,
    ...opened,
    course,
    failureReason: null,
    reason: order.reason,
    instructionsEmail: order.instructionsEmail,
    trace: null,
    balanceTransaction: covered ? debit(sim, charge, order.amount, id) : null,
    failureBalanceTransaction: null,
    byHand: order.byHand,
    created: sim.clock.seconds(),
    metadata: order.metadata,
  })
  if (order.refundApplicationFee) returnApplicationFee(sim, charge, refund)
  announceRefund(sim, 'refund.created', refund, cause)
  const after = chargeBody(sim.ledger, charge)
  const previous = { amount_refunded: before.amount_refunded, ...(after.refunded ? { refunded: false } : {}) }
  announce(sim, { account: charge.account, type: 'charge.refunded', object: after, previous }, cause)
  if (covered) planCourse(sim, refund)
  return refund
}

const openingStatus: Record<RefundCourse, Pick<RefundRecord, 'status' | 'pendingReason'>> = {
  at_once: { status: 'succeeded', pendingReason: null },
  fails_later: { status: 'succeeded', pendingReason: null },
  waits: { status: 'pending', pendingReason: 'processing' },
  needs_client: { status: 'requires_action', pendingReason: null },
}

const shortOfMoney = { status: 'pending', pendingReason: 'insufficient_funds' } as const

/** The client's bank lets a waiting refund through (or the client answered the email). False when it is not waiting for that. */
export function confirmRefund(sim: Simulation, id: string): boolean {
  const refund = sim.ledger.refunds.get(id)
  const waitsForBank = refund.status === 'pending' && refund.pendingReason === 'processing'
  if (!waitsForBank && refund.status !== 'requires_action') return false
  moveOn(sim, refund, { status: 'succeeded', pendingReason: null })
  return true
}

/** The refund does not arrive: now or, up to 30 days later, after it had succeeded. The money returns to the account. */
export function failRefund(sim: Simulation, id: string, failureReason: RefundFailureReason): boolean {
  const refund = sim.ledger.refunds.get(id)
  if (refund.status === 'failed' || refund.status === 'canceled') return false
  sim.appointments.dropFor(id)
  const failed = sim.ledger.refunds.change(id, {
    status: 'failed',
    pendingReason: null,
    failureReason,
    failureBalanceTransaction: creditBack(sim, refund),
  })
  const previous = { status: refund.status, failure_reason: null, failure_balance_transaction: null }
  announceRefund(sim, 'refund.failed', failed, byItself, previous)
  announceRefund(sim, 'charge.refund.updated', failed, byItself, previous)
  return true
}

/** Only a refund that still waits for the client can be called off. False otherwise. */
export function cancelRefund(sim: Simulation, id: string, cause: Cause): boolean {
  const refund = sim.ledger.refunds.get(id)
  if (refund.status !== 'requires_action') return false
  moveOn(sim, refund, { status: 'canceled', failureBalanceTransaction: creditBack(sim, refund) }, cause)
  return true
}

/** The bank hands out the number by which the client can ask for the money. False when there is none to give. */
export function giveTrace(sim: Simulation, id: string): boolean {
  const refund = sim.ledger.refunds.get(id)
  if (refund.trace || refund.status === 'failed' || refund.status === 'canceled') return false
  const digits = String(BigInt(`0x${Buffer.from(refund.id.slice(-9)).toString('hex')}`))
  moveOn(sim, refund, { trace: `7${digits.padEnd(22, '0').slice(0, 22)}` })
  return true
}

/** Changes the metadata of a refund; Stripe tells everybody. */
export function relabelRefund(sim: Simulation, refund: RefundRecord, metadata: Record<string, string>, cause: Cause) {
  return moveOn(sim, refund, { metadata }, cause)
}

/** Pays refunds that waited for money, oldest first, as far as the balance now reaches. */
export function payWaitingRefunds(sim: Simulation, account: string): void {
  for (const refund of sim.ledger.refunds.all()) {
    if (refund.account !== account || refund.pendingReason !== 'insufficient_funds' || refund.status !== 'pending')
      continue
    if ((sim.ledger.balanceOf(account).get(refund.currency) ?? 0) < refund.amount) continue
    const charge = sim.ledger.charges.get(refund.charge)
    const balanceTransaction = debit(sim, charge, refund.amount, refund.id)
    planCourse(sim, moveOn(sim, refund, { ...openingStatus[refund.course], balanceTransaction }))
  }
}

/** Carries out what was planned for a refund when its time has come. */
export function keepAppointment(sim: Simulation, act: AppointmentRecord['act']): void {
  switch (act.kind) {
    case 'bank_confirms_refund':
      confirmRefund(sim, act.refund)
      return
    case 'bank_gives_trace':
      giveTrace(sim, act.refund)
      return
    case 'bank_bounces_refund':
      failRefund(sim, act.refund, act.failureReason)
      return
  }
}

function courseOf(sim: Simulation, charge: ChargeRecord): RefundCourse {
  return getTestCard(sim.ledger.paymentMethods.get(charge.paymentMethod).card).refund
}

function planCourse(sim: Simulation, refund: RefundRecord): void {
  const at = (seconds: number) => sim.clock.now() + sim.clock.scaled(seconds)
  if (refund.course === 'fails_later') {
    sim.appointments.make(at(lateFailure.reportAfterSeconds), { kind: 'bank_gives_trace', refund: refund.id })
    sim.appointments.make(at(lateFailure.bounceAfterSeconds), {
      kind: 'bank_bounces_refund',
      refund: refund.id,
      failureReason: lateFailure.reason,
    })
  } else if (sim.traceAfterSeconds !== null) {
    sim.appointments.make(at(sim.traceAfterSeconds), { kind: 'bank_gives_trace', refund: refund.id })
  }
}

function moveOn(sim: Simulation, refund: RefundRecord, fields: Partial<RefundRecord>, cause = byItself): RefundRecord {
  const before = refundBody(sim.ledger, refund)
  const moved = sim.ledger.refunds.change(refund.id, fields)
  const after = refundBody(sim.ledger, moved)
  const previous = changedFields(before, after)
  announceRefund(sim, 'refund.updated', moved, cause, previous)
  announceRefund(sim, 'charge.refund.updated', moved, cause, previous)
  return moved
}

function changedFields(before: Body, after: Body): Body {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
  return Object.fromEntries(changed.map((name) => [name, before[name] ?? null]))
}

function announceRefund(sim: Simulation, type: string, refund: RefundRecord, cause: Cause, previous?: Body): void {
  announce(sim, { account: refund.account, type, object: refundBody(sim.ledger, refund), previous }, cause)
}

function debit(sim: Simulation, charge: ChargeRecord, amount: number, refund: string): string {
  return sim.ledger.book({
    account: charge.account,
    amount: -amount,
    currency: charge.currency,
    type: 'refund',
    source: refund,
    description: `REFUND FOR CHARGE (${charge.id})`,
    created: sim.clock.seconds(),
  })
}

function creditBack(sim: Simulation, refund: RefundRecord): string | null {
  if (!refund.balanceTransaction) return null
  return sim.ledger.book({
    account: refund.account,
    amount: refund.amount,
    currency: refund.currency,
    type: 'refund_failure',
    source: refund.id,
    description: `REFUND FAILURE FOR CHARGE (${refund.charge})`,
    created: sim.clock.seconds(),
  })
}

function returnApplicationFee(sim: Simulation, charge: ChargeRecord, refund: RefundRecord): void {
  const fee = Math.floor(((charge.applicationFeeAmount ?? 0) * refund.amount) / charge.amountCaptured)
  const common = {
    currency: charge.currency,
    type: 'application_fee',
    source: charge.id,
    created: refund.created,
  } as const
  sim.ledger.book({ ...common, account: charge.account, amount: fee, description: 'Application fee returned' })
  sim.ledger.book({
    ...common,
    account: sim.ledger.platform().id,
    amount: -fee,
    description: 'Application fee returned',
  })
}
