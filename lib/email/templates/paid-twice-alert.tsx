import { formatCalendarDay, formatMoment } from '@/lib/dates'
import { MANUAL_METHOD_NAMES } from '@/lib/refunds/refund-status'
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

/** To the freelancer: two payments are known for one credit note. */
export function paidTwiceAlert(facts: EmailFacts<'paid_twice_alert'>, links: Links): Letter {
  const amount = amountOf(facts)
  const client = isolated(facts.clientName)
  const { beside } = facts
  const what = facts.disputeId
    ? 'A refund and a chargeback of'
    : facts.madeElsewhere
      ? 'A refund made elsewhere beside the one of'
      : 'Two refunds of'
  return {
    subject: `Paid twice? ${what} ${amount}${facts.madeElsewhere ? '' : ` to ${client}`} — credit note ${facts.creditNoteNumber}`,
    body: (
      <FreelancerLetter
        preview={`Stripe reports a ${facts.disputeId ? 'lost dispute' : 'refund'} beside the refund that you already have on record.`}
        facts={facts}
      >
        <Headline facts={facts}>Your client may have been paid twice</Headline>
        <Paragraph>
          {facts.disputeId
            ? `The dispute over the payment was decided for ${client}: their bank has taken money back from your Stripe balance.`
            : facts.madeElsewhere
              ? `Stripe shows a refund of the same payment, of this amount or more, that was not made by Requite, for example by hand in Stripe’s Dashboard. Whether it was meant for this credit note, Stripe does not say.`
              : `Stripe reports that it has refunded ${client} for this credit note.`}{' '}
          {beside.kind === 'manual'
            ? `The credit note is also marked as refunded ${beside.method === 'chargeback' ? 'through their bank' : 'by hand'}: ${MANUAL_METHOD_NAMES[beside.method]} on ${formatCalendarDay(new Date(beside.refundedOn), facts.locale)}.`
            : facts.disputeId
              ? 'A refund at Stripe has already paid the credit note back.'
              : facts.madeElsewhere
                ? 'The refund that Requite made for it has been paid or is on its way.'
                : 'Another refund at Stripe has already paid it back.'}{' '}
          Nothing on the credit note has been changed.
        </Paragraph>
        <Paragraph>
          Look both payments up before you do anything else. If both have really left, agree with {client} how one of
          them comes back: a completed refund cannot be taken back through Stripe.
          {facts.madeElsewhere && ' If that refund was meant for something else, there is nothing to do.'}
        </Paragraph>
        <Facts
          rows={[
            ['Credit note', facts.creditNoteNumber],
            ['Client', facts.clientName],
            ['Amount', amount],
            ['Noticed on', formatMoment(new Date(facts.noticedAt), facts)],
            facts.disputeId ? ['Dispute', facts.disputeId] : ['Stripe refund', facts.stripeRefundId ?? ''],
            beside.kind === 'manual' ? ['Manual refund', beside.reference] : ['Beside it', beside.stripeRefundId],
          ]}
        />
        <Action href={bannerLink(links, facts)}>Open the credit note</Action>
      </FreelancerLetter>
    ),
  }
}
