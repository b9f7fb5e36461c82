import { isRefundable } from '../bodies/dispute-body'
import type { ChargeRecord, DisputeRecord } from '../ledger/records'
import { formatMoney } from '../money'
import { type Refusal, refusals } from './refusals'

type RefundWish = { amount: number | undefined; reason: string | undefined; refundApplicationFee: boolean }
type ChargeFacts = { charge: ChargeRecord; dispute: DisputeRecord | undefined; amountRefunded: number }

/** Why Stripe would not refund this charge, in the order in which Stripe looks; undefined when it would. */
export function refuseRefund(wish: RefundWish, { charge, dispute, amountRefunded }: ChargeFacts): Refusal | undefined {
  const left = charge.amountCaptured - amountRefunded
  if (charge.status === 'failed') {
    return charge.paymentIntent ? refusals.noSuccessfulCharge(charge.paymentIntent) : refusals.chargeFailed(charge.id)
  }
  if (!charge.captured) return refusals.chargeUncaptured(charge.id)
  if (dispute && !isRefundable(dispute)) return refusals.chargeDisputed(charge.id)
  if (wish.reason !== undefined && !isReason(wish.reason)) return refusals.badReason()
  if (left <= 0) return refusals.alreadyRefunded(charge.id)
  if (wish.amount !== undefined && wish.amount < 1) return refusals.amountNotPositive()
  if (wish.amount !== undefined && wish.amount > left) {
    return refusals.amountTooLarge(
      formatMoney(wish.amount, charge.currency),
      formatMoney(left, charge.currency),
      amountRefunded === 0,
    )
  }
  if (wish.refundApplicationFee && !charge.applicationFeeAmount) return refusals.noApplicationFee(charge.id)
  return undefined
}

/** One of the reasons that a caller may give. */
export function isReason(reason: string): reason is 'duplicate' | 'fraudulent' | 'requested_by_customer' {
  return reason === 'duplicate' || reason === 'fraudulent' || reason === 'requested_by_customer'
}
