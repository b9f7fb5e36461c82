import { formatDay } from '@/lib/dates'
import type { EmailFacts } from '../email-moments'
import { amountOf, ClientLetter, Facts, Headline, isolated, type Letter, Paragraph } from './letter'

/** To the client, with the credit note: money is coming back, why, by what way and when. */
export function refundInitiated(facts: EmailFacts<'refund_initiated'>): Letter {
  const amount = amountOf(facts)
  const freelancer = isolated(facts.freelancer.name)
  const way = WAYS[facts.depositMethod]
  return {
    subject: `Refund initiated: ${amount} — credit note ${facts.creditNoteNumber}`,
    body: (
      <ClientLetter preview={`${freelancer} is sending ${amount} back to you. ${way.expect}`} facts={facts}>
        <Headline facts={facts}>Your refund has been initiated</Headline>
        <Paragraph>Hello {isolated(facts.clientName)},</Paragraph>
        <Paragraph>
          With the amendment that you signed, the price of “{isolated(facts.proposalTitle)}” has become lower than what
          you have paid. {freelancer} is sending you the difference, {amount}, {way.how}.
        </Paragraph>
        <Paragraph>{way.expect}</Paragraph>
        <Facts
          rows={[
            ['Credit note', facts.creditNoteNumber],
            ['Issued on', formatDay(new Date(facts.document.issuedAt), facts)],
            ['Amount', amount],
            ['Amendment', facts.amendmentNumber],
            ['Reason', facts.amendmentReason],
            ['Refund to', way.to],
          ]}
        />
        <Paragraph>
          The credit note is attached as a PDF; please keep it with your invoices. You do not have to do anything. We
          will write again when the money has been sent.
        </Paragraph>
      </ClientLetter>
    ),
  }
}

const WAYS = {
  card: {
    how: 'back to the card that you paid the deposit with',
    to: 'the card you paid with',
    expect: 'Card refunds usually arrive within 3–5 business days.',
  },
  sepa: {
    how: 'by bank transfer, as you paid the deposit',
    to: 'your bank account, by transfer',
    expect: 'Once sent, bank transfers usually arrive within 1–2 business days.',
  },
} as const
