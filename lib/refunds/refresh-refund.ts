import type { CreditNote, CreditNoteKey } from '@/lib/credit-notes/credit-note'
import { findCreditNote } from '@/lib/credit-notes/find-credit-note'
import { paymentIntentOfDeposit } from '@/lib/deposits/confirm-deposit'
import { log } from '@/lib/log'
import { readPayment } from '@/lib/stripe/read-payment'
import { readRefundsOfPayment } from '@/lib/stripe/read-refunds'
import { inTransaction } from '@/lib/transaction'
import { answerInTime } from './answer-in-time'
import { applyPayment } from './apply-payment'
import { applyStripeRefund } from './apply-stripe-refund'
import { resolveAttempt } from './ask-stripe'
import { findOpenAttempt } from './attempt-store'
import { findRefundSource } from './refund-store'
import { creditNoteAfter } from './trigger-refund'

export type RefreshResult =
  | { ok: true; creditNote: CreditNote; stripeAnswered: boolean }
  | { ok: false; reason: 'not_found' }

/**
 * Pull instead of push: reads the payment and its refunds at Stripe and applies exactly what webhooks would have applied.
 * Safe to press any number of times. `stripeAnswered` is false when Stripe has not answered in a
 * person's patience (1.5 s): what it says after that is applied all the same.
 */
export async function refreshRefund(click: CreditNoteKey): Promise<RefreshResult> {
  const note = await findCreditNote(click.freelancerId, click.creditNoteId)
  if (!note) return { ok: false, reason: 'not_found' }
  let answered = false
  const inTime = await answerInTime(
    readStripe(click).then((read) => {
      answered = read
    }),
  )
  return { ok: true, creditNote: await creditNoteAfter(click), stripeAnswered: inTime && answered }
}

/** Reads what Stripe knows of the note's payment and applies it. False when Stripe did not answer. */
export async function readStripe({
  freelancerId,
  creditNoteId,
}: {
  freelancerId: string
  creditNoteId: string
}): Promise<boolean> {
  const source = await findRefundSource(freelancerId, creditNoteId)
  if (!source || source.method === 'sepa' || !source.stripeAccountId) return true
  const { stripeAccountId } = source

  const found = await paymentIntentOfDeposit({ ...source, stripeAccountId })
  if (!found.ok) return silent(creditNoteId, found.trouble.code)
  if (!found.value) return true

  if (!source.confirmed) {
    const payment = await readPayment(stripeAccountId, found.value)
    if (!payment.ok) return silent(creditNoteId, payment.trouble.code)
    if (payment.value.confirmed) {
      const { paymentIntentId, chargeId } = payment.value
      const paid = { stripeAccountId, paymentIntentId, chargeId, checkoutSessionId: source.checkoutSessionId }
      await inTransaction((tx) => applyPayment(tx, paid, { actor: 'stripe' }))
    }
    return true
  }

  const refunds = await readRefundsOfPayment(stripeAccountId, found.value)
  if (!refunds.ok) return silent(creditNoteId, refunds.trouble.code)
  // Oldest first, as the events came.
  for (const news of refunds.value.toReversed())
    await inTransaction((tx) => applyStripeRefund(tx, news, { actor: 'stripe' }))

  const open = await findOpenAttempt(creditNoteId)
  if (open) await resolveAttempt(open)
  return true
}

function silent(creditNoteId: string, code: string): false {
  log.warn({ creditNoteId, code }, 'Stripe did not answer a refresh')
  return false
}
