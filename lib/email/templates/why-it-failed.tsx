import { type RefundReason, verdictSentence } from '@/lib/refunds/refund-reasons'
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
