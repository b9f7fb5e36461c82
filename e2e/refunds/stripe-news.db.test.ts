import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { db, disconnectDatabase } from '@/lib/db'
import { applyStripeEvent } from '@/lib/refunds/apply-stripe-event'
import { markRefunded } from '@/lib/refunds/mark-refunded'
import { readStripe } from '@/lib/refunds/refresh-refund'
import { sweepRefunds } from '@/lib/refunds/sweep-refunds'
import { stripe as stripeClient } from '@/lib/stripe/client'
import { storeEvent, verifyWebhook } from '@/lib/stripe/event-inbox'
import { refundMetadata } from '@/lib/stripe/refund-news'
import { takeCardPayment } from '@/prisma/seed/agreement'
import { stripeSignature } from '../world/stripe/webhooks/signature'
import {
  amendAgain,
  attemptsOf,
  type Desk,
  deliver,
  deliverAll,
  emailsOf,
  expectPromisesKept,
  forgetJobs,
  issueNote,
  type Note,
  openDesk,
  pressRetry,
  proposalStatusOf,
  runJobs,
  sendAmendment,
  sign,
  standing,
  timelineOf,
  trigger,
} from './desk'
import { type Delivery, type StripeWorld, startStripe } from './stripe-world'

let stripe: StripeWorld
let desk: Desk

beforeAll(async () => {
  stripe = await startStripe()
})
afterAll(async () => {
  await disconnectDatabase()
  await stripe.close()
})
beforeEach(async () => {
  await forgetJobs()
  desk = await openDesk(await stripe.openAccount())
})
afterEach(async () => {
  await stripe.forgetFaults()
  await expectPromisesKept(stripe, desk)
})

async function onlyRefund(): Promise<string> {
  const refunds = await stripe.refundsOf(desk.stripeAccountId)
  expect(refunds).toHaveLength(1)
  return refunds[0]?.id ?? ''
}

async function webhook(type: string): Promise<Delivery> {
  const found = (await stripe.webhooksOf(desk.stripeAccountId, [type])).at(-1)
  if (!found) throw new Error(`Stripe has sent no ${type}`)
  return found
}

async function outcomeOf(eventId: string): Promise<string | null> {
  const { handledAt, outcome } = await db().stripeEvent.findUniqueOrThrow({ where: { id: eventId } })
  expect(handledAt).not.toBeNull()
  return outcome
}

const refundEvent = z.looseObject({
  id: z.string(),
  type: z.string(),
  account: z.string(),
  data: z.looseObject({ object: z.looseObject({ metadata: z.record(z.string(), z.string()) }) }),
})

/** An event of our own making, signed as Stripe signs. */
function signed(event: { id: string; type: string; account: string; data: object }): Delivery {
  const rawBody = JSON.stringify(event)
  const secret = String(process.env.STRIPE_WEBHOOK_SECRET)
  return { ...event, rawBody, signature: stripeSignature(rawBody, [secret], Math.floor(Date.now() / 1000)) }
}

/** Everything of a note that news could have changed. */
async function everythingOf(note: Note) {
  return {
    note: await standing(note),
    attempts: await attemptsOf(note),
    emails: await emailsOf(note),
    timeline: await timelineOf(note),
    proposal: await proposalStatusOf(note),
  }
}

const fail = async (reason: string) => stripe.act(`/refunds/${await onlyRefund()}/fail`, { failure_reason: reason })

