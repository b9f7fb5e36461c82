import { render, toPlainText } from '@react-email/render'
import type { Email } from './email-moments'
import type { Letter, Links } from './templates/letter'
import { manualRefundReturnedAlert } from './templates/manual-refund-returned-alert'
import { paidTwiceAlert } from './templates/paid-twice-alert'
import { refundCompleted } from './templates/refund-completed'
import { refundCompletedManually } from './templates/refund-completed-manually'
import { refundFailed } from './templates/refund-failed'
import { refundInitiated } from './templates/refund-initiated'
import { refundReturned } from './templates/refund-returned'
import { refundReturnedAlert } from './templates/refund-returned-alert'
import { refundTriesEnded } from './templates/refund-tries-ended'

export type RenderedEmail = { subject: string; html: string; text: string }

/** Writes an email out, as HTML and as plain text from the same component. Pure: the same facts give the same words. */
export async function renderEmail(email: Email, links: Links): Promise<RenderedEmail> {
  const { subject, body } = letterOf(email, links)
  const html = await render(body)
  return { subject, html, text: toPlainText(html, PLAIN_TEXT).replace(/[ \u200b]+$/gm, '') }
}

function letterOf(email: Email, links: Links): Letter {
  switch (email.moment) {
    case 'refund_initiated':
      return refundInitiated(email.facts)
    case 'refund_completed':
      return refundCompleted(email.facts)
    case 'refund_completed_manually':
      return refundCompletedManually(email.facts)
    case 'refund_returned':
      return refundReturned(email.facts)
    case 'refund_failed':
      return refundFailed(email.facts, links)
    case 'refund_tries_ended':
      return refundTriesEnded(email.facts, links)
    case 'refund_returned_alert':
      return refundReturnedAlert(email.facts, links)
    case 'paid_twice_alert':
      return paidTwiceAlert(email.facts, links)
    case 'manual_refund_returned_alert':
      return manualRefundReturnedAlert(email.facts, links)
  }
}

const PLAIN_TEXT = {
  selectors: [
    { selector: 'h1', options: { uppercase: false } },
    { selector: '[data-text-format="dataTable"]', options: { uppercaseHeaderCells: false } },
  ],
}
