import { describe, expect, test } from 'vitest'
import { refundStations } from './refund-stations'

const issuedAt = new Date('2026-03-01T10:00:00Z')
const refund = {
  issuedAt,
  refundStatus: 'pending',
  depositMethod: 'card',
  depositConfirmed: true,
  attemptOpen: false,
  accountConnected: true,
  requestedAt: null,
  settledAt: null,
  stripeRefundId: null,
  failureReason: null,
  manual: null,
} as const

const states = (facts: Parameters<typeof refundStations>[0]) =>
  refundStations(facts).map(({ name, state }) => `${name}: ${state}`)

describe('where the money is', () => {
  test('exactly one station is current while the refund moves, none once it has ended', () => {
    const later = new Date('2026-03-02T10:00:00Z')
    const current = (facts: Parameters<typeof refundStations>[0]) =>
      refundStations(facts).filter(({ state }) => state === 'current').length
    expect(current({ ...refund, depositConfirmed: false })).toBe(1)
    expect(current({ ...refund, attemptOpen: true })).toBe(1)
    expect(current({ ...refund, depositMethod: 'sepa' })).toBe(1)
    expect(current({ ...refund, refundStatus: 'requested', requestedAt: later })).toBe(1)
    expect(current({ ...refund, refundStatus: 'succeeded', requestedAt: later, settledAt: later })).toBe(0)
    expect(current({ ...refund, refundStatus: 'failed' })).toBe(0)
  })

  test('what Requite held back by itself was not refused by Stripe', () => {
    const stop = (failureReason: string) => refundStations({ ...refund, refundStatus: 'failed', failureReason })[1]
    for (const code of ['refunded_elsewhere', 'account_not_connected'])
      expect(stop(code)).toMatchObject({ name: 'Held back', state: 'failed', note: 'Stripe was not asked' })
    expect(stop('charge_disputed')).toMatchObject({ name: 'Asked Stripe', state: 'failed', note: 'Refused' })
    expect(stop('api_connection_error')).toMatchObject({
      name: 'Asked Stripe',
      state: 'failed',
      note: 'No clear answer',
    })
  })

  test('a refusal fails at Stripe, a refund that Stripe had taken on fails on its way', () => {
    expect(states({ ...refund, refundStatus: 'failed' })).toEqual([
      'Issued: done',
      'Asked Stripe: failed',
      'On its way: ahead',
      'With the client: ahead',
    ])
    expect(states({ ...refund, refundStatus: 'failed', stripeRefundId: 're_1' })).toEqual([
      'Issued: done',
      'Asked Stripe: done',
      'On its way: failed',
      'With the client: ahead',
    ])
  })

  test('of a refund that nobody can see any more no day of arrival is promised', () => {
    const onItsWay = (accountConnected: boolean) =>
      refundStations({ ...refund, refundStatus: 'requested', accountConnected }).at(2)?.note
    expect(onItsWay(true)).toBe('3–5 business days')
    expect(onItsWay(false)).toBe('Out of sight')
  })

  test('a refund by hand never claims to have gone through Stripe', () => {
    const manual = { method: 'cash', reference: 'receipt 7', refundedOn: new Date('2026-03-05') } as const
    for (const facts of [
      { ...refund, depositMethod: 'sepa' } as const,
      { ...refund, refundStatus: 'manual', manual } as const,
    ]) {
      expect(states(facts).join()).not.toContain('Stripe')
    }
    expect(states({ ...refund, refundStatus: 'manual', manual })).toEqual([
      'Issued: done',
      'Sent by hand: done',
      'With the client: done',
    ])
  })

  test('nobody sent what a lost dispute took back', () => {
    const manual = { method: 'chargeback', reference: 'du_1', refundedOn: new Date('2026-03-05') } as const
    expect(states({ ...refund, refundStatus: 'manual', manual })).toEqual([
      'Issued: done',
      'Dispute lost: done',
      'With the client: done',
    ])
  })
})
