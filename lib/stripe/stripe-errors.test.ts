import Stripe from 'stripe'
import { describe, expect, test } from 'vitest'
import { refundReason } from '@/lib/refunds/refund-reasons'
import { readStripeTrouble, type StripeTrouble } from './stripe-errors'

type Answer = {
  type?: 'invalid_request_error' | 'idempotency_error' | 'api_error'
  code?: string
  message?: string
  headers?: Record<string, string>
}

/** What the SDK throws for an answer of Stripe's. */
function thrown(status: number, { type = 'invalid_request_error', code, message = 'No.', headers = {} }: Answer = {}) {
  const raw = { type, code, message, statusCode: status, headers, requestId: 'req_1' }
  if (status === 401) return new Stripe.errors.StripeAuthenticationError(raw)
  if (status === 403) return new Stripe.errors.StripePermissionError(raw)
  if (status === 429) return new Stripe.errors.StripeRateLimitError(raw)
  if (type === 'idempotency_error') return new Stripe.errors.StripeIdempotencyError(raw)
  if (type === 'api_error') return new Stripe.errors.StripeAPIError(raw)
  return new Stripe.errors.StripeInvalidRequestError(raw)
}

/** What the SDK throws when the network failed: fetch's error, with the system's own below it. */
function lost(systemCode?: string): Stripe.errors.StripeConnectionError {
  const system = systemCode ? Object.assign(new Error('connect'), { code: systemCode }) : undefined
  const detail = new TypeError('fetch failed', { cause: system })
  return new Stripe.errors.StripeConnectionError({ message: 'An error occurred', detail })
}

describe('a definite no', () => {
  test.each<[string, Stripe.errors.StripeError, string]>([
    ['already refunded', thrown(400, { code: 'charge_already_refunded' }), 'charge_already_refunded'],
    ['disputed', thrown(400, { code: 'charge_disputed' }), 'charge_disputed'],
    ['not refundable', thrown(400, { code: 'charge_not_refundable' }), 'charge_not_refundable'],
    ['unknown payment', thrown(404, { code: 'resource_missing' }), 'resource_missing'],
    ['our key has expired', thrown(401, { code: 'api_key_expired' }), 'api_key_expired'],
    ['our key is wrong', thrown(401), 'authentication_failed'],
    ['access revoked', thrown(403, { code: 'account_invalid' }), 'account_invalid'],
    ['access revoked, uncoded', thrown(403), 'account_invalid'],
    ['key used with other parameters', thrown(400, { type: 'idempotency_error' }), 'idempotency_error'],
    [
      'more than is left',
      thrown(400, { message: 'Refund amount ($40.00) is greater than unrefunded amount on charge ($30.00)' }),
      'amount_exceeds_remaining',
    ],
    [
      'more than was paid',
      thrown(400, { message: 'Refund amount ($40.00) is greater than charge amount ($30.00)' }),
      'amount_exceeds_remaining',
    ],
    [
      'no successful charge',
      thrown(400, { message: 'This PaymentIntent (pi_1) does not have a successful charge to refund.' }),
      'no_successful_charge',
    ],
    [
      'charged back, uncoded',
      thrown(400, { message: 'Charge ch_1 has been charged back; cannot issue a refund.' }),
      'charge_disputed',
    ],
    [
      'refunded, uncoded',
      thrown(400, { message: 'Charge ch_1 has already been refunded.' }),
      'charge_already_refunded',
    ],
    ['anything else', thrown(400), 'invalid_request'],
    [
      'busy, and not to be asked again',
      thrown(429, { code: 'rate_limit', headers: { 'stripe-should-retry': 'false' } }),
      'rate_limit',
    ],
  ])('%s', (_, error, code) => {
    expect(readStripeTrouble(error)).toMatchObject({ kind: 'refused', code, mayHaveHappened: false })
  })
})

test.each([
  [401, 'nothing'],
  [403, 'nothing'],
  [400, 'every_call'],
  [404, 'every_call'],
] as const)('a refusal with %i tells that %s asked with its key is over', (status, over) => {
  expect(readStripeTrouble(thrown(status))).toMatchObject({ kind: 'refused', over })
})

