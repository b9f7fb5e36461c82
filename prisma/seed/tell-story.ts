import { listCreditNotesOfProposal } from '@/lib/credit-notes/credit-note-store'
import { signAmendment } from '@/lib/credit-notes/sign-amendment'
import { confirmDeposit } from '@/lib/deposits/confirm-deposit'
import { recordRefusal } from '@/lib/refunds/ask-stripe'
import { markRefunded } from '@/lib/refunds/mark-refunded'
import { stopAutomaticTries } from '@/lib/refunds/plan-tries'
import { readStripe } from '@/lib/refunds/refresh-refund'
import { HEALED_BY, nextAutomaticTry } from '@/lib/refunds/refund-tries'
import { beginRefund, triggerStripeRefund } from '@/lib/refunds/trigger-refund'
import { stripe } from '@/lib/stripe/client'
import { inTransaction } from '@/lib/transaction'
import { type CardPayment, prepareAgreement, takeCardPayment } from './agreement'
import type { Ending, Story } from './stories'

export type Teller = { freelancerId: string; stripeAccountId: string; year: number }

/** A story's credit note, or the link that waits for its client's signature. */
export type Told = { kind: 'issued'; freelancerId: string; creditNoteId: string } | { kind: 'unsigned'; token: string }

/**
 * Plays a story through the front door: an ordinary card payment at Stripe, the client's signature, the refund module. It
 * needs no webhooks, since what they would say is read from Stripe instead; and it does no harm if they come all the same.
 */
export async function tellStory(story: Story, ordinal: number, teller: Teller): Promise<Told> {
  const { freelancerId, year } = teller
  const { ending } = story
  const payment = story.card === null ? null : await payDeposit(story, story.card, teller)
  const agreement = await prepareAgreement({
    freelancerId,
    ordinal,
    year,
    client: story.client,
    title: story.title,
    currency: story.currency,
    lines: story.lines,
    deposit: payment ? { method: 'card', amount: story.paid, payment } : { method: 'sepa', amount: story.paid },
    amendment: { reason: story.reason, lines: story.linesAfter },
  })

  // A stored refusal must be the note's first news: its deposit is confirmed only after the signature, so that a worker
  // that is already running finds nothing to ask Stripe about.
  const confirmsLate = ending.kind === 'refused_before'
  const confirm = async () => {
    if (payment && ending.kind !== 'deposit_unconfirmed') {
      await inTransaction((tx) => confirmDeposit(tx, { ...payment, checkoutSessionId: null }))
    }
  }
  if (!confirmsLate) await confirm()
  if (ending.kind === 'unsigned') return { kind: 'unsigned', token: agreement.token }
  if (ending.kind === 'refunded_elsewhere' && payment) {
    await stripe().refunds.create(
      { payment_intent: payment.paymentIntentId },
      { stripeAccount: payment.stripeAccountId },
    )
  }

  const signed = await signAmendment({ token: agreement.token, signedBy: story.client.name })
  if (!signed.ok) throw new Error(`${story.title}: the amendment could not be signed (${signed.reason})`)
  if (confirmsLate) await confirm()
  const [note] = await listCreditNotesOfProposal(freelancerId, agreement.proposalId)
  if (!note) throw new Error(`${story.title}: nothing goes back, so it tells no story`)
  await bringAbout(ending, { freelancerId, creditNoteId: note.id })
  return { kind: 'issued', freelancerId, creditNoteId: note.id }
}

/** Requite would ask again by itself: the reason passes, or the balance it failed for want of is there all the while. */
function endsByItself(code: string): boolean {
  return nextAutomaticTry(code, 0, 0) !== null || HEALED_BY.balance_topped_up.some((one) => one === code)
}

async function payDeposit(story: Story, card: string, { stripeAccountId }: Teller): Promise<CardPayment> {
  const paid = await takeCardPayment({
    stripeAccountId,
    amount: story.paid,
    currency: story.currency,
    card: story.ending.kind === 'deposit_unconfirmed' ? null : card,
    description: `Deposit: ${story.title}`.slice(0, 500),
  })
  return { ...paid, knownBy: story.knownBy ?? 'payment_intent' }
}

async function bringAbout(ending: Ending, note: { freelancerId: string; creditNoteId: string }): Promise<void> {
  const trigger = () => triggerStripeRefund({ ...note, cause: 'amendment_signed', actor: 'worker' })
  switch (ending.kind) {
    case 'succeeded':
    case 'bounced':
      await trigger()
      await readStripe(note)
      return
    case 'requested':
    case 'refused_by_stripe':
    case 'refunded_elsewhere':
    case 'deposit_unconfirmed':
      await trigger()
      return
    case 'refused_before': {
      const begun = await beginRefund({ ...note, cause: 'amendment_signed', actor: 'worker' })
      if (begun.kind !== 'claimed') throw new Error(`a refusal cannot be stored on a note that is ${begun.kind}`)
      const { code, message } = ending
      const refusal = {
        kind: 'refused',
        code,
        message,
        requestId: null,
        mayHaveHappened: false,
        over: 'this_call',
      } as const
      await recordRefusal(begun.attempt, refusal, { actor: 'worker' })
      // The story is about a person who presses Retry: Requite must not be there first.
      if (endsByItself(code)) await stopAutomaticTries({ ...note, actor: 'freelancer' })
      return
    }
    case 'marked_refunded': {
      const { method, reference } = ending
      const refundedOn = new Date(`${new Date().toISOString().slice(0, 10)}T00:00:00Z`)
      await markRefunded({ ...note, actor: 'freelancer', method, reference, refundedOn })
      return
    }
    case 'transfer_to_confirm':
    case 'unsigned':
      return
  }
}
