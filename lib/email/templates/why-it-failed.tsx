import { formatMoment } from '@/lib/dates'
import { type RefundReason, verdictSentence } from '@/lib/refunds/refund-reasons'
import type { EmailFacts } from '../email-moments'
import { Action, amountOf, bannerLink, Facts, type Links, Paragraph } from './letter'

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

/** The same of a refund that did not go through, with its facts and the way to where the freelancer can act. */
export function FailedRefund({
  reason,
  when,
  facts,
  links,
}: {
  reason: RefundReason
  /** What `failedAt` is called. */
  when: string
  facts: EmailFacts<'refund_failed'>
  links: Links
}) {
  return (
    <>
      <WhyItFailed reason={reason} />
      <Facts
        rows={[
          ['Credit note', facts.creditNoteNumber],
          ['Client', facts.clientName],
          ['Amount', amountOf(facts)],
          [when, formatMoment(new Date(facts.failedAt), facts)],
          ['Stripe says', facts.stripeMessage],
        ]}
      />
      <Action href={bannerLink(links, facts)}>Open the refund</Action>
    </>
  )
}
