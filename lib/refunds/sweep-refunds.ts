import { resolveAttempt } from './ask-stripe'
import { findLapsedAttempts } from './attempt-store'
import { readStripe } from './refresh-refund'
import { findQuietRefunds } from './refund-store'
import { triggerStripeRefund } from './trigger-refund'

/** How many of each kind one sweep takes on: a backlog is worked off over several sweeps, not in one that never ends. */
const BATCH = 50

/** A refund of which nothing was heard for this long is read from Stripe. */
const QUIET_MINUTES = 60

/** A sweep takes on no more after this long: while Stripe is silent, sweeps must not pile up and hold every worker. */
const SWEEP_MS = 30_000

export type SweepCounts = { resolved: number; begun: number; read: number }

/**
 * Looks after what fell between the cracks: attempts whose process died, pending refunds that nobody began, refunds that
 * went quiet. Safe to run in several processes at once: leases, claims and merges decide.
 */
export async function sweepRefunds(): Promise<SweepCounts> {
  const end = performance.now() + SWEEP_MS
  const counts: SweepCounts = { resolved: 0, begun: 0, read: 0 }
  for (const attemptId of await findLapsedAttempts(BATCH)) {
    if (performance.now() > end) return counts
    await resolveAttempt(attemptId)
    counts.resolved++
  }
  for (const { freelancerId, creditNoteId, status } of await findQuietRefunds(QUIET_MINUTES, BATCH)) {
    if (performance.now() > end) return counts
    if (status === 'pending') {
      await triggerStripeRefund({ freelancerId, creditNoteId, cause: 'automatic', actor: 'worker' })
      counts.begun++
    } else {
      await readStripe({ freelancerId, creditNoteId })
      counts.read++
    }
  }
  return counts
}