describe('a refund that succeeds', () => {
  test('settles the note, closes the proposal’s books and is told to the client once, whatever else says so', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    expect(await proposalStatusOf(note)).toBe('deposit_paid')
    await deliver(await webhook('refund.created'))
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', stripeRefundId: await onlyRefund() })
    expect(await proposalStatusOf(note)).toBe('paid')
    await deliver(await webhook('charge.refunded'))
    await stripe.act(`/refunds/${await onlyRefund()}/trace`)
    await deliverAll(stripe, desk)
    expect(await standing(note)).toMatchObject({
      refundStatus: 'succeeded',
      traceNumber: expect.stringMatching(/^7\d{22}$/),
    })
    expect(await emailsOf(note)).toEqual(['refund_completed'])
  })

  test('is booked even if Stripe sends nothing but charge.refunded: then it is read', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    await forgetJobs()
    await deliver(await webhook('charge.refunded'))
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
    await runJobs()
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded' })
  })

  test('is booked though every webhook is lost: a refresh reads exactly what they would have said', async () => {
    const [heard, read] = [await issueNote(desk), await issueNote(desk)]
    for (const note of [heard, read]) await trigger(note)
    for (const delivery of await stripe.webhooksOf(desk.stripeAccountId)) {
      if (delivery.rawBody.includes(heard.creditNoteId)) await deliver(delivery)
    }
    for (let time = 0; time < 3; time++) expect(await readStripe(read)).toBe(true)
    const facts = async (note: Note) => {
      const { refundStatus, traceNumber, pendingReason, failureReason } = await standing(note)
      const kinds = (await timelineOf(note)).map(({ kind, fromStatus, toStatus }) => ({ kind, fromStatus, toStatus }))
      return { refundStatus, traceNumber, pendingReason, failureReason, kinds, emails: await emailsOf(note) }
    }
    expect(await facts(read)).toEqual(await facts(heard))
    expect(await standing(read)).toMatchObject({ refundStatus: 'succeeded' })
  })

  test('is booked though every webhook is lost and nobody looks: the sweep reads what went quiet', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    await db().$executeRaw`
      UPDATE credit_notes SET requested_at = now() - interval '61 minutes' WHERE id = ${note.creditNoteId}::uuid`
    expect((await sweepRefunds()).refundsRead).toBeGreaterThan(0)
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded' })
  })

  test('each move names the event that caused it', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    const created = await webhook('refund.created')
    await deliver(created)
    expect((await timelineOf(note)).find(({ kind }) => kind === 'refund_succeeded')).toMatchObject({
      actor: 'stripe',
      stripeEventId: created.id,
      fromStatus: 'requested',
      toStatus: 'succeeded',
    })
  })
})

describe('a refund that fails', () => {
  test('after it had succeeded: the books reopen, the client gets a correction, the freelancer an alert', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    await deliverAll(stripe, desk)
    await fail('expired_or_canceled_card')
    await deliverAll(stripe, desk)
    expect(await standing(note)).toMatchObject({
      refundStatus: 'failed',
      failureReason: 'expired_or_canceled_card',
      settledAt: null,
    })
    expect(await proposalStatusOf(note)).toBe('deposit_paid')
    expect((await emailsOf(note)).toSorted()).toEqual(['refund_completed', 'refund_returned', 'refund_returned_alert'])
  })

  test('before anybody was told it had succeeded: only the freelancer hears of it', async () => {
    await stripe.plan({ kind: 'refund_course', course: 'waits', account: desk.stripeAccountId })
    const note = await issueNote(desk)
    await trigger(note)
    await fail('declined')
    await deliverAll(stripe, desk)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'declined' })
    expect(await emailsOf(note)).toEqual(['refund_failed'])
  })

  test('may be retried, and the second refund goes its own way', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    await deliverAll(stripe, desk)
    await fail('declined')
    await deliverAll(stripe, desk)
    expect(await pressRetry(note)).toMatchObject({ refundStatus: 'requested' })
    await deliverAll(stripe, desk)
    const [first, second] = await stripe.refundsOf(desk.stripeAccountId)
    expect([first?.status, second?.status]).toEqual(['failed', 'succeeded'])
    expect(await standing(note)).toMatchObject({
      refundStatus: 'succeeded',
      stripeRefundId: second?.id,
      failureReason: null,
      paidTwiceAt: null,
    })
    expect(await proposalStatusOf(note)).toBe('paid')
    expect((await emailsOf(note)).toSorted()).toEqual([
      'refund_completed',
      'refund_completed',
      'refund_returned',
      'refund_returned_alert',
    ])
  })
})

