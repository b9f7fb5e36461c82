import { formatDay } from '@/lib/dates'
import type { EmailFacts } from '../email-moments'
import { amountOf, ClientLetter, Facts, Headline, isolated, type Letter, Paragraph } from './letter'

/** To the client, a correction: the bank has returned a refund that was announced as sent. */
export function refundReturned(facts: EmailFacts<'refund_returned'>): Letter {
  const amount = amountOf(facts)
  const freelancer = isolated(facts.freelancer.name)
  const sentOn = facts.completedAt && formatDay(new Date(facts.completedAt), facts)
  const returnedOn = formatDay(new Date(facts.returnedAt), facts)
  return {
    subject: `Correction: your bank returned your refund of ${amount} — credit note ${facts.creditNoteNumber}`,
    body: (
      <ClientLetter preview={`The money is with ${freelancer} again, and still yours. We are on it.`} facts={facts}>
        <Headline facts={facts}>Your bank returned your refund</Headline>
        <Paragraph>Hello {isolated(facts.clientName)},</Paragraph>
        <Paragraph>
          We wrote to you that your refund of {amount} had been sent{sentOn ? ` on ${sentOn}` : ''}. Your bank has since
          returned it, so it will not arrive that way. The money is still owed to you: {freelancer} has been told and is
          on it. We will write again when it has been sent anew.
        </Paragraph>
        <Facts
          rows={[
            ['Amount', amount],
            ['Sent on', sentOn],
            ['Returned on', returnedOn],
            ['Credit note', facts.creditNoteNumber],
          ]}
        />
        <Paragraph>
          This mostly happens when a card has been closed or replaced. If yours has, reply to this email and{' '}
          {freelancer} can agree another way with you. Please never send card numbers by email.
        </Paragraph>
      </ClientLetter>
    ),
  }
}
