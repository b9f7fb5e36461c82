import type { CreditNoteKey } from '@/lib/credit-notes/credit-note'
import { findCreditNote } from '@/lib/credit-notes/find-credit-note'
import { describeFailure } from '@/lib/failures'
import { addJob } from '@/lib/jobs'
import { log } from '@/lib/log'
import { takeUpUnhandledEvents } from '@/lib/stripe/event-inbox'
import { fetchMissedEvents } from '@/lib/stripe/fetch-missed-events'
import { readAvailableBalance } from '@/lib/stripe/read-balance'
import { inTransaction } from '@/lib/transaction'
import { applyStripeEvent } from './apply-stripe-event'
import { resolveAttempt } from './ask-stripe'
import { findLapsedAttempts } from './attempt-store'
import { findDueTries, findRefundsShortOfBalance } from './automatic-tries-store'
import { breakerOpenFor } from './breaker-store'
import { wakeRefund } from './plan-tries'
import { readStripe } from './refresh-refund'
import type { RefundStatus } from './refund-status'
import { findQuietRefunds, writeStripeRead } from './refund-store'
import { HEALED_BY, MOST_AUTOMATIC_TRIES } from './refund-tries'
import { beginSweep, endSweep, type SweepCounts, type SweepFindingKind, writeSweepFinding } from './sweep-store'
import { triggerStripeRefund } from './trigger-refund'

/** How many of each kind one sweep takes on: a backlog is worked off over several sweeps, not in one that never ends. */
const BATCH = 50

/** A sweep takes on no more after this long: while Stripe is slow, sweeps must not pile up and hold every worker. */
const SWEEP_MS = 30_000

/** Seconds between two sweeps. */
const SWEEP_EVERY = 15

/**
 * Looks after what fell between the cracks: attempts whose process died, planned tries whose job was lost, refunds that
 * nobody began or that went quiet, balances that were topped up, events that never arrived or that nobody has handled. In
 * bounded batches, and safe in several processes at once: leases, claims, merges and the inbox decide. While Stripe is down
 * it leaves it alone.
 */
export async function sweepRefunds(): Promise<SweepCounts> {
  const id = await beginSweep()
  const counts: SweepCounts = {
    attemptsResolved: 0,
    triesMade: 0,
    refundsBegun: 0,
    refundsRead: 0,
    balancesHealed: 0,
    accountsRead: 0,
    eventsMissed: 0,
    eventsTakenUp: 0,
    eventsUnreadable: 0,
  }
  const end = performance.now() + SWEEP_MS
  const timeIsUp = () => performance.now() > end
  // Needs no Stripe.
  await apart('unhandled events', () => applyUnhandledEvents(counts, timeIsUp))
  if ((await breakerOpenFor()) === 0) {
    await apart('lapsed attempts', () => resolveLapsedAttempts(counts, timeIsUp))
    await apart('due tries', () => makeDueTries(counts, timeIsUp))
    await apart('quiet refunds', () => lookAfterQuietRefunds(counts, timeIsUp))
    await apart('short balances', () => healShortBalances(counts, timeIsUp))
    await apart('missed events', async () => {
      const { accounts, missed } = await fetchMissedEvents(timeIsUp)
      counts.accountsRead = accounts
      for (const { freelancerId, events } of missed) {
        counts.eventsMissed += events
        await writeSweepFinding({ freelancerId, kind: 'events_missed', quantity: events })
      }
    })
  }
  await endSweep(id, counts)
  return counts
}

/** One refund that cannot be looked after must not keep the sweep from all the others, sweep after sweep. */
async function apart(part: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    log.error({ part, failure: describeFailure(error) }, 'a part of the sweep was cut short')
  }
}

/** Sweeps, and sees to it that the next sweep comes; several workers share one series of sweeps. */
export async function sweepAndGoOn(): Promise<SweepCounts> {
  await inTransaction((tx) => addJob(tx, 'sweep-refunds', {}, { inSeconds: SWEEP_EVERY, key: 'next-sweep' }))
  return sweepRefunds()
}

