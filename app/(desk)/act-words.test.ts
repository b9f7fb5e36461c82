import { expect, test } from 'vitest'
import { refreshed, retried } from './act-words'

const note = { failureReason: null, attemptOpen: false, depositConfirmed: true }

test.each([
  ['Stripe has accepted it', { ...note, refundStatus: 'requested' }, 'Stripe accepted the refund.'],
  ['it is complete at once', { ...note, refundStatus: 'succeeded' }, 'The refund is complete.'],
  [
    'Stripe has not answered yet',
    { ...note, refundStatus: 'pending', attemptOpen: true },
    'Stripe has been asked and has given no clear answer yet. Requite asks again by itself, and this page follows it.',
  ],
  [
    'the deposit is not confirmed',
    { ...note, refundStatus: 'pending', depositConfirmed: false },
    'Stripe was not asked: it has not confirmed the deposit yet. The refund starts by itself when it does.',
  ],
  [
    'Stripe refuses',
    { ...note, refundStatus: 'failed', failureReason: 'charge_disputed' },
    'Stripe was asked again just now and refused.',
  ],
  [
    'Stripe has a problem of its own',
    { ...note, refundStatus: 'failed', failureReason: 'api_error' },
    'Stripe could not be reached, or gave no clear answer.',
  ],
  [
    'it was refunded elsewhere',
    { ...note, refundStatus: 'failed', failureReason: 'refunded_elsewhere' },
    'Stripe was not asked: a refund made outside Requite came to light.',
  ],
  [
    'the account is gone',
    { ...note, refundStatus: 'failed', failureReason: 'account_not_connected' },
    'Stripe was not asked: the Stripe account that received the deposit is not connected.',
  ],
] as const)('a retry says what came of it when %s', (_case, after, text) => {
  expect(retried(after)?.text).toBe(text)
})

test('a retry says nothing of a note that was marked refunded meanwhile: the banner does', () => {
  expect(retried({ ...note, refundStatus: 'manual' })).toBeNull()
})

test('Refresh status says whether Stripe has answered', () => {
  expect(refreshed({ stripeAnswered: true }).text).toMatch(/^Checked with Stripe just now/)
  expect(refreshed({ stripeAnswered: false }).text).toMatch(/^Stripe did not answer just now/)
})
