import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { formatCalendarDay, formatDay, type Reader } from '@/lib/dates'
import { MANUAL_METHOD_PHRASES } from '@/lib/refunds/refund-status'
import type { Tone } from './ui/tone'

export type ClientRefundWords = { tone: Tone; sentence: string; more: string }

/** A refund in the client's words. Why something failed is between the freelancer and Stripe: it is never told here. */
export function clientRefundWords(note: CreditNote, freelancerName: string, reader: Reader): ClientRefundWords {
  switch (note.refundStatus) {
    case 'pending':
      if (note.depositMethod === 'sepa') {
        return {
          tone: 'moving',
          sentence: 'Your refund has been initiated.',
          more: `${freelancerName} sends the money to your bank account by transfer. You get an email once it has left.`,
        }
      }
      return {
        tone: 'moving',
        sentence: 'Your refund has been initiated.',
        more: note.depositConfirmed
          ? 'It goes back to the card you paid with. You can close this page: you get an email once it is done.'
          : 'It starts by itself as soon as your deposit has been confirmed. You get an email once it is done.',
      }
    case 'requested':
      if (note.pendingReason === 'requires_action') {
        return {
          tone: 'needs_you',
          sentence: 'Stripe needs to know where to send your refund.',
          more: 'Stripe has sent you an email asking where the money should go. Please look for it, in the spam folder too.',
        }
      }
      return {
        tone: 'moving',
        sentence: 'Your refund is on its way.',
        more: 'It goes back to the card you paid with, usually within 3–5 business days. Some banks take longer to show it.',
      }
    case 'succeeded':
      return {
        tone: 'done',
        sentence: note.settledAt ? `Refund completed on ${formatDay(note.settledAt, reader)}.` : 'Refund completed.',
        more: 'The money has been sent to the card you paid with. Your bank can take some days to show it.',
      }
    case 'manual':
      return {
        tone: 'done',
        sentence: note.manual
          ? `Refund completed on ${formatCalendarDay(note.manual.refundedOn, reader.locale)}.`
          : 'Refund completed.',
        more: sentByHand(note.manual, freelancerName),
      }
    case 'failed':
      return {
        tone: 'waiting',
        sentence: 'We are looking into your refund.',
        more: `It is taking longer than planned. ${freelancerName} knows and will make sure that you get your money. You don’t have to do anything.`,
      }
  }
}

function sentByHand(manual: CreditNote['manual'], freelancerName: string): string {
  if (!manual) return `${freelancerName} sent it.`
  if (manual.method === 'chargeback')
    return `Your bank has taken the money back for you: the payment that you disputed was decided in your favour. Reference: ${manual.reference}`
  return `${freelancerName} sent it ${MANUAL_METHOD_PHRASES[manual.method]}. Reference: ${manual.reference}`
}
