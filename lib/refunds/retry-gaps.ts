/** How often one attempt asks Stripe in all when each time it certainly did not get through: about half a minute. */
const CALLS_IN_BUDGET = 6

/** The longest gap between two calls of one attempt, in seconds. */
const LONGEST_GAP = 600

/** Seconds until the same key is asked again: doubling from one second, jittered by `chance` (0 to 1) so that many don't ask at once. */
export function retryGap(calls: number, chance: number): number {
  return Math.min(LONGEST_GAP, 2 ** (calls - 1)) * (0.5 + chance)
}

/** True when calls that never got through have been tried often enough to tell the freelancer that it failed. */
export function spentItsBudget(calls: number): boolean {
  return calls >= CALLS_IN_BUDGET
}
