import { createHash } from 'node:crypto'
import { type LimitedAct, RATE_LIMITS, type RateLimitAnswer, rateLimitAnswer } from './rate-limit-rules'
import { countDown, countUp, readCounter } from './rate-limit-store'

/**
 * Counts one act of the subject (an email, an address, a freelancer's id) and says whether it may go on. It counts before
 * the act, so that a hundred tries at the same instant can't all slip under the limit: an act that turns out harmless is
 * given back with `uncountAct`. Limits hold across instances (rate-limit-rules.ts).
 */
export async function countAct(act: LimitedAct, subject: string): Promise<RateLimitAnswer> {
  const rule = RATE_LIMITS[act]
  return rateLimitAnswer(rule, await countUp(counterKey(act, subject), rule.windowSeconds))
}

/** Gives one count back. */
export async function uncountAct(act: LimitedAct, subject: string): Promise<void> {
  await countDown(counterKey(act, subject))
}

/** Says whether one more such act would be refused, without counting it. */
export async function mayAct(act: LimitedAct, subject: string): Promise<RateLimitAnswer> {
  const rule = RATE_LIMITS[act]
  const { count, secondsLeft } = await readCounter(counterKey(act, subject), rule.windowSeconds)
  return rateLimitAnswer(rule, { count: count + 1, secondsLeft })
}

/** Subjects are personal data, so that only a hash of them is stored. */
function counterKey(act: LimitedAct, subject: string): string {
  return createHash('sha256').update(`${act}\n${subject}`).digest('hex')
}