describe('order and repetition', () => {
  test('succeeded arrives before pending: ends succeeded', async () => {
    await stripe.plan({ kind: 'refund_course', course: 'waits', account: desk.stripeAccountId })
    const note = await issueNote(desk)
    await trigger(note)
    await stripe.act(`/refunds/${await onlyRefund()}/confirm`)
    await deliver(await webhook('refund.updated'))
    await deliver(await webhook('refund.created'))
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', pendingReason: null })
    expect(await emailsOf(note)).toEqual(['refund_completed'])
  })

  test('two events of the same second, either order: neither is dropped', async () => {
    for (const reversed of [false, true]) {
      const note = await issueNote(desk)
      await trigger(note)
      const { stripeRefundId } = await standing(note)
      await stripe.act(`/refunds/${stripeRefundId}/trace`)
      await stripe.act(`/refunds/${stripeRefundId}/fail`, { failure_reason: 'declined' })
      const told = (await stripe.webhooksOf(desk.stripeAccountId, ['refund.updated', 'refund.failed'])).slice(-2)
      for (const delivery of reversed ? told.toReversed() : told) await deliver(delivery)
      expect(await standing(note)).toMatchObject({
        refundStatus: 'failed',
        failureReason: 'declined',
        traceNumber: expect.stringMatching(/^7/),
      })
    }
  })

  test('the webhook is faster than our own record: adopted, no second refund, the attempt closed', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'timeout_after', milliseconds: 20, method: 'POST', path: '/v1/refunds' })
    await trigger(note)
    await deliver(await webhook('refund.created'))
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', attemptOpen: false })
    expect(await attemptsOf(note)).toMatchObject([{ state: 'accepted', stripeRefundId: await onlyRefund() }])
    expect(await db().stripeRefund.count({ where: { creditNoteId: note.creditNoteId } })).toBe(1)
  })

  test('the same delivery a hundred times: one effect, one email, and the door says yes each time', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    const created = await webhook('refund.created')
    expect(await deliver(created)).toBe('stored')
    const once = await everythingOf(note)
    for (let again = 1; again < 100; again++) expect(await deliver(created)).toBe('duplicate')
    expect(await everythingOf(note)).toEqual(once)
    expect(await outcomeOf(created.id)).toBe('applied')
    expect(once.emails).toEqual(['refund_completed'])
  })

  test('the same delivery fifty times at once: one is kept, one effect, one email', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    const { rawBody, signature, id } = await webhook('refund.created')
    const verified = verifyWebhook(rawBody, signature, new Date())
    if (!verified.ok) throw new Error(verified.reason)
    const kept = await Promise.all(Array.from({ length: 50 }, () => storeEvent(verified.event)))
    expect(kept.filter((word) => word === 'stored')).toHaveLength(1)
    await Promise.all(Array.from({ length: 8 }, () => applyStripeEvent(id)))
    expect((await timelineOf(note)).filter(({ kind }) => kind === 'refund_succeeded')).toHaveLength(1)
    expect(await emailsOf(note)).toEqual(['refund_completed'])
  })

  test('all events of a refund applied at once end where they end one by one', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    await stripe.act(`/refunds/${await onlyRefund()}/trace`)
    await fail('declined')
    await Promise.all((await stripe.webhooksOf(desk.stripeAccountId)).map(deliver))
    expect(await standing(note)).toMatchObject({
      refundStatus: 'failed',
      failureReason: 'declined',
      traceNumber: expect.stringMatching(/^7/),
    })
  })
})

