import { type RefundReason, VERDICT_LABELS, type Verdict } from '@/lib/refunds/refund-reasons'
import { Paragraph } from './letter'

/** The verdict on retrying, its reason, and the way out, as the banner gives them. */
export function WhyItFailed({ reason }: { reason: RefundReason }) {
  return (
    <>
      <Paragraph>
        <strong>{verdictSentence(reason.verdict)}</strong> {reason.why}
      </Paragraph>
      <Paragraph>{reason.wayOut}</Paragraph>
    </>
  )
}

/** The banner's label as a sentence that needs no banner around it. */
export function verdictSentence(verdict: Verdict): string {
  return verdict === 'not_yet' ? 'A retry cannot help yet.' : `${VERDICT_LABELS[verdict]}.`
}
