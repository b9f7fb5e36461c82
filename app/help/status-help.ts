import type { RefundBannerView, RefundStatus } from '@/lib/refunds/refund-status'
import { MOST_AUTOMATIC_TRIES } from '@/lib/refunds/refund-tries'

/** What a status means, what happens next by itself, and what the freelancer can do. */
export type StatusHelp = {
  title: string
  mood: RefundBannerView['mood']
  meaning: string
  next: string
  acts: readonly string[]
}

export const STATUS_HELP: Record<RefundStatus, StatusHelp> = {
  pending: {
    title: 'Pending',
    mood: 'waiting',
    meaning:
      'The credit note is issued and the money has not begun to move. Either Stripe has not confirmed the deposit yet, or Stripe is being asked right now, or the deposit came by bank transfer and has to go back the same way, by your hand.',
    next: 'A refund of a card deposit starts by itself as soon as Stripe confirms the deposit. While Stripe’s answer is awaited, Requite finds it out by itself.',
    acts: [
      'Refresh status reads at Stripe how things stand.',
      'Retry asks Stripe for the refund now. While an earlier request is still open it is not offered, so that nothing is paid twice.',
      'Mark refunded, for a deposit that came by bank transfer: once you have sent the money back.',
    ],
  },
  requested: {
    title: 'Requested',
    mood: 'moving',
    meaning: 'Stripe has accepted the refund. The money is on its way to your client’s card.',
    next: 'Expect it to arrive in 3–5 business days; some banks take longer to show it. The page changes by itself when Stripe reports how it ended. While your Stripe account is not connected Requite can’t see that: the banner then says so.',
    acts: ['Refresh status reads at Stripe how things stand.'],
  },
  succeeded: {
    title: 'Succeeded',
    mood: 'done',
    meaning:
      'Stripe has sent the money back. If your client can’t find it, give them the trace number on the credit note: their bank can find the payment with it. It can arrive some days after the refund.',
    next: 'Nothing. On rare occasions a bank returns a refund up to 30 days later; the credit note then reads failed again and you are told. Should Stripe show another refund of the payment that may have sent the same money, you are warned that your client may have been paid twice.',
    acts: ['Download PDF gives you the credit note with the completed refund.'],
  },
  failed: {
    title: 'Failed',
    mood: 'failed',
    meaning:
      'Stripe refused the refund, or your client’s bank returned it. The banner names the reason, says whether a retry can help, and what to do.',
    next: `Where the reason passes by itself, Requite tries again, at most ${MOST_AUTOMATIC_TRIES} times: the banner says when, and you can stop it. Otherwise the banner says what it waits for. Your client hears of it only when a refund that they were told had completed comes back.`,
    acts: [
      'Retry asks Stripe afresh. Where that can’t help, it stands behind a second look.',
      'Mark refunded, once you have sent the money another way.',
    ],
  },
  manual: {
    title: 'Manual',
    mood: 'done',
    meaning:
      'You have sent the money back yourself, outside Stripe, or a lost dispute has given it back through your client’s bank, and you have marked it refunded. Method, date and reference stand on the credit note, and your client has a confirmation by email.',
    next: 'Nothing. Stripe can’t be asked for this credit note any more. Should Stripe report a refund for it all the same, you are warned that your client may have been paid twice.',
    acts: ['Download PDF gives you the credit note with the completed refund.'],
  },
}