describe('money beside a manual refund', () => {
  async function markedNote(): Promise<Note> {
    const note = await issueNote(desk)
    const reference = 'Transfer of 14 March'
    const refundedOn = new Date('2026-03-14T00:00:00Z')
    expect(await markRefunded({ ...note, actor: 'freelancer', method: 'sepa', reference, refundedOn })).toMatchObject({
      ok: true,
    })
    return note
  }

  /** As a request that was long on its way: Stripe pays for a note that nobody would ask it about any more. */
  async function payAtStripe(note: Note): Promise<string> {
    const metadata = refundMetadata(note.creditNoteId, '00000000-0000-4000-8000-000000000001')
    const payment = { payment_intent: note.paymentIntentId, amount: note.amount, metadata }
    return (await stripeClient().refunds.create(payment, { stripeAccount: desk.stripeAccountId })).id
  }

  test('overwrites nothing and warns the freelancer once', async () => {
    const note = await markedNote()
    const before = await standing(note)
    await payAtStripe(note)
    await deliverAll(stripe, desk)
    await stripe.act(`/refunds/${await onlyRefund()}/trace`)
    await deliverAll(stripe, desk)
    await readStripe(note)
    const after = await standing(note)
    expect(after.paidTwiceAt).not.toBeNull()
    expect(after).toEqual({ ...before, paidTwiceAt: after.paidTwiceAt })
    expect(await emailsOf(note)).toEqual(['refund_completed_manually', 'paid_twice_alert'])
    expect(await proposalStatusOf(note)).toBe('paid')
  })

  test('that bounces later ends the alarm, and the history keeps it', async () => {
    const note = await markedNote()
    await payAtStripe(note)
    await deliverAll(stripe, desk)
    expect((await standing(note)).paidTwiceAt).not.toBeNull()
    await fail('declined')
    await deliverAll(stripe, desk)
    expect(await standing(note)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: null })
    const kinds = (await timelineOf(note)).map(({ kind }) => kind).filter((kind) => kind.startsWith('paid_twice'))
    expect(kinds).toEqual(['paid_twice', 'paid_twice_over'])
  })

  test('made in Stripe’s Dashboard, of the same amount, may be a second payment: warned of once, until it bounces', async () => {
    const note = await markedNote()
    await stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId, amount: note.amount })
    for (let again = 0; again < 2; again++) {
      await deliverAll(stripe, desk)
      await readStripe(note)
      await runJobs()
    }
    expect((await standing(note)).paidTwiceAt).not.toBeNull()
    expect(await emailsOf(note)).toEqual(['refund_completed_manually', 'paid_twice_alert'])
    await fail('declined')
    await deliverAll(stripe, desk)
    await runJobs()
    expect(await standing(note)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: null })
  })

  test('that was known of when the note was marked is warned of then, unless the reference names it', async () => {
    const [doubtful, named] = [await issueNote(desk), await issueNote(desk)]
    await forgetJobs()
    for (const note of [doubtful, named])
      await stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId, amount: note.amount })
    await deliverAll(stripe, desk)
    const refunds = await stripe.refundsOf(desk.stripeAccountId)
    const itsRefund = refunds.find(({ paymentIntent }) => paymentIntent === named.paymentIntentId)
    const mark = { actor: 'freelancer', method: 'other', refundedOn: new Date('2026-03-14T00:00:00Z') } as const
    await markRefunded({ ...doubtful, ...mark, reference: 'By transfer' })
    await markRefunded({ ...named, ...mark, reference: `In Stripe: ${itsRefund?.id}.` })
    await runJobs()
    expect((await standing(doubtful)).paidTwiceAt).not.toBeNull()
    expect((await standing(named)).paidTwiceAt).toBeNull()
  })

  test('made in Stripe’s Dashboard, of another amount, is no alarm', async () => {
    const note = await markedNote()
    await stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId, amount: note.amount - 1 })
    await deliverAll(stripe, desk)
    await runJobs()
    expect((await standing(note)).paidTwiceAt).toBeNull()
  })

  test('is no alarm when that refund had failed by the time we heard of it', async () => {
    const note = await markedNote()
    await payAtStripe(note)
    await fail('declined')
    await deliver(await webhook('refund.failed'))
    await deliverAll(stripe, desk)
    expect(await standing(note)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: null })
    expect(await emailsOf(note)).toEqual(['refund_completed_manually'])
  })
})

test('two credit notes of one payment go each their own way', async () => {
  const first = await issueNote(desk, { paid: 30_000, priceAfter: 20_000 })
  const sent = await amendAgain(first, 5_000)
  const second = { ...first, creditNoteId: (await sign(desk, sent)).id }
  await trigger(first)
  await trigger(second)
  const refunds = await stripe.refundsOf(desk.stripeAccountId)
  expect(refunds.map(({ amount }) => amount)).toEqual([10_000, 15_000])
  await stripe.act(`/refunds/${refunds[1]?.id}/fail`, { failure_reason: 'declined' })
  for (const delivery of (await stripe.webhooksOf(desk.stripeAccountId)).toReversed()) await deliver(delivery)
  await readStripe(first)
  await readStripe(second)
  expect(await standing(first)).toMatchObject({
    refundStatus: 'succeeded',
    stripeRefundId: refunds[0]?.id,
    paidTwiceAt: null,
  })
  expect(await standing(second)).toMatchObject({
    refundStatus: 'failed',
    stripeRefundId: refunds[1]?.id,
    paidTwiceAt: null,
  })
})

