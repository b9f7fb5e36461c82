import { formatCalendarDay } from '@/lib/dates'
import { MANUAL_METHOD_NAMES, type ManualMethod } from '@/lib/refunds/refund-status'
import type { EmailFacts } from '../email-moments'
import { amountOf, ClientLetter, Facts, Headline, isolated, type Letter, Paragraph } from './letter'

/** To the client: the freelancer has paid the money back outside Stripe. */
export function refundCompletedManually(facts: EmailFacts<'refund_completed_manually'>): Letter {
  const amount = amountOf(facts)
  const freelancer = isolated(facts.freelancer.name)
  const refundedOn = formatCalendarDay(new Date(facts.manual.refundedOn), facts.locale)
  const method = METHODS[facts.manual.method]
  return {
    subject: `Refund completed: ${amount} ${method.by} — credit note ${facts.creditNoteNumber}`,
    body: (
      <ClientLetter preview={`Paid ${method.by} on ${refundedOn}. Reference: ${facts.manual.reference}`} facts={facts}>
        <Headline facts={facts}>Your refund has been paid</Headline>
        <Paragraph>Hello {isolated(facts.clientName)},</Paragraph>
        <Paragraph>
          {facts.manual.method === 'chargeback'
            ? `The payment that you disputed was decided in your favour on ${refundedOn}, and your bank has taken the money back from ${freelancer}. With it, the ${amount} of this credit note are paid back.`
            : `${freelancer} has paid ${amount} back to you ${method.by} on ${refundedOn}.`}{' '}
          {method.expect}
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

const METHODS: Record<ManualMethod, { by: string; expect: string }> = {
  sepa: { by: 'by SEPA transfer', expect: 'Bank transfers usually arrive within 1–2 business days.' },
  cash: { by: 'in cash', expect: 'There is nothing more to wait for.' },
  paypal: { by: 'through PayPal', expect: 'PayPal usually shows it the same day.' },
  cheque: { by: 'by cheque', expect: 'Your bank credits a cheque some days after you have paid it in.' },
  other: { by: 'outside Stripe', expect: 'The reference below says how.' },
  chargeback: { by: 'through your bank', expect: 'Your bank shows when it was credited to you.' },
}
