import fc from 'fast-check'
import { expect, test } from 'vitest'
import { refundMetadata, refundNews, STRIPE_REFUND_STATUSES, stripeRefundSchema } from './refund-news'

const noteId = '5b0f1f7e-52a3-4a52-9d2c-0c2f8f6f4a10'
const attemptId = '0d9b2a44-7d43-4f57-8a9e-3a9f0d1b7c55'

/** The least that Stripe sends: what is unset is absent. */
const bare = {
  id: 're_1',
  object: 'refund',
  amount: 2000,
  currency: 'eur',
  status: 'succeeded',
  created: 1_790_000_000,
}

function news(refund: object) {
  return refundNews(stripeRefundSchema.parse(refund), 'acct_1')
}

test('what Stripe leaves out is null, never a guess', () => {
  expect(news(bare)).toEqual({
    stripeRefundId: 're_1',
    stripeAccountId: 'acct_1',
    paymentIntentId: null,
    chargeId: null,
    amount: 2000,
    currency: 'eur',
    status: 'succeeded',
    failureReason: null,
    pendingReason: null,
    traceNumber: null,
    createdAt: new Date(1_790_000_000_000),
    creditNoteId: null,
    attemptId: null,
  })
})

test.each([null, undefined, 'resting'])(
  'a refund whose status is %s is there all the same, neither paid nor failed',
  (status) => {
    expect(news({ ...bare, status })).toMatchObject({ stripeRefundId: 're_1', status: 'pending' })
  },
)

test('what Stripe says is taken over, expanded objects and new fields included', () => {
  expect(
    news({
      ...bare,
      payment_intent: { id: 'pi_1', object: 'payment_intent' },
      charge: 'ch_1',
      status: 'failed',
      failure_reason: 'declined',
      metadata: refundMetadata(noteId, attemptId),
      destination_details: { type: 'card', card: { type: 'refund', reference: '70000000000000000000001' } },
      something_new: { since: 2027 },
    }),
  ).toMatchObject({
    paymentIntentId: 'pi_1',
    chargeId: 'ch_1',
    status: 'failed',
    failureReason: 'declined',
    traceNumber: '70000000000000000000001',
    creditNoteId: noteId,
    attemptId,
  })
  expect(news({ ...bare, status: 'pending', pending_reason: 'insufficient_funds' })).toMatchObject({
    pendingReason: 'insufficient_funds',
  })
})

test('metadata that is no id of ours counts as absent, whatever a Dashboard’s user typed into it', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (typed, typedToo) => {
      const told = news({ ...bare, metadata: { credit_note_id: typed, refund_attempt_id: typedToo } })
      expect(told).toMatchObject({ creditNoteId: null, attemptId: null })
    }),
  )
})

test.each([
  ['no amount', { amount: 0 }],
  ['a negative amount', { amount: -1 }],
  ['a broken amount', { amount: 12.5 }],
  ['an id of something else', { id: 'ch_1' }],
  ['another object', { object: 'charge' }],
  ['no date', { created: undefined }],
])('%s is no refund that we could book', (_, flaw) => {
  expect(stripeRefundSchema.safeParse({ ...bare, ...flaw }).success).toBe(false)
})

test('each of Stripe’s own statuses can be read', () => {
  for (const status of STRIPE_REFUND_STATUSES) expect(news({ ...bare, status }).status).toBe(status)
})
