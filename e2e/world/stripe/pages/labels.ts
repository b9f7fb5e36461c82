import type { Fault } from '../faults/fault-plan'
import type {
  AccountRecord,
  DeliveryRecord,
  DisputeRecord,
  PaymentIntentRecord,
  RefundCourse,
  RefundFailureReason,
  RefundRecord,
} from '../ledger/records'
import type { TestCard } from '../test-cards'
import type { Tone } from './layout'

type Label = { tone: Tone; text: string }

export const refundStatusLabel: Record<RefundRecord['status'], Label> = {
  pending: { tone: 'wait', text: 'Pending' },
  requires_action: { tone: 'wait', text: 'Waits for the client' },
  succeeded: { tone: 'good', text: 'Succeeded' },
  failed: { tone: 'bad', text: 'Failed' },
  canceled: { tone: 'quiet', text: 'Canceled' },
}

export const paymentStatusLabel: Record<PaymentIntentRecord['status'], Label> = {
  canceled: { tone: 'quiet', text: 'Canceled' },
  processing: { tone: 'wait', text: 'Processing' },
  requires_action: { tone: 'wait', text: 'Waits for the client’s bank' },
  requires_capture: { tone: 'wait', text: 'Authorised, not captured' },
  requires_confirmation: { tone: 'wait', text: 'Not confirmed' },
  requires_payment_method: { tone: 'quiet', text: 'Not paid' },
  succeeded: { tone: 'good', text: 'Paid' },
}

export const disputeStatusLabel: Record<DisputeRecord['status'], Label> = {
  needs_response: { tone: 'bad', text: 'Charged back, needs an answer' },
  under_review: { tone: 'wait', text: 'Charged back, under review' },
  won: { tone: 'good', text: 'Won by the freelancer' },
  lost: { tone: 'quiet', text: 'Lost to the client' },
  warning_needs_response: { tone: 'wait', text: 'Inquiry, needs an answer' },
  warning_under_review: { tone: 'wait', text: 'Inquiry, under review' },
  warning_closed: { tone: 'quiet', text: 'Inquiry closed' },
}

export const deliveryStatusLabel: Record<DeliveryRecord['status'], Label> = {
  waiting: { tone: 'wait', text: 'Waiting' },
  sending: { tone: 'wait', text: 'Sending' },
  delivered: { tone: 'good', text: 'Delivered' },
  dropped: { tone: 'bad', text: 'Dropped by a fault' },
  given_up: { tone: 'bad', text: 'Given up' },
}

export const pendingReasonLabel: Record<NonNullable<RefundRecord['pendingReason']>, string> = {
  processing: 'the client’s bank has not confirmed yet',
  insufficient_funds: 'the balance is too short; a top-up settles it',
  charge_pending: 'the payment itself has not settled',
}

export const failureReasonLabel: Record<RefundFailureReason, string> = {
  lost_or_stolen_card: 'Card lost or stolen',
  expired_or_canceled_card: 'Card expired or canceled',
  charge_for_pending_refund_disputed: 'Payment was disputed meanwhile',
  insufficient_funds: 'Balance stayed too short',
  declined: 'Declined by the bank',
  merchant_request: 'Called off by the freelancer',
  unknown: 'No reason given',
}

export const refundCourseLabel: Record<RefundCourse, string> = {
  at_once: 'Succeeds at once',
  waits: 'Stays pending until the bank confirms',
  fails_later: 'Succeeds, then bounces',
  needs_client: 'Waits for the client to act',
}

export const faultLabel: Record<Fault['kind'], string> = {
  rate_limit: '429 too many requests',
  lock_timeout: '429 lock timeout',
  error_before: '500, nothing happened',
  error_after: '500, although it happened',
  unavailable: '503 unavailable',
  timeout_before: 'No answer, nothing happened',
  timeout_after: 'No answer, although it happened',
  reset_before: 'Connection reset, nothing happened',
  reset_after: 'Connection reset in mid-answer, it happened',
  empty_answer: '200 with an empty body',
  malformed_answer: '200 with broken JSON',
  slow_answer: 'One byte per interval',
  delay_before: 'Answer late, effect late',
  delay_after: 'Answer late, effect at once',
  refusal: 'Refusal by error code',
  refund_course: 'Refund takes another course',
  duplicate_delivery: 'Delivered twice or more',
  reorder_delivery: 'Overtaken by the next event',
  drop_delivery: 'Never delivered',
  delay_delivery: 'Delivered late',
  misdirect_delivery: 'Names another account',
}

export const callFaultKinds = [
  'rate_limit',
  'lock_timeout',
  'error_before',
  'error_after',
  'unavailable',
  'timeout_before',
  'timeout_after',
  'reset_before',
  'reset_after',
  'empty_answer',
  'malformed_answer',
  'slow_answer',
  'delay_before',
  'delay_after',
  'refusal',
] as const

export const deliveryFaultKinds = [
  'duplicate_delivery',
  'reorder_delivery',
  'drop_delivery',
  'delay_delivery',
  'misdirect_delivery',
] as const

/** The codes a refund is refused with most often. */
export const refusalCodes = [
  'charge_disputed',
  'balance_insufficient',
  'charge_already_refunded',
  'refund_disputed_payment',
  'charge_not_refundable',
  'resource_missing',
  'account_invalid',
  'api_key_expired',
  'idempotency_key_in_use',
  'idempotency_error',
] as const

export const brandName: Record<TestCard['brand'], string> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
}

/** What to call an account. */
export function accountName(account: AccountRecord): string {
  return account.businessName ?? account.email ?? account.id
}
