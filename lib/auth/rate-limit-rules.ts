/** Acts that are counted per subject: whom they are counted for is part of the name. */
export const LIMITED_ACTS = [
  'sign_in_failed_per_email',
  'sign_in_failed_per_address',
  'sign_up_per_address',
  'retry_per_freelancer',
  'refresh_per_freelancer',
  'client_link_unknown_per_address',
  'bad_signature_per_address',
  'useless_bounce_per_address',
  'resend_per_freelancer',
  'api_key_unknown_per_address',
] as const
export type LimitedAct = (typeof LIMITED_ACTS)[number]

/** How many times the act may happen in the window before it is refused until the window ends. */
export type RateLimitRule = { times: number; windowSeconds: number }

const MINUTE = 60

/**
 * High enough that neither a person, a team behind one address, nor a test suite meets them; low enough that guessing a
 * password takes years and that Stripe is not stormed. Keys and links are unguessable anyway: their limits only keep
 * guessing from being cheap. Bounces can be forged for one's own mails, and each lets a freelancer send that mail once more,
 * anywhere: twenty addresses an hour is what a person puts right.
 */
export const RATE_LIMITS: Record<LimitedAct, RateLimitRule> = {
  sign_in_failed_per_email: { times: 10, windowSeconds: 15 * MINUTE },
  sign_in_failed_per_address: { times: 200, windowSeconds: 15 * MINUTE },
  sign_up_per_address: { times: 100, windowSeconds: 60 * MINUTE },
  retry_per_freelancer: { times: 300, windowSeconds: MINUTE },
  refresh_per_freelancer: { times: 120, windowSeconds: MINUTE },
  client_link_unknown_per_address: { times: 200, windowSeconds: 15 * MINUTE },
  bad_signature_per_address: { times: 300, windowSeconds: MINUTE },
  useless_bounce_per_address: { times: 120, windowSeconds: MINUTE },
  resend_per_freelancer: { times: 20, windowSeconds: 60 * MINUTE },
  api_key_unknown_per_address: { times: 200, windowSeconds: 15 * MINUTE },
}

/** Whether the act may still happen, and if not, for how long. */
export type RateLimitAnswer = { ok: true } | { ok: false; retryAfterSeconds: number }

/** Reads a counter as the database gave it. */
export function rateLimitAnswer(rule: RateLimitRule, counted: { count: number; secondsLeft: number }): RateLimitAnswer {
  if (counted.count <= rule.times) return { ok: true }
  return { ok: false, retryAfterSeconds: Math.max(1, Math.ceil(counted.secondsLeft)) }
}

/** "in 3 minutes", for a person told to wait. */
export function waitInWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  return minutes <= 1 ? 'in a minute' : `in ${minutes} minutes`
}
