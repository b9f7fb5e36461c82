import { formatCalendarDay, formatMoment } from '@/lib/dates'
import { refundReason } from '@/lib/refunds/refund-reasons'
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

/** To the freelancer: what a credit note was marked as refunded by has come back. */
export function manualRefundReturnedAlert(facts: EmailFacts<'manual_refund_returned_alert'>, links: Links): Letter {
  const amount = amountOf(facts)
  const client = isolated(facts.clientName)
  const { manual, returned } = facts
  return {
    subject: `Not refunded after all? ${amount} to ${client} came back — credit note ${facts.creditNoteNumber}`,
    body: (
      <FreelancerLetter preview={`${client} does not have the money any more.`} facts={facts}>
        <Headline facts={facts}>What had paid this credit note came back</Headline>
        <Paragraph>
          {returned.kind === 'dispute'
            ? `The dispute over the payment was decided once more, this time for you: the money that ${client} had got through their bank is back in your Stripe balance.`
            : `Stripe reports that refund ${returned.stripeRefundId} did not reach ${client}: ${refundReason(returned.reason).title}. The money is back in your Stripe balance.`}{' '}
          You have marked the credit note as refunded with it on{' '}
          {formatCalendarDay(new Date(manual.refundedOn), facts.locale)}, and have told {client} so.
        </Paragraph>
        <Paragraph>
          Send {client} the money another way, for example by bank transfer, and let them know. The credit note stays
          marked as refunded: its timeline shows what happened.
        </Paragraph>
        <Facts
          rows={[
            ['Credit note', facts.creditNoteNumber],
            ['Client', facts.clientName],
            ['Amount', amount],
            ['Noticed on', formatMoment(new Date(facts.noticedAt), facts)],
            ['Manual refund', manual.reference],
            returned.kind === 'dispute' ? ['Dispute', returned.disputeId] : ['Stripe refund', returned.stripeRefundId],
          ]}
        />
        <Action href={bannerLink(links, facts)}>Open the credit note</Action>
      </FreelancerLetter>
    ),
  }
}