describe('news that concerns nobody here, or somebody else', () => {
  test('another account’s event that names our refund: kept, noted, no change', async () => {
    const note = await issueNote(desk)
    const other = await openDesk(await stripe.openAccount())
    await stripe.plan({ kind: 'misdirect_delivery', type: 'refund.created', toAccount: other.stripeAccountId })
    await trigger(note)
    const before = await everythingOf(note)
    const created = await webhook('refund.created')
    expect(created.account).toBe(other.stripeAccountId)
    await deliver(created)
    expect(await outcomeOf(created.id)).toBe('other_account')
    expect(await everythingOf(note)).toEqual(before)
  })

  test('another account’s event that names our refund’s id alone cannot spoil what our own events say later', async () => {
    const note = await issueNote(desk)
    const other = await openDesk(await stripe.openAccount())
    await stripe.plan({ kind: 'timeout_after', milliseconds: 20, method: 'POST', path: '/v1/refunds' })
    await trigger(note)
    const created = await webhook('refund.created')
    const told = refundEvent.parse(JSON.parse(created.rawBody))
    const { metadata: _, ...withoutOurName } = told.data.object
    const object = { ...withoutOurName, status: 'failed' }
    await deliver(signed({ ...told, id: 'evt_of_another', account: other.stripeAccountId, data: { object } }))
    await deliver(created)
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', failureReason: null })
  })

  test('a refund made by hand in Stripe’s Dashboard moves no note', async () => {
    const note = await issueNote(desk)
    const before = await everythingOf(note)
    await stripe.act('/refund-in-dashboard', { payment_intent: note.paymentIntentId, amount: 1000 })
    const created = await webhook('refund.created')
    await deliver(created)
    expect(await outcomeOf(created.id)).toBe('foreign_refund')
    expect(await everythingOf(note)).toEqual(before)
  })

  test.each([
    ['another amount', (note: Note) => ({ payment_intent: note.paymentIntentId, amount: note.amount - 1 })],
    ['another payment', (_: Note, other: Note) => ({ payment_intent: other.paymentIntentId, amount: other.amount })],
  ])('a refund of %s on which somebody wrote the note’s id is kept as foreign and moves no note', async (_, wish) => {
    const [note, other] = [await issueNote(desk), await issueNote(desk)]
    const before = [await everythingOf(note), await everythingOf(other)]
    const metadata = { credit_note_id: note.creditNoteId }
    const account = { stripeAccount: desk.stripeAccountId }
    await stripeClient().refunds.create({ ...wish(note, other), metadata }, account)
    const created = await webhook('refund.created')
    await deliver(created)
    expect(await outcomeOf(created.id)).toBe('foreign_refund')
    // Where it may be the other note's own it is offered there, no more.
    const offered = { foreignRefund: expect.toBeOneOf([null, expect.anything()]) }
    const unmoved = before.map((one) => ({ ...one, note: { ...one.note, ...offered } }))
    expect([await everythingOf(note), await everythingOf(other)]).toEqual(unmoved)
  })

  test('a refund of a payment we never heard of is kept and changes nothing', async () => {
    const stranger = { stripeAccountId: await stripe.openAccount() }
    const paid = await takeCardPayment({
      ...stranger,
      amount: 5000,
      currency: 'eur',
      card: 'pm_card_visa',
      description: 'x',
    })
    await stripe.act('/refund-in-dashboard', { payment_intent: paid.paymentIntentId })
    const outcomes = new Map<string, string | null>()
    const types = ['payment_intent.succeeded', 'refund.created', 'charge.refunded', 'charge.succeeded']
    for (const delivery of await stripe.webhooksOf(stranger.stripeAccountId, types)) {
      await deliver(delivery)
      outcomes.set(delivery.type, await outcomeOf(delivery.id))
    }
    expect(Object.fromEntries(outcomes)).toEqual({
      'payment_intent.succeeded': 'nothing_new',
      'refund.created': 'foreign_refund',
      'charge.refunded': 'unknown_payment',
      'charge.succeeded': 'unknown_type',
    })
  })

  test('a lost account is noted, and its refunds are no longer asked for until it is back', async () => {
    const note = await issueNote(desk)
    await stripe.act(`/accounts/${desk.stripeAccountId}/deauthorize`)
    await deliver(await webhook('account.application.deauthorized'))
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'account_not_connected' })
    expect((await stripe.callsFor(desk.stripeAccountId)).filter(({ path }) => path === '/v1/refunds')).toEqual([])
  })
})

