import { formatCalendarDay } from '@/lib/dates'
import { MANUAL_METHOD_NAMES, MANUAL_METHOD_PHRASES, type ManualMethod } from '@/lib/refunds/refund-status'
import type { EmailFacts } from '../email-moments'
import { amountOf, ClientLetter, Facts, Headline, isolated, type Letter, Paragraph } from './letter'

/** To the client: the freelancer has paid the money back outside Stripe. */
export function refundCompletedManually(facts: EmailFacts<'refund_completed_manually'>): Letter {
  const amount = amountOf(facts)
  const freelancer = isolated(facts.freelancer.name)
  const refundedOn = formatCalendarDay(new Date(facts.manual.refundedOn), facts.locale)
  const by = MANUAL_METHOD_PHRASES[facts.manual.method]
  return {
    subject: `Refund completed: ${amount} ${by} — credit note ${facts.creditNoteNumber}`,
    body: (
      <ClientLetter preview={`Paid ${by} on ${refundedOn}. Reference: ${facts.manual.reference}`} facts={facts}>
        <Headline facts={facts}>Your refund has been paid</Headline>
        <Paragraph>Hello {isolated(facts.clientName)},</Paragraph>
        <Paragraph>
          {facts.manual.method === 'chargeback'
            ? `The payment that you disputed was decided in your favour on ${refundedOn}, and your bank has taken the money back from ${freelancer}. With it, the ${amount} of this credit note are paid back.`
            : `${freelancer} has paid ${amount} back to you ${by} on ${refundedOn}.`}{' '}
          {EXPECT[facts.manual.method]}
        </Paragraph>
        <Facts
          rows={[
            ['Amount', amount],
            ['Paid on', refundedOn],
            ['Method', MANUAL_METHOD_NAMES[facts.manual.method]],
            ['Reference', facts.manual.reference],
            ['Credit note', facts.creditNoteNumber],
            ['Reason', facts.amendmentReason],
          ]}
        />
        <Paragraph>
          If the money has not reached you, reply to this email and name the credit note {facts.creditNoteNumber}.
        </Paragraph>
      </ClientLetter>
    ),
  }
}

const EXPECT: Record<ManualMethod, string> = {
  sepa: 'Bank transfers usually arrive within 1–2 business days.',
  cash: 'There is nothing more to wait for.',
  paypal: 'PayPal usually shows it the same day.',
  cheque: 'Your bank credits a cheque some days after you have paid it in.',
  other: 'The reference below says how.',
  chargeback: 'Your bank shows when it was credited to you.',
}
