import { formatDay, formatMoment } from '@/lib/dates'
import { atAnyTime, refundReason, verdictSentence } from '@/lib/refunds/refund-reasons'
import type { EmailFacts } from '../email-moments'
import {
  Action,
  amountOf,
  bannerLink,
  Facts,
  FreelancerLetter,
  Headline,
  isolated,
  type Letter,
  type Links,
  Paragraph,
} from './letter'
import { WhyItFailed } from './why-it-failed'

/** To the freelancer: a completed refund has come back, and the books are open again. */
export function refundReturnedAlert(facts: EmailFacts<'refund_returned_alert'>, links: Links): Letter {
  const reason = atAnyTime(refundReason(facts.reason))
  const amount = amountOf(facts)
  const client = isolated(facts.clientName)
  return {
    subject: `Refund returned: ${amount} to ${client} came back — credit note ${facts.creditNoteNumber}`,
    body: (
      <FreelancerLetter preview={`${client} does not have the money. ${verdictSentence(reason.verdict)}`} facts={facts}>
        <Headline facts={facts}>A completed refund came back</Headline>
        <Paragraph>
          The refund to {client} had been completed, but the money has come back to your Stripe balance: {reason.title}.
          The credit note is open again.
        </Paragraph>
        <WhyItFailed reason={reason} />
        <Facts
          rows={[
            ['Credit note', facts.creditNoteNumber],
            ['Client', facts.clientName],
            ['Amount', amount],
            ['Completed on', facts.completedAt && formatDay(new Date(facts.completedAt), facts)],
            ['Returned on', formatMoment(new Date(facts.returnedAt), facts)],
            ['Stripe says', facts.stripeMessage],
          ]}
        />
        <Paragraph>We have told {client} that the bank returned the refund and that you are on it.</Paragraph>
        <Action href={bannerLink(links, facts)}>Open the refund</Action>
      </FreelancerLetter>
    ),
  }
}
