import { formatDay } from '@/lib/dates'
import type { EmailFacts } from '../email-moments'
import { amountOf, ClientLetter, Facts, Headline, isolated, type Letter, Paragraph } from './letter'

/** To the client: Stripe has sent the money, and how to find it. */
export function refundCompleted(facts: EmailFacts<'refund_completed'>): Letter {
  const amount = amountOf(facts)
  const freelancer = isolated(facts.freelancer.name)
  const completedOn = formatDay(new Date(facts.completedAt), facts)
  return {
    subject: `Refund completed: ${amount} — credit note ${facts.creditNoteNumber}`,
    body: (
      <ClientLetter
        preview={`Sent to your card on ${completedOn}. Banks usually show it within 3–5 business days.`}
        facts={facts}
      >
        <Headline facts={facts}>Your refund is completed</Headline>
        <Paragraph>Hello {isolated(facts.clientName)},</Paragraph>
        <Paragraph>
          {freelancer} sent {amount} back to the card that you paid the deposit with, on {completedOn}. Banks usually
          show it within 3–5 business days: as a credit, or by letting the original payment disappear from your
          statement.
        </Paragraph>
        <Facts
          rows={[
            ['Amount', amount],
            ['Sent on', completedOn],
            ['Refund to', 'the card you paid with, through Stripe'],
            ['Trace number', facts.traceNumber],
            ['Credit note', facts.creditNoteNumber],
            ['Reason', facts.amendmentReason],
          ]}
        />
        <Paragraph>
          {facts.traceNumber
            ? `Not there after 5 business days? Give your bank the trace number ${facts.traceNumber} (they may call it ARN) and ask them to look the refund up.`
            : 'Not there after 5 business days? Reply to this email and ask for the trace number, with which your bank can look the refund up.'}
        </Paragraph>
      </ClientLetter>
    ),
  }
}