async function applyUnhandledEvents(counts: SweepCounts, timeIsUp: () => boolean): Promise<void> {
  for (const eventId of await takeUpUnhandledEvents(BATCH)) {
    if (timeIsUp()) return
    await apart(`event ${eventId}`, async () => {
      if (!(await applyStripeEvent(eventId))) counts.eventsUnreadable++
    })
    counts.eventsTakenUp++
  }
}

async function resolveLapsedAttempts(counts: SweepCounts, timeIsUp: () => boolean): Promise<void> {
  for (const { attemptId, ...note } of await findLapsedAttempts(BATCH)) {
    if (timeIsUp()) return
    await apart(`attempt ${attemptId}`, async () => {
      await resolveAttempt(attemptId)
      const standing = await findCreditNote(note.freelancerId, note.creditNoteId)
      if (standing?.attemptOpen) return
      await writeSweepFinding({ ...note, kind: 'attempt_resolved' })
      counts.attemptsResolved++
    })
  }
}

async function makeDueTries(counts: SweepCounts, timeIsUp: () => boolean): Promise<void> {
  for (const note of await findDueTries(BATCH)) {
    if (timeIsUp()) return
    const before = await findCreditNote(note.freelancerId, note.creditNoteId)
    await triggerStripeRefund({ ...note, cause: 'automatic', actor: 'worker' })
    const after = await findCreditNote(note.freelancerId, note.creditNoteId)
    // Held back by a refund made elsewhere, it was not made after all.
    if (after?.attempts === before?.attempts) continue
    await writeSweepFinding({ ...note, kind: 'try_made' })
    counts.triesMade++
  }
}

async function lookAfterQuietRefunds(counts: SweepCounts, timeIsUp: () => boolean): Promise<void> {
  for (const { freelancerId, creditNoteId, status, confirmed } of await findQuietRefunds(BATCH)) {
    if (timeIsUp()) return
    // First, so that one that stays quiet goes to the end of the line.
    await writeStripeRead(creditNoteId)
    if (status === 'pending' && confirmed) {
      await triggerStripeRefund({ freelancerId, creditNoteId, cause: 'automatic', actor: 'worker' })
      await noteWhatMoved({ freelancerId, creditNoteId }, status, 'refund_begun')
      counts.refundsBegun++
    } else {
      await apart(`credit note ${creditNoteId}`, async () => {
        await readStripe({ freelancerId, creditNoteId })
        await noteWhatMoved({ freelancerId, creditNoteId }, status, 'news_read')
      })
      counts.refundsRead++
    }
  }
}

/** Most looks find nothing new; only those that did are worth telling. */
async function noteWhatMoved(note: CreditNoteKey, before: RefundStatus, kind: SweepFindingKind): Promise<void> {
  const now = await findCreditNote(note.freelancerId, note.creditNoteId)
  if (now?.refundStatus !== before) await writeSweepFinding({ ...note, kind })
}

/** A balance that covers a refund again starts it; each account and currency is read once a sweep. */
async function healShortBalances(counts: SweepCounts, timeIsUp: () => boolean): Promise<void> {
  const left = new Map<string, number>()
  for (const note of await findRefundsShortOfBalance(HEALED_BY.balance_topped_up, MOST_AUTOMATIC_TRIES, BATCH)) {
    if (timeIsUp()) return
    const purse = `${note.stripeAccountId} ${note.currency}`
    if (!left.has(purse)) {
      const available = await readAvailableBalance(note.stripeAccountId, note.currency)
      left.set(purse, available.ok ? available.value : 0)
    }
    const available = left.get(purse) ?? 0
    if (available < note.amount) continue
    left.set(purse, available - note.amount)
    const { freelancerId, creditNoteId } = note
    const woken = await inTransaction((tx) => wakeRefund(tx, { freelancerId, creditNoteId }, 'balance_topped_up'))
    if (!woken) continue
    await writeSweepFinding({ freelancerId, creditNoteId, kind: 'balance_topped_up' })
    counts.balancesHealed++
  }
}
