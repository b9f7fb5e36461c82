import type { CreditNoteKey } from '@/lib/credit-notes/credit-note'
import { applyAccountNews } from '@/lib/freelancers/find-freelancer'
import { addJob } from '@/lib/jobs'
import { log } from '@/lib/log'
import { type EventFacts, eventFacts } from '@/lib/stripe/event-facts'
import {
  isLatestWord,
  isOnlyATest,
  lockUnhandledEvent,
  markEventHandled,
  markEventUnreadable,
} from '@/lib/stripe/event-inbox'
import { inTransaction, type Transaction } from '@/lib/transaction'
import { applyDispute } from './apply-dispute'
import { applyPayment } from './apply-payment'
import { applyStripeRefund } from './apply-stripe-refund'
import { findNotesWithheld } from './attempt-store'
import type { Cause } from './move-refund'
import { wakeRefunds } from './plan-tries'
import { findCreditNotesOfPayment, findNotesOutOfSight } from './refund-store'

/**
 * Applies a kept event once: its effect and the mark that it is handled commit together, so a crash in between or a second
 * worker repeats nothing. Events that concern nobody here are marked with the reason and change nothing; one that cannot be
 * read stays unhandled, for the sweep to try again when a newer version may read it. False then.
 */
export async function applyStripeEvent(eventId: string): Promise<boolean> {
  return inTransaction(async (tx) => {
    const event = await lockUnhandledEvent(tx, eventId)
    if (!event) return true
    const facts = isOnlyATest(event) ? TEST_MODE : eventFacts(event)
    if (facts.kind === 'other' && facts.why === 'unreadable') {
      log.error({ eventId: event.id, type: event.type }, 'a Stripe event cannot be read by this version')
      await markEventUnreadable(tx, event.id)
      return false
    }
    const cause: Cause = { actor: 'stripe', stripeEventId: event.id }
    await markEventHandled(tx, event.id, await applyFacts(tx, event, facts, cause))
    return true
  })
}

const TEST_MODE = { kind: 'other', why: 'test_mode' } as const

async function applyFacts(
  tx: Transaction,
  event: { id: string; createdAt: Date },
  facts: EventFacts | typeof TEST_MODE,
  cause: Cause,
): Promise<string> {
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
      return applyDispute(tx, { ...facts, toldAt: event.createdAt }, cause)
    case 'account':
    case 'account_authorized':
    case 'account_deauthorized':
      return applyAccountWord(tx, event.id, facts)
    case 'other':
      return facts.why
  }
}

type AccountWord = Extract<EventFacts, { kind: 'account' | 'account_authorized' | 'account_deauthorized' }>

/** Each of these says whether the account is ours to act for. */
const OF_ACCESS = ['account.updated', 'account.application.authorized', 'account.application.deauthorized']

/** So many refunds at most are read at once when an account comes back: the sweep comes to what is left over. */
const MOST_READ_AT_ONCE = 100

/**
 * What Stripe says of an account has no rank by which older news is told from newer: only the latest word counts, so that
 * an account which was taken away and given back is not lost because the two arrive the wrong way round.
 */
async function applyAccountWord(tx: Transaction, eventId: string, word: AccountWord): Promise<string> {
  const { stripeAccountId } = word
  const ofAccess = await isLatestWord(tx, eventId, OF_ACCESS)
  const ofCharges = word.kind === 'account' && (await isLatestWord(tx, eventId, ['account.updated']))
  const connected = word.kind !== 'account_deauthorized'
  // Asked before the account counts as connected again: on one that was so all along, nothing went unseen.
  const unseen = ofAccess && connected ? await findNotesOutOfSight(tx, stripeAccountId, MOST_READ_AT_ONCE) : []
  const news = { chargesEnabled: ofCharges ? word.chargesEnabled : null, disconnected: ofAccess ? !connected : null }
  if (!(await applyAccountNews(tx, stripeAccountId, news))) return 'unknown_account'
  if (!ofAccess && !ofCharges) return 'nothing_new'
  for (const note of unseen) await readSoon(tx, note)
  const usable = word.kind === 'account' ? word.chargesEnabled : connected
  if (ofAccess && usable) {
    await wakeRefunds(tx, 'account_reconnected', { stripeAccountId })
    // What nobody could see before may have paid.
    for (const note of await findNotesWithheld(tx, stripeAccountId)) await readSoon(tx, note)
  }
  return 'applied'
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
  for (const note of waiting) await readSoon(tx, note)
  return waiting.length > 0 ? 'read_from_stripe' : notes.length > 0 ? 'nothing_new' : 'unknown_payment'
}

async function readSoon(tx: Transaction, { freelancerId, creditNoteId }: CreditNoteKey): Promise<void> {
  await addJob(tx, 'read-refunds', { freelancerId, creditNoteId }, { inSeconds: 2, key: `read-${creditNoteId}` })
}
