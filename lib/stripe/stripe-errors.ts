import Stripe from 'stripe'

/** What a failed call means for money: a definite no, or an outcome that nobody knows yet. */
export type StripeTrouble = {
  kind: 'refused' | 'unknown'
  /** A code of lib/refunds/refund-reasons.ts. */
  code: string
  message: string
  requestId: string | null
  /** False when the request certainly never began at Stripe, so giving up on it can pay nobody. */
  mayHaveHappened: boolean
  /**
   * How much of what was asked with this key is certainly over at Stripe, so that the list of refunds tells what came of it:
   * nothing (turned away before the key was looked at), this call (Stripe's own 500), or every call (an answer that is kept
   * under the key: none with it is still at work, and one that arrives later gets the same).
   */
  over: 'nothing' | 'this_call' | 'every_call'
}

/** Errors of fetch that mean: no connection, so nothing was sent. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Refusals that Stripe words but does not code (stripe.md, "Refusals"). */
const WORDED_REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/greater than (the )?unrefunded amount|greater than charge amount/i, 'amount_exceeds_remaining'],
  [/does not have a successful charge/i, 'no_successful_charge'],
  [/has been charged back/i, 'charge_disputed'],
  [/already been refunded/i, 'charge_already_refunded'],
]

/** Answered before Stripe looks at the idempotency key: they say nothing of an earlier call with it. */
const TURNED_AWAY = new Set([401, 403, 429])

/** Stripe quotes a key that it refuses, all but its last letters starred out; tenants read these messages. */
const KEY = /\b[rsp]k_(live|test)_[\w*]+/g

/** Reads what the SDK threw. Errors that are not about Stripe are thrown on: they are bugs. */
export function readStripeTrouble(error: unknown): StripeTrouble {
  if (!(error instanceof Stripe.errors.StripeError)) throw error
  const told = { message: error.message.replaceAll(KEY, '…'), requestId: error.requestId ?? null }
  const refused = (code: string): StripeTrouble => ({
    ...told,
    kind: 'refused',
    code,
    mayHaveHappened: false,
    over: TURNED_AWAY.has(error.statusCode ?? 0) ? 'nothing' : 'every_call',
  })
  const unknown = (code: string, mayHaveHappened: boolean): StripeTrouble => ({
    ...told,
    kind: 'unknown',
    code,
    mayHaveHappened,
    over: 'nothing',
  })

  if (error instanceof Stripe.errors.StripeConnectionError) {
    return unknown('api_connection_error', !NEVER_SENT.has(systemErrorCode(error.detail)))
  }
  // Without a status there was an answer that could not be read: it may well have been a yes.
  const status = error.statusCode
  if (status === undefined || status < 400) return unknown('unreadable_answer', true)

  const shouldRetry = error.headers?.['stripe-should-retry']
  if (status === 429) {
    const code = error.code === 'lock_timeout' ? 'lock_timeout' : 'rate_limit'
    return shouldRetry === 'false' ? refused(code) : unknown(code, false)
  }
  if (status === 409) return unknown(error.code ?? 'idempotency_key_in_use', true)
  // A 502, 503 or 504 may come from a gateway in front of Stripe, while the request is still at work behind it.
  if (status >= 500) {
    const replayed = error.headers?.['idempotent-replayed'] === 'true'
    return { ...unknown('api_error', true), over: replayed ? 'every_call' : status === 500 ? 'this_call' : 'nothing' }
  }
  if (shouldRetry === 'true') return unknown(error.code ?? 'api_error', true)
  if (error instanceof Stripe.errors.StripeIdempotencyError) return refused('idempotency_error')
  if (error.code) return refused(error.code)
  const worded = WORDED_REFUSALS.find(([words]) => words.test(error.message))
  if (worded) return refused(worded[1])
  if (status === 401) return refused('authentication_failed')
  if (status === 403) return refused('account_invalid')
  return refused('invalid_request')
}

function systemErrorCode(detail: unknown): string {
  for (let cause: unknown = detail; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  }
  return ''
}
