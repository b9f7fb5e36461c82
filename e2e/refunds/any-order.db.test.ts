import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { db, disconnectDatabase } from '@/lib/db'
import { readStripe } from '@/lib/refunds/refresh-refund'
import { stripe as stripeClient } from '@/lib/stripe/client'
import { stripeSignature } from '../world/stripe/webhooks/signature'
import {
  type Desk,
  deliver,
  emailsOf,
  expectPromisesKept,
  issueNote,
  type Note,
  openDesk,
  proposalStatusOf,
  standing,
  trigger,
  whenAnswered,
} from './desk'
import { type Delivery, type StripeWorld, startStripe } from './stripe-world'

let stripe: StripeWorld

beforeAll(async () => {
  stripe = await startStripe()
})
afterAll(async () => {
  await disconnectDatabase()
  await stripe.close()
})

type Act = 'confirm' | 'trace' | 'fail' | 'cancel'

/** What a bank may do to a refund, in the order in which it does. */
const courses = fc.constantFrom<{ course: 'at_once' | 'waits' | 'needs_client'; acts: Act[] }>(
  { course: 'at_once', acts: [] },
  { course: 'at_once', acts: ['trace'] },
  { course: 'at_once', acts: ['fail'] },
  { course: 'at_once', acts: ['trace', 'fail'] },
  { course: 'waits', acts: [] },
  { course: 'waits', acts: ['confirm', 'trace'] },
  { course: 'waits', acts: ['fail'] },
  { course: 'waits', acts: ['confirm', 'fail'] },
  { course: 'needs_client', acts: ['confirm', 'trace', 'fail'] },
  { course: 'needs_client', acts: ['cancel'] },
)

const stories = fc.record({
  course: courses,
  /** False: our own record of the answer was lost, so that the news is all we have. */
  answerHeard: fc.boolean(),
  /** Where each webhook falls in the order of arrival. */
  order: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
  /** Which webhooks come again, where, and whether as the same event or as another one that says the same. */
  again: fc.array(fc.record({ which: fc.nat(11), at: fc.nat(), asItself: fc.boolean() }), { maxLength: 4 }),
  /** After how many deliveries somebody presses Refresh; beyond the last: never. */
  refreshAfter: fc.nat(12),
})

const event = z.looseObject({
  id: z.string(),
  type: z.string(),
  account: z.string(),
  data: z.looseObject({ object: z.looseObject({ status: z.string(), object: z.string() }) }),
})

/** The same news under an event id of its own, signed as Stripe signs. */
function toldAnew(delivery: Delivery): Delivery {
  const told = event.parse(JSON.parse(delivery.rawBody))
  const rawBody = JSON.stringify({ ...told, id: `evt_${randomUUID().replaceAll('-', '')}` })
  const secret = String(process.env.STRIPE_WEBHOOK_SECRET)
  return { ...delivery, rawBody, signature: stripeSignature(rawBody, [secret], Math.floor(Date.now() / 1000)) }
}

function statusTold(delivery: Delivery): string {
  const { object } = event.parse(JSON.parse(delivery.rawBody)).data
  return object.object === 'refund' ? object.status : 'none'
}

/** Has Stripe make the note's refund and the bank treat it; returns the refund as Stripe's ledger ends with it. */
async function live(desk: Desk, note: Note, { course, acts }: { course: string; acts: Act[] }, answerHeard: boolean) {
  await stripe.act('/faults', { kind: 'refund_course', course, account: desk.stripeAccountId })
  if (!answerHeard) await stripe.plan({ kind: 'empty_answer', method: 'POST', path: '/v1/refunds' })
  await trigger(note)
  const [refund] = await stripe.refundsOf(desk.stripeAccountId)
  for (const act of acts) {
    if (act === 'cancel')
      await stripeClient().refunds.cancel(refund?.id ?? '', {}, { stripeAccount: desk.stripeAccountId })
    else await stripe.act(`/refunds/${refund?.id}/${act}`, act === 'fail' ? { failure_reason: 'declined' } : {})
  }
  const [after] = await stripe.refundsOf(desk.stripeAccountId)
  if (!after) throw new Error('Stripe made no refund')
  return after
}

