import { LIMITED_ACTS, RATE_LIMITS } from './rate-limit-rules'
import { deleteCountersOlderThan } from './rate-limit-store'
import { deleteEndedSessions } from './session-store'

/** Deletes sessions and counters that no longer mean anything. The worker runs it now and then; returns how many went. */
export async function clearOutAuth(): Promise<{ sessions: number; counters: number }> {
  const longestWindow = Math.max(...LIMITED_ACTS.map((act) => RATE_LIMITS[act].windowSeconds))
  return { sessions: await deleteEndedSessions(), counters: await deleteCountersOlderThan(longestWindow) }
}
