import type { EmailMoment } from '@/lib/email/email-moments'

/** What each email is about, in the timeline and in the list of emails. */
export const EMAIL_WORDS: Record<EmailMoment, string> = {
  refund_initiated: 'Refund initiated',
  refund_completed: 'Refund completed',
  refund_completed_manually: 'Refund completed outside Stripe',
  refund_returned: 'The bank returned the refund',
  refund_failed: 'Refund failed',
  refund_tries_ended: 'Refund still failed',
  refund_returned_alert: 'The bank returned the refund',
  paid_twice_alert: 'Maybe paid twice',
  manual_refund_returned_alert: 'The manual refund came back',
}

/** The words for a stored moment; one that is no longer known stands for itself. */
export function emailWords(moment: string): string {
  return Object.entries(EMAIL_WORDS).find(([known]) => known === moment)?.[1] ?? moment
}
