import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { db, disconnectDatabase } from '@/lib/db'
import { storeEvent, verifyWebhook } from '@/lib/stripe/event-inbox'
import { type Desk, emailsOf, forgetJobs, issueNote, type Note, openDesk, standing, trigger } from '../refunds/desk'
import { type Delivery, type StripeWorld, startStripe } from '../refunds/stripe-world'
import {
  crashPoint,
  dieIn,
  dieInWorker,
  expectEachMailOnce,
  expectOnePayment,
  forgetOthers,
  type Mail,
  startMail,
  takeOver,
} from './crash-world'

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

let stripe: StripeWorld
let mail: Mail
let desk: Desk

beforeAll(async () => {
  stripe = await startStripe()
  mail = await startMail()
})
afterAll(async () => {
  await disconnectDatabase()
  await mail.close()
  await stripe.close()
})
beforeEach(async () => {
  await forgetOthers()
  await mail.empty()
  desk = await openDesk(await stripe.openAccount())
})

/** A note that Stripe has accepted the refund of; no webhook has been taken yet, and the queue is empty. */
async function requestedNote(): Promise<Note> {
  const note = await issueNote(desk)
  await trigger(note)
  await forgetJobs()
  await db().$executeRaw`UPDATE outbox_emails SET state = 'sent' WHERE state = 'queued'`
  expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
  return note
}

async function newsOf(type: string): Promise<Delivery> {
  const [delivery] = await stripe.webhooksOf(desk.stripeAccountId, [type])
  if (!delivery) throw new Error(`Stripe has not sent ${type}`)
  return delivery
}

async function keep({ rawBody, signature }: Delivery): Promise<void> {
  const verified = verifyWebhook(rawBody, signature, new Date())
  if (!verified.ok) throw new Error(verified.reason)
  await storeEvent(verified.event)
}

describe('the webhook', () => {
  test.each([
    ['before storeEvent of lib/stripe/event-inbox', 0],
    ['after storeEvent of lib/stripe/event-inbox', 1],
  ] as const)('taken by a process killed %s: Stripe sends it again, one effect', async (words, kept) => {
    const note = await requestedNote()
    const { id, rawBody, signature } = await newsOf('refund.created')
    await dieIn(['e2e/crash/take-delivery.ts', rawBody, signature], crashPoint(words))
    expect(await db().stripeEvent.count({ where: { id } })).toBe(kept)
    await takeOver(stripe, desk)
    await expectOnePayment(stripe, mail, note)
  })

  test.each([
    'before lockUnhandledEvent of lib/stripe/event-inbox',
    'after lockUnhandledEvent of lib/stripe/event-inbox',
    'after applyStripeRefund of lib/refunds/apply-stripe-refund',
    'after moveRefund of lib/refunds/move-refund',
    'after markEventHandled of lib/stripe/event-inbox',
    'after applyStripeEvent of lib/refunds/apply-stripe-event',
  ])('applied by a worker killed %s: one effect', async (words) => {
    const note = await requestedNote()
    await keep(await newsOf('refund.created'))
    await dieInWorker(crashPoint(words))
    await takeOver(stripe, desk)
    await expectOnePayment(stripe, mail, note)
    expect(await emailsOf(note)).toEqual(['refund_completed'])
  })
})

describe('events that no webhook brought', () => {
  test.each([
    'after storeEvent of lib/stripe/event-inbox',
    'before writeEventCursor of lib/stripe/event-cursor-store',
    'after writeEventCursor of lib/stripe/event-cursor-store',
  ])('fetched by a sweep killed %s: one effect', async (words) => {
    const note = await requestedNote()
    await dieInWorker(crashPoint(words))
    await takeOver(stripe, desk)
    await expectOnePayment(stripe, mail, note)
  })
})

describe('the mailer', () => {
  test.each([
    ['before countTry of lib/email/outbox', 1],
    ['after countTry of lib/email/outbox', 1],
    ['before deliver of lib/email/transport', 1],
    // The server has it and we do not know: the only place where a mail comes twice, under one Message-ID.
    ['after deliver of lib/email/transport', 2],
    ['before recordSent of lib/email/outbox', 2],
    ['after recordSent of lib/email/outbox', 1],
    ['after sendEmail of lib/email/send-email', 1],
  ] as const)('killed %s: the mail arrives, at most once but for the same Message-ID', async (words, copies) => {
    const sent = await issueNote(desk)
    // Only its mail is left to send: that the refund was initiated.
    await db().$executeRaw`
      DELETE FROM graphile_worker._private_jobs j USING graphile_worker._private_tasks t
      WHERE t.id = j.task_id AND t.identifier <> 'send-email'`
    await dieInWorker(crashPoint(words))
    await takeOver(stripe, desk)
    await expectEachMailOnce(mail)
    const initiated = (await mail.received()).filter(({ subject }) => /on its way|initiated|refund/i.test(subject))
    expect(initiated).toHaveLength(copies)
    expect(await standing(sent)).toMatchObject({ refundStatus: 'pending' })
  })
})
