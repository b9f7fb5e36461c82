import { atAnyTime, refundReason, verdictSentence } from '@/lib/refunds/refund-reasons'
import type { EmailFacts } from '../email-moments'
import { amountOf, FreelancerLetter, Headline, isolated, type Letter, type Links, Paragraph } from './letter'
import { FailedRefund } from './why-it-failed'

/** To the freelancer: the refund failed, why, whether a retry can help, and where to act. */
export function refundFailed(facts: EmailFacts<'refund_failed'>, links: Links): Letter {
  const reason = atAnyTime(refundReason(facts.reason))
  const amount = amountOf(facts)
  const client = isolated(facts.clientName)
  return {
    subject: `Refund failed: ${amount} to ${client} — credit note ${facts.creditNoteNumber}`,
    body: (
      <FreelancerLetter preview={`${sentence(reason.title)} ${verdictSentence(reason.verdict)}`} facts={facts}>
        <Headline facts={facts}>Refund failed</Headline>
        <Paragraph>
          The refund to {client} did not go through: {reason.title}.
        </Paragraph>
        <FailedRefund reason={reason} when="Failed on" facts={facts} links={links} />
      </FreelancerLetter>
    ),
  }
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}
