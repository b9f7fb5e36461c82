import type { Tone } from '@/components/ui/tone'
import type { RefundStatus } from '@/lib/refunds/refund-status'

/**
 * What an act on a refund came back with, said calmly under the banner. It holds for a refund in this `status` (null: for
 * any) and is dropped once the refund has moved on; `at` (ms) tells which of two answers is the later.
 */
export type RefundActionAnswer = { tone: Tone; text: string; status: RefundStatus | null; at: number }

/** A server action on a refund as the banner's forms call it; a plain form post reaches it too. */
export type RefundAction = (previous: RefundActionAnswer | null, form: FormData) => Promise<RefundActionAnswer | null>

export type MarkRefundedField = 'method' | 'refundedOn' | 'reason' | 'looked' | 'moneyLeft'

/** What "Mark refunded" came back with: what is wrong, by field or with none, beside what was typed, or an answer for the banner. */
export type MarkRefundedState = {
  typed: Partial<Record<MarkRefundedField, string>>
  errors: Partial<Record<MarkRefundedField, string>>
  /** Why the refund can't be marked just now, said in the form: it may be possible in a moment. */
  problem: RefundActionAnswer | null
  answer: RefundActionAnswer | null
}

export type MarkRefundedAction = (previous: MarkRefundedState, form: FormData) => Promise<MarkRefundedState>