describe('a deposit that no webhook has confirmed', () => {
  test('is not refunded: no call, the reason is on the note, and the refund starts by itself when it is confirmed', async () => {
    const note = await issueNote(desk, { confirmed: false })
    await trigger(note)
    expect(await standing(note)).toMatchObject({
      refundStatus: 'pending',
      failureReason: 'charge_not_confirmed',
      attemptOpen: false,
      attempts: 0,
    })
    expect(await stripe.refundsOf(desk.stripeAccountId)).toEqual([])

    await forgetJobs()
    await deliver(await webhook('payment_intent.succeeded'))
    await runJobs()
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested', failureReason: null })
    expect(await attemptsOf(note)).toMatchObject([{ cause: 'deposit_confirmed', state: 'accepted' }])
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
  })

  test('starts one refund, however often it is confirmed and by whatever way', async () => {
    const note = await issueNote(desk, { confirmed: false })
    await trigger(note)
    await readStripe(note)
    await deliver(await webhook('payment_intent.succeeded'))
    await readStripe(note)
    await runJobs()
    await trigger(note)
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
    expect(await attemptsOf(note)).toHaveLength(1)
  })

  test('known only by its charge: the PaymentIntent is found', async () => {
    const note = await issueNote(desk, { knownBy: 'charge', confirmed: false })
    await deliver(await webhook('payment_intent.succeeded'))
    await runJobs()
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
    expect((await stripe.refundsOf(desk.stripeAccountId))[0]).toMatchObject({ paymentIntent: note.paymentIntentId })
  })

  test('confirmed long ago and known only by its charge: the PaymentIntent is looked up and kept', async () => {
    const note = await issueNote(desk, { knownBy: 'charge' })
    await db().deposit.update({
      where: { id: note.depositId },
      data: { stripePaymentIntentId: null, confirmedAt: new Date() },
    })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
    const { stripePaymentIntentId } = await db().deposit.findUniqueOrThrow({ where: { id: note.depositId } })
    expect(stripePaymentIntentId).toBe(note.paymentIntentId)
  })

  test('known only by its Checkout Session: confirmed by the session’s event or found from it, and refunded', async () => {
    for (const way of ['event', 'read', 'sweep'] as const) {
      const session = await stripeClient().checkout.sessions.create(
        {
          mode: 'payment',
          success_url: 'https://example.com/paid',
          line_items: [
            { quantity: 1, price_data: { currency: 'eur', unit_amount: 30_000, product_data: { name: 'Deposit' } } },
          ],
        },
        { stripeAccount: desk.stripeAccountId },
      )
      const placeholder = `pi_not_known_yet_${session.id}`
      const sent = await sendAmendment(desk, {
        payment: {
          method: 'card',
          amount: 30_000,
          payment: {
            stripeAccountId: desk.stripeAccountId,
            paymentIntentId: placeholder,
            chargeId: null,
            knownBy: 'payment_intent',
          },
        },
      })
      await db().deposit.update({
        where: { id: sent.depositId },
        data: { stripePaymentIntentId: null, stripeCheckoutSessionId: session.id },
      })
      await stripe.payOnPage(session.url ?? '')
      const creditNote = await sign(desk, sent)
      const note = { freelancerId: desk.freelancerId, creditNoteId: creditNote.id }
      if (way === 'event') await deliver(await webhook('checkout.session.completed'))
      else if (way === 'read') await readStripe(note)
      else {
        // No event ever tells of it, as where the session was not paid yet when it was completed.
        await stripe.plan({ kind: 'reset_before', method: 'GET', path: '/v1/events', times: 10 })
        await db()
          .$executeRaw`UPDATE credit_notes SET stripe_read_at = now() - interval '2 minutes' WHERE id = ${creditNote.id}::uuid`
        await sweepRefunds()
      }
      await runJobs()
      expect((await stripe.refundsOf(desk.stripeAccountId)).at(-1)).toMatchObject({
        amount: 10_000,
        metadata: { credit_note_id: creditNote.id },
      })
    }
  })
})
