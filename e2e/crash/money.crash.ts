import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { disconnectDatabase } from '@/lib/db'
import { retryRefund } from '@/lib/refunds/retry-refund'
import { startProcess } from '../faults/product-process'
import {
  type Desk,
  forgetJobs,
  issueNote,
  letLeaseLapse,
  type Note,
  openDesk,
  pressRetry,
  standing,
  trigger,
} from '../refunds/desk'
import { type StripeWorld, startStripe } from '../refunds/stripe-world'
import {
  crashPoint,
  dieIn,
  dieInWorker,
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
  await stripe.forgetFaults()
  desk = await openDesk(await stripe.openAccount())
})

const asksForRefund = { method: 'POST', path: '/v1/refunds' }

/** A note whose refund Stripe has refused for a reason that has passed since. */
async function failedNote(): Promise<Note> {
  const note = await issueNote(desk)
  await forgetJobs()
  await stripe.plan({ kind: 'refusal', code: 'charge_disputed', ...asksForRefund })
  await trigger(note)
  expect(await standing(note)).toMatchObject({ refundStatus: 'failed' })
  return note
}

function pressOf(note: Note): string[] {
  return ['e2e/crash/press-retry.ts', note.freelancerId, note.creditNoteId]
}

/** The road from the claim to the record, whoever walks it. */
const road = [
  'before createRefund of lib/stripe/create-refund',
  'after createRefund of lib/stripe/create-refund',
  'after closeAttemptAccepted of lib/refunds/attempt-store',
  'after applyStripeRefund of lib/refunds/apply-stripe-refund',
  'after askStripe of lib/refunds/ask-stripe',
]

describe('Retry', () => {
  test.each(['before claimAttempt of lib/refunds/attempt-store', 'after claimAttempt of lib/refunds/attempt-store'])(
    'killed %s: nothing has changed, Stripe was not asked, and a later click works',
    async (words) => {
      const note = await failedNote()
      const before = await standing(note)
      await dieIn(pressOf(note), crashPoint(words))
      expect(await standing(note)).toEqual(before)
      expect(await stripe.refundsOf(desk.stripeAccountId)).toEqual([])
      await pressRetry(note)
      await takeOver(stripe, desk)
      await expectOnePayment(stripe, mail, note)
    },
  )

  test.each(road)('killed %s: one refund', async (words) => {
    const note = await failedNote()
    await dieIn(pressOf(note), crashPoint(words))
    await takeOver(stripe, desk)
    await expectOnePayment(stripe, mail, note)
  })

  test('killed after the record, before the reply: right after a reload, and a second click is told the status', async () => {
    const note = await failedNote()
    await dieIn(pressOf(note), crashPoint('after askStripe of lib/refunds/ask-stripe'))
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested', attemptOpen: false })
    expect(await retryRefund({ ...note, actor: 'freelancer' })).toMatchObject({
      ok: false,
      reason: 'refund_not_retryable',
      status: 'requested',
    })
    await takeOver(stripe, desk)
    await expectOnePayment(stripe, mail, note)
  })

  test.each([
    ['before Stripe has made the refund', 'delay_before'],
    ['after Stripe has made the refund', 'delay_after'],
  ] as const)('killed during the call, %s: one refund', async (_when, kind) => {
    const note = await failedNote()
    await stripe.plan({ kind, milliseconds: 1500, ...asksForRefund })
    const asked = async () =>
      (await stripe.callsFor(desk.stripeAccountId)).filter(({ method, path, fault }) => {
        return method === 'POST' && path === '/v1/refunds' && fault === kind
      })
    const clicker = startProcess(pressOf(note))
    await expect.poll(asked, { timeout: 30_000, interval: 20 }).toHaveLength(1)
    expect(await clicker.end('SIGKILL')).toBe('SIGKILL')
    await takeOver(stripe, desk)
    await expectOnePayment(stripe, mail, note)
  })
})

describe('the job of the signature', () => {
  test.each([
    'before beginRefund of lib/refunds/trigger-refund',
    'after claimAttempt of lib/refunds/attempt-store',
    'after beginRefund of lib/refunds/trigger-refund',
    ...road,
    'after triggerStripeRefund of lib/refunds/trigger-refund',
  ])('killed %s: one refund', async (words) => {
    const note = await issueNote(desk)
    await dieInWorker(crashPoint(words))
    await takeOver(stripe, desk)
    await expectOnePayment(stripe, mail, note)
  })
})

describe('the sweep', () => {
  /** Whoever asked is gone, and so is the queue. */
  async function abandonedNote(kind: 'timeout_before' | 'timeout_after'): Promise<Note> {
    const note = await issueNote(desk)
    await stripe.plan({ kind, milliseconds: 20, ...asksForRefund })
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })
    await forgetJobs()
    await letLeaseLapse(note)
    return note
  }

  test.each([
    'before findLapsedAttempts of lib/refunds/attempt-store',
    'after takeUpAttempt of lib/refunds/attempt-store',
    'after readRefundsOfPayment of lib/stripe/read-refunds',
    'before createRefund of lib/stripe/create-refund',
    'after createRefund of lib/stripe/create-refund',
    'after applyStripeRefund of lib/refunds/apply-stripe-refund',
    'after resolveAttempt of lib/refunds/ask-stripe',
  ])('asking again, killed %s: one refund', async (words) => {
    const note = await abandonedNote('timeout_before')
    await dieInWorker(crashPoint(words))
    await takeOver(stripe, desk)
    await expectOnePayment(stripe, mail, note)
  })

  test.each([
    'after readRefundsOfPayment of lib/stripe/read-refunds',
    'after closeAttemptAccepted of lib/refunds/attempt-store',
    'after applyStripeRefund of lib/refunds/apply-stripe-refund',
  ])('adopting what it finds, killed %s: one refund', async (words) => {
    const note = await abandonedNote('timeout_after')
    await dieInWorker(crashPoint(words))
    await takeOver(stripe, desk)
    await expectOnePayment(stripe, mail, note)
  })
})
