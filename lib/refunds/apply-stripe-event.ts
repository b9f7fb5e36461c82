import { applyAccountNews } from '@/lib/freelancers/find-freelancer'
import { addJob } from '@/lib/jobs'
import { type EventFacts, eventFacts } from '@/lib/stripe/event-facts'
import { lockUnhandledEvent, markEventHandled } from '@/lib/stripe/event-inbox'
import { inTransaction, type Transaction } from '@/lib/transaction'
import { applyDispute } from './apply-dispute'
import { applyPayment } from './apply-payment'
import { applyStripeRefund } from './apply-stripe-refund'
import type { Cause } from './move-refund'
import { wakeRefunds } from './plan-tries'
import { findCreditNotesOfPayment } from './refund-store'

/**
 * Applies a kept event once: its effect and the mark that it is handled commit together, so a crash in between or a second
 * worker repeats nothing. Events that concern nobody here are marked with the reason and change nothing.
 */
export async function applyStripeEvent(eventId: string): Promise<void> {
  await inTransaction(async (tx) => {
    const event = await lockUnhandledEvent(tx, eventId)
    if (!event) return
    const outcome = await applyFacts(tx, eventFacts(event), { actor: 'stripe', stripeEventId: event.id })
    await markEventHandled(tx, event.id, outcome)
  })
}

async function applyFacts(tx: Transaction, facts: EventFacts, cause: Cause): Promise<string> {
  switch (facts.kind) {
    case 'refund':
      return applyStripeRefund(tx, facts.news, cause)
    case 'charge_refunded':
      return readRefundsSoon(tx, facts)
    case 'payment_succeeded':
      return (await applyPayment(tx, { ...facts, checkoutSessionId: null }, cause)) ? 'applied' : 'nothing_new'
    case 'checkout_completed':
      if (!facts.paid) return 'nothing_new'
      return (await applyPayment(tx, { ...facts, chargeId: null }, cause)) ? 'applied' : 'nothing_new'
    case 'dispute':
      return applyDispute(tx, facts, cause)
    case 'account': {
      const { stripeAccountId, chargesEnabled } = facts
      if (!(await applyAccountNews(tx, stripeAccountId, { chargesEnabled, disconnected: false })))
        return 'unknown_account'
      if (chargesEnabled) await wakeRefunds(tx, 'account_reconnected', { stripeAccountId })
      return 'applied'
    }
    case 'account_authorized': {
      const { stripeAccountId } = facts
      if (!(await applyAccountNews(tx, stripeAccountId, { chargesEnabled: null, disconnected: false })))
        return 'unknown_account'
      await wakeRefunds(tx, 'account_reconnected', { stripeAccountId })
      return 'applied'
    }
    case 'account_deauthorized':
      return (await applyAccountNews(tx, facts.stripeAccountId, { chargesEnabled: false, disconnected: true }))
        ? 'applied'
        : 'unknown_account'
    case 'other':
      return facts.why
  }
}

/**
 * `charge.refunded` says that money goes back, but not by which refund. Where a note is still waiting to hear of its own,
 * Stripe is read, for `refund.created` may never come.
 */
async function readRefundsSoon(
  tx: Transaction,
  payment: { stripeAccountId: string; paymentIntentId: string },
): Promise<string> {
  const notes = await findCreditNotesOfPayment(payment.stripeAccountId, payment.paymentIntentId, tx)
  const waiting = notes.filter(({ status }) => status === 'pending' || status === 'requested')
  for (const { freelancerId, creditNoteId } of waiting) {
    await addJob(tx, 'read-refunds', { freelancerId, creditNoteId }, { inSeconds: 2, key: `read-${creditNoteId}` })
  }
  return waiting.length > 0 ? 'read_from_stripe' : notes.length > 0 ? 'nothing_new' : 'unknown_payment'
}
