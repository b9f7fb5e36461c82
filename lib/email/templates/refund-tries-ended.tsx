import { goesOnByItself, refundReason, verdictSentence, withoutWaiting } from '@/lib/refunds/refund-reasons'
import type { EmailFacts } from '../email-moments'
import { amountOf, FreelancerLetter, Headline, isolated, type Letter, type Links, Paragraph } from './letter'
import { FailedRefund } from './why-it-failed'

/** To the freelancer, who was told that Requite tries again by itself: it has, and what the refund waits for now. */
export function refundTriesEnded(facts: EmailFacts<'refund_tries_ended'>, links: Links): Letter {
  const tries = { planned: false, made: facts.tries, stopped: false }
  const goesOn = goesOnByItself(refundReason(facts.reason), tries)
  const reason = withoutWaiting(refundReason(facts.reason), tries)
  const amount = amountOf(facts)
  const client = isolated(facts.clientName)
  const times = facts.tries === 1 ? 'once more' : `${facts.tries} more times`
  return {
    subject: `Refund still failed: ${amount} to ${client} — credit note ${facts.creditNoteNumber}`,
    body: (
      <FreelancerLetter
        preview={`Requite tried ${times}${goesOn ? '' : ' and now waits for you'}. ${verdictSentence(reason.verdict)}`}
        facts={facts}
      >
        <Headline facts={facts}>{goesOn ? 'This refund has still failed' : 'This refund now waits for you'}</Headline>
        <Paragraph>
          Requite has tried the refund to {client} {times} by itself, and it still did not go through: {reason.title}.
        </Paragraph>
        <FailedRefund reason={reason} when="Last tried on" facts={facts} links={links} />
      </FreelancerLetter>
    ),
  }
}
