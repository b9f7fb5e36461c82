import { expect, test } from 'vitest'
import { healedAlready, healedByRefundElsewhere } from './refund-tries'

const foreignRefund = { stripeRefundId: 're_1', createdAt: new Date('2026-03-14') }

test('a refund made elsewhere that is gone before what it held back is recorded holds nothing back', () => {
  const now = { disputeStatus: null, foreignRefund }
  expect(healedAlready('refunded_elsewhere', now)).toBe(false)
  expect(healedAlready('refunded_elsewhere', { ...now, foreignRefund: null })).toBe(true)
  expect(healedAlready('declined', { ...now, foreignRefund: null })).toBe(false)
})

test('nothing left to send is over once what was sent has come back, and not for an empty list', () => {
  const now = { disputeStatus: null, foreignRefund: null }
  for (const code of ['charge_already_refunded', 'amount_exceeds_remaining']) {
    expect(healedAlready(code, now)).toBe(false)
    expect(healedAlready(code, { ...now, cameBack: false })).toBe(false)
    expect(healedAlready(code, { ...now, cameBack: true })).toBe(true)
  }
})

test('a note that was held back starts once nothing holds it back any more, and no try is planned yet', () => {
  const note = { refundStatus: 'failed', failureReason: 'refunded_elsewhere', foreignRefund: null, nextTryAt: null }
  for (const live of [true, false]) {
    expect(healedByRefundElsewhere(note, { live })).toBe('not_refunded_elsewhere')
    expect(healedByRefundElsewhere({ ...note, foreignRefund }, { live })).toBeNull()
    expect(healedByRefundElsewhere({ ...note, failureReason: 'declined' }, { live })).toBeNull()
    expect(healedByRefundElsewhere({ ...note, refundStatus: 'pending' }, { live })).toBeNull()
    expect(healedByRefundElsewhere({ ...note, nextTryAt: new Date('2026-03-14') }, { live })).toBeNull()
  }
})

test.each(['charge_already_refunded', 'amount_exceeds_remaining'])(
  'a note that failed with %s starts once a refund made elsewhere has failed, not while it is live',
  (failureReason) => {
    const note = { refundStatus: 'failed', failureReason, foreignRefund: null, nextTryAt: null }
    expect(healedByRefundElsewhere(note, { live: true })).toBeNull()
    expect(healedByRefundElsewhere(note, { live: false })).toBe('money_came_back')
  },
)
