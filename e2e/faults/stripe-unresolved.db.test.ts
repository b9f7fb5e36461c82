import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { disconnectDatabase } from '@/lib/db'
import { createRefund } from '@/lib/stripe/create-refund'

// The top-level domain that never resolves (RFC 2606).
process.env.STRIPE_API_BASE = 'http://stripe.invalid'
afterAll(disconnectDatabase)

test('a name that does not resolve: certainly nothing was sent, so that giving up can pay nobody', async () => {
  const ids = { attemptId: randomUUID(), creditNoteId: randomUUID(), idempotencyKey: randomUUID() }
  const asked = { ...ids, stripeAccountId: 'acct_1', paymentIntentId: 'pi_1', amount: 100 }
  expect(await createRefund(asked)).toMatchObject({
    kind: 'unknown',
    code: 'api_connection_error',
    mayHaveHappened: false,
  })
})