test('a busy answer that is final tells nothing of an earlier call with its key', () => {
  const busy = thrown(429, { headers: { 'stripe-should-retry': 'false' } })
  expect(readStripeTrouble(busy)).toMatchObject({ kind: 'refused', over: 'nothing' })
})

describe('nobody knows: never a definite no', () => {
  type Proof = Pick<StripeTrouble, 'mayHaveHappened' | 'over'>
  const nothing: Proof = { mayHaveHappened: true, over: 'nothing' }
  const notBegun: Proof = { mayHaveHappened: false, over: 'nothing' }

  test.each<[string, Stripe.errors.StripeError, string, Proof]>([
    ['500', thrown(500, { type: 'api_error' }), 'api_error', { mayHaveHappened: true, over: 'this_call' }],
    [
      '500, replayed',
      thrown(500, { type: 'api_error', headers: { 'idempotent-replayed': 'true' } }),
      'api_error',
      { mayHaveHappened: true, over: 'every_call' },
    ],
    ['502 of a gateway', thrown(502, { type: 'api_error' }), 'api_error', nothing],
    ['503', thrown(503, { type: 'api_error' }), 'api_error', nothing],
    ['504', thrown(504, { type: 'api_error' }), 'api_error', nothing],
    [
      '500 that is not to be asked again',
      thrown(500, { headers: { 'stripe-should-retry': 'false' } }),
      'api_error',
      { mayHaveHappened: true, over: 'this_call' },
    ],
    [
      'key in use',
      thrown(409, { type: 'api_error', code: 'idempotency_key_in_use' }),
      'idempotency_key_in_use',
      nothing,
    ],
    ['409, uncoded', thrown(409, { type: 'api_error' }), 'idempotency_key_in_use', nothing],
    ['busy', thrown(429, { code: 'rate_limit' }), 'rate_limit', notBegun],
    ['busy, uncoded', thrown(429), 'rate_limit', notBegun],
    ['locked', thrown(429, { code: 'lock_timeout' }), 'lock_timeout', notBegun],
    [
      'a 400 to be asked again',
      thrown(400, { code: 'charge_disputed', headers: { 'stripe-should-retry': 'true' } }),
      'charge_disputed',
      nothing,
    ],
    [
      'an answer that is no JSON',
      new Stripe.errors.StripeAPIError({ type: 'api_error', message: 'Invalid JSON received' }),
      'unreadable_answer',
      nothing,
    ],
    ['a 200 that is an error', thrown(200, { type: 'api_error' }), 'unreadable_answer', nothing],
    ['connection refused', lost('ECONNREFUSED'), 'api_connection_error', notBegun],
    ['no such host', lost('ENOTFOUND'), 'api_connection_error', notBegun],
    ['no name server', lost('EAI_AGAIN'), 'api_connection_error', notBegun],
    ['never connected in time', lost('UND_ERR_CONNECT_TIMEOUT'), 'api_connection_error', notBegun],
    ['connection reset', lost('ECONNRESET'), 'api_connection_error', nothing],
    ['connection closed', lost('UND_ERR_SOCKET'), 'api_connection_error', nothing],
    ['time-out', lost(), 'api_connection_error', nothing],
  ])('%s', (_, error, code, proof) => {
    expect(readStripeTrouble(error)).toMatchObject({ kind: 'unknown', code, ...proof })
  })
})

test('the number of the request is kept, for support to ask about', () => {
  expect(readStripeTrouble(thrown(400)).requestId).toBe('req_1')
  expect(readStripeTrouble(lost()).requestId).toBeNull()
})

test('what is not about Stripe is a bug, and thrown on', () => {
  const bug = new TypeError('x is not a function')
  expect(() => readStripeTrouble(bug)).toThrow(bug)
})

test('every code of our own has words for the freelancer', () => {
  const codes = [thrown(401), thrown(403), thrown(400), thrown(409), thrown(429), thrown(500), lost()].map(
    (error) => readStripeTrouble(error).code,
  )
  for (const code of [...codes, 'unreadable_answer', 'amount_exceeds_remaining', 'no_successful_charge']) {
    expect(refundReason(code).code).toBe(code)
  }
})
