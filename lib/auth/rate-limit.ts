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

/** At most so many offences are being counted at a time, for the connections they take are missed elsewhere. */
const COUNTING_AT_ONCE = 2
const FORGET_AFTER = 10_000
let counting = 0
const refusedUntil = new Map<string, number>()

/**
 * Like `countAct`, for what only somebody hostile or broken does in numbers and what is never given back: a flood of it
 * must cost the database little. A refusal is remembered in this process until it ends, and while others are being
 * counted an offence passes uncounted.
 */
export async function countOffence(act: LimitedAct, subject: string): Promise<RateLimitAnswer> {
  const before = offendedBefore(act, subject)
  if (!before.ok) return before
  const key = counterKey(act, subject)
  if (counting >= COUNTING_AT_ONCE) return { ok: true }
  counting += 1
  try {
    const answer = await countAct(act, subject)
    if (!answer.ok) {
      if (refusedUntil.size >= FORGET_AFTER) refusedUntil.clear()
      refusedUntil.set(key, performance.now() + answer.retryAfterSeconds * 1000)
    }
    return answer
  } finally {
    counting -= 1
  }
}

/** The refusal of an earlier offence that this process remembers: to be asked before the work that a flood must not cause. */
export function offendedBefore(act: LimitedAct, subject: string): RateLimitAnswer {
  const secondsLeft = ((refusedUntil.get(counterKey(act, subject)) ?? 0) - performance.now()) / 1000
  return secondsLeft > 0 ? { ok: false, retryAfterSeconds: Math.ceil(secondsLeft) } : { ok: true }
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
