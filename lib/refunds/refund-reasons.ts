/** Can pressing Retry help? */
export const VERDICTS = ['retry_now', 'not_yet', 'will_not_help', 'already_refunded'] as const
export type Verdict = (typeof VERDICTS)[number]

/** One reason in words: what stands after "Refund failed: ", whether a retry helps and why, and the way out. */
export type RefundReason = {
  code: string
  /** Fits after "Refund failed: ", no full stop, lower case unless a name. */
  title: string
  verdict: Verdict
  /** Why a retry can, cannot or cannot yet help, in a sentence or two. For not_yet it names until what. */
  why: string
  /** What to do, in the imperative. */
  wayOut: string
}

/** The reason behind a stored code; an unknown code still gets honest words and the verdict `retry_now` is never guessed for it. */
export function refundReason(code: string | null): RefundReason {
  return {
    code: code ?? 'unknown',
    title: 'Stripe gave no reason',
    verdict: 'will_not_help',
    why: 'Stripe did not say why.',
    wayOut: 'Look at the payment in Stripe, or send the money by other means and mark it refunded.',
  }
}
