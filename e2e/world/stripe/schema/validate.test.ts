import { expect, test } from 'vitest'
import { validateStripeAnswer, validateStripeBody, validateStripeRequest } from './validate'

const refund = {
  id: 're_3Example',
  object: 'refund',
  amount: 1250,
  balance_transaction: 'txn_3Example',
  charge: 'ch_3Example',
  created: 1_790_000_000,
  currency: 'eur',
  customer: null,
  customer_account: null,
  destination_details: { card: { reference_status: 'pending', type: 'refund' }, type: 'card' },
  metadata: { credit_note_id: 'cn_1' },
  payment_intent: 'pi_3Example',
  payment_method: 'pm_1Example',
  reason: null,
  receipt_number: null,
  source_transfer_reversal: null,
  status: 'succeeded',
  transfer_reversal: null,
}

const event = {
  id: 'evt_1Example',
  object: 'event',
  account: 'acct_1Example',
  api_version: '2026-10-28.endive',
  created: 1_790_000_000,
  data: { object: refund },
  livemode: false,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  type: 'refund.updated',
}

test('a body of Stripe’s shape passes', () => {
  expect(validateStripeBody('refund', refund)).toEqual({ ok: true })
  const failed = { ...refund, status: 'failed', failure_reason: 'declined', failure_balance_transaction: 'txn_3Back' }
  expect(validateStripeBody('refund', failed)).toEqual({ ok: true })
  expect(validateStripeBody('event.refund.updated', event)).toEqual({ ok: true })
  expect(
    validateStripeBody('error', { error: { type: 'invalid_request_error', code: 'charge_disputed', message: 'x' } }),
  ).toEqual({ ok: true })
  const list = { object: 'list', data: [refund], has_more: false, url: '/v1/refunds' }
  expect(validateStripeAnswer('GET', '/v1/refunds', list)).toEqual({ ok: true })
})

test.for([
  ['an amount as text', 'refund', { ...refund, amount: '12.50' }],
  ['no amount', 'refund', (({ amount, ...rest }) => rest)(refund)],
  ['a status Stripe does not have', 'refund', { ...refund, status: 'requested' }],
  ['an unset reason as null', 'refund', { ...refund, failure_reason: null }],
  ['an error code as failure reason', 'refund', { ...refund, failure_reason: 'charge_disputed' }],
  ['an invented field', 'refund', { ...refund, mood: 'good' }],
  [
    'an invented field deep inside',
    'refund',
    { ...refund, destination_details: { type: 'card', card: { type: 'refund', arn: '7' } } },
  ],
  [
    'an event with another object',
    'event.refund.updated',
    { ...event, data: { object: { ...refund, object: 'charge' } } },
  ],
  ['an event of an unknown type', 'event', { ...event, type: 'refund.succeeded' }],
  [
    'an error code Stripe does not have',
    'error',
    { error: { type: 'invalid_request_error', code: 'card_account_closed' } },
  ],
] as const)('%s is a problem', ([, schema, body]) => {
  expect(validateStripeBody(schema, body).ok).toBe(false)
})

test('requests are judged by their call: names, types and allowed values', () => {
  const judge = (params: unknown) => validateStripeRequest('POST', '/v1/refunds', params).ok
  expect(judge({ payment_intent: 'pi_1', amount: 5, reason: 'duplicate', metadata: { a: 'b' } })).toBe(true)
  expect(judge({ payment_intent: 'pi_1', amuont: 5 })).toBe(false)
  expect(judge({ payment_intent: 'pi_1', amount: '5' })).toBe(false)
  expect(judge({ payment_intent: 'pi_1', reason: 'because' })).toBe(false)
  expect(validateStripeRequest('GET', '/v1/refunds/re_1', { expand: ['charge'] }).ok).toBe(true)
  expect(validateStripeRequest('POST', '/v1/refunds/re_1/cancel', { amount: 5 }).ok).toBe(false)
  expect(validateStripeRequest('POST', '/v1/nonsense', {})).toEqual({
    ok: false,
    problems: ['Stripe has no POST /v1/nonsense'],
  })
})

test('a schema that does not exist is a mistake of the test, not a verdict', () => {
  expect(() => validateStripeBody('refnud', refund)).toThrow('refnud')
})