const STATUS_AT_THE_END = {
  pending: 'requested',
  requires_action: 'requested',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
} as const

test('any order and any repetition of what Stripe says ends where Stripe’s ledger ends', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(stories, async ({ course, answerHeard, order, again, refreshAfter }) => {
      const desk = await openDesk(await stripe.openAccount())
      const note = await issueNote(desk)
      const refund = await live(desk, note, course, answerHeard)

      const webhooks = await stripe.webhooksOf(desk.stripeAccountId)
      const arrivals = webhooks.map((delivery, i) => ({ delivery, at: order[i] ?? 0 }))
      for (const { which, at, asItself } of again) {
        const delivery = webhooks[which % webhooks.length]
        if (delivery) arrivals.push({ delivery: asItself ? delivery : toldAnew(delivery), at })
      }
      const deliveries = arrivals.toSorted((a, b) => a.at - b.at).map(({ delivery }) => delivery)
      const heard: string[] = []
      for (const [i, delivery] of deliveries.entries()) {
        if (i === refreshAfter) {
          await readStripe(note)
          heard.push(refund.status)
        }
        await deliver(delivery)
        heard.push(statusTold(delivery))
      }

      const end = await whenAnswered(note)
      const status = STATUS_AT_THE_END[refund.status]
      expect({
        status: end.refundStatus,
        stripeRefundId: end.stripeRefundId,
        failureReason: end.failureReason,
        traceNumber: end.traceNumber,
        pendingReason: end.pendingReason,
        paidTwiceAt: end.paidTwiceAt,
        proposal: await proposalStatusOf(note),
        unhandled: await db().stripeEvent.count({ where: { stripeAccountId: desk.stripeAccountId, handledAt: null } }),
      }).toEqual({
        status,
        stripeRefundId: refund.id,
        failureReason: status === 'failed' ? (refund.failureReason ?? 'canceled') : null,
        traceNumber: refund.trace,
        pendingReason: refund.status === 'requires_action' ? 'requires_action' : refund.pendingReason,
        paidTwiceAt: null,
        proposal: status === 'succeeded' ? 'paid' : 'deposit_paid',
        unhandled: 0,
      })
      // A correction goes out exactly where a success had been told before.
      const dead = heard.findIndex((told) => told === 'failed' || told === 'canceled')
      const successTold = heard.slice(0, dead < 0 ? undefined : dead).includes('succeeded')
      const emails = {
        requested: [],
        succeeded: ['refund_completed'],
        failed: successTold ? ['refund_completed', 'refund_returned', 'refund_returned_alert'] : ['refund_failed'],
      }
      expect((await emailsOf(note)).toSorted()).toEqual(emails[status])
      expect((await standing(note)).attempts).toBe(1)
      await expectPromisesKept(stripe, desk)
    }),
    { numRuns: 30, endOnFailure: true },
  )
})

test('what Stripe says all at once, to several workers, ends there too', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(courses, fc.boolean(), async (course, answerHeard) => {
      const desk = await openDesk(await stripe.openAccount())
      const note = await issueNote(desk)
      const refund = await live(desk, note, course, answerHeard)
      await Promise.all([...(await stripe.webhooksOf(desk.stripeAccountId)).map(deliver), readStripe(note)])
      const end = await whenAnswered(note)
      expect(end).toMatchObject({
        refundStatus: STATUS_AT_THE_END[refund.status],
        stripeRefundId: refund.id,
        traceNumber: refund.trace,
      })
      await expectPromisesKept(stripe, desk)
    }),
    { numRuns: 10, endOnFailure: true },
  )
})
