import { expect, test } from 'vitest'
import { healedAlready, isHeldBackNoMore } from './refund-tries'

const foreignRefund = { stripeRefundId: 're_1', createdAt: new Date('2026-03-14') }

test('a refund made elsewhere that is gone before what it held back is recorded holds nothing back', () => {
  const now = { disputeStatus: null, foreignRefund }
  expect(healedAlready('refunded_elsewhere', now)).toBe(false)
  expect(healedAlready('refunded_elsewhere', { ...now, foreignRefund: null })).toBe(true)
  expect(healedAlready('declined', { ...now, foreignRefund: null })).toBe(false)
})

test('a note that was held back starts once nothing holds it back any more, and no try is planned yet', () => {
  const note = { refundStatus: 'failed', failureReason: 'refunded_elsewhere', foreignRefund: null, nextTryAt: null }
  expect(isHeldBackNoMore(note)).toBe(true)
  expect(isHeldBackNoMore({ ...note, foreignRefund })).toBe(false)
  expect(isHeldBackNoMore({ ...note, failureReason: 'declined' })).toBe(false)
  expect(isHeldBackNoMore({ ...note, refundStatus: 'pending' })).toBe(false)
  expect(isHeldBackNoMore({ ...note, nextTryAt: new Date('2026-03-14') })).toBe(false)
})
