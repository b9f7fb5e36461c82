import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { disconnectDatabase } from '@/lib/db'
import { confirmDeposit } from '@/lib/deposits/confirm-deposit'
import { refreshRefund } from '@/lib/refunds/refresh-refund'
import { inTransaction } from '@/lib/transaction'
import {
  attemptsOf,
  type Desk,
  emailsOf,
  type Note,
  openDesk,
  resolveNow,
  sendAmendment,
  sign,
  standing,
  trigger,
} from './desk'

// No simulator: STRIPE_API_BASE names a port that the system gives to nobody who asks for a free one.
beforeAll(() => {
  process.env.STRIPE_API_BASE = 'http://127.0.0.1:2'
})
afterAll(disconnectDatabase)

async function confirmedNote(desk: Desk): Promise<Note> {
  const { stripeAccountId } = desk
  const payment = { stripeAccountId, paymentIntentId: `pi_${randomUUID()}`, chargeId: `ch_${randomUUID()}` }
  const sent = await sendAmendment(desk, {
    payment: { method: 'card', amount: 30_000, payment: { ...payment, knownBy: 'payment_intent' } },
  })
  await inTransaction((tx) => confirmDeposit(tx, { ...payment, checkoutSessionId: null }))
  const creditNote = await sign(desk, sent)
  return { ...desk, ...payment, ...sent, creditNoteId: creditNote.id, amount: creditNote.amountGross }
}

test('connection refused: tried with the same key within a budget, then failed, written once, and a retry may help', async () => {
  const note = await confirmedNote(await openDesk(`acct_${randomUUID()}`))
  await trigger(note)
  for (let call = 2; call <= 6; call++) {
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
    await resolveNow(note)
  }
  expect(await standing(note)).toMatchObject({
    refundStatus: 'failed',
    failureReason: 'api_connection_error',
    attemptOpen: false,
  })
  expect(await attemptsOf(note)).toMatchObject([{ state: 'refused', calls: 6 }])
  expect(await emailsOf(note)).toEqual(['refund_failed'])
})

test('a refresh says that Stripe was silent and changes nothing', async () => {
  const note = await confirmedNote(await openDesk(`acct_${randomUUID()}`))
  const before = await standing(note)
  expect(await refreshRefund(note)).toEqual({ ok: true, creditNote: before, stripeAnswered: false })
})
