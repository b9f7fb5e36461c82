import { expect, test } from 'vitest'
import { timelineLook } from './timeline-look'

const refused = (reason: string) => timelineLook({ kind: 'refund_refused', detail: { reason } }).words
const unknown = (code: string) => timelineLook({ kind: 'attempt_unknown', detail: { code } }).words

test('what Requite held back by itself is never told as Stripe’s refusal', () => {
  expect(refused('refunded_elsewhere')).toBe('Held back: a refund of this payment was made outside Requite')
  expect(refused('account_not_connected')).toBe(
    'Held back: the Stripe account that received the deposit is not connected',
  )
  for (const reason of ['charge_disputed', 'card_account_closed', 'constructor', ''])
    expect(refused(reason)).toBe('Stripe refused the refund')
})

test('where Stripe could not be reached or understood, nobody is told that it refused', () => {
  for (const reason of ['api_connection_error', 'api_error', 'unreadable_answer'])
    expect(refused(reason)).toBe('Stripe could not be reached, or gave no clear answer: no refund was made')
})

test('an answer that Stripe was too busy is not told as one that never arrived', () => {
  expect(unknown('rate_limit')).toBe('Stripe was too busy to answer: Requite asks again by itself')
  expect(unknown('lock_timeout')).toBe('Stripe was busy with this payment: Requite asks again by itself')
  expect(unknown('api_connection_error')).toBe('Stripe’s answer did not arrive: outcome unknown')
})

test('a refund made elsewhere is told under its own kind as what it is', () => {
  const detail = { stripeRefundId: 're_1', reason: 'refunded_elsewhere' }
  expect(timelineLook({ kind: 'foreign_refund', detail }).words).toBe(
    'A refund of this payment was made outside Requite',
  )
})
