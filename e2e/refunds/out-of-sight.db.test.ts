import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { refundFacts } from '@/lib/credit-notes/credit-note'
import { deskSummary } from '@/lib/credit-notes/credit-note-store'
import { db, disconnectDatabase } from '@/lib/db'
import { connectStripeAccount } from '@/lib/freelancers/freelancer-store'
import { refreshRefund } from '@/lib/refunds/refresh-refund'
import { refundBanner } from '@/lib/refunds/refund-status'
import { findNotesOutOfSight } from '@/lib/refunds/refund-store'
import { inTransaction } from '@/lib/transaction'
import {
  type Desk,
  deliver,
  expectPromisesKept,
  forgetJobs,
  issueNote,
  type Note,
  openDesk,
  runJobs,
  sendAmendment,
  sign,
  standing,
  trigger,
} from './desk'
import { type StripeWorld, startStripe } from './stripe-world'

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
  await db().$executeRaw`UPDATE stripe_breaker SET failures = 0, open_until = NULL`
  desk = await openDesk(await stripe.openAccount())
})
afterEach(async () => {
  await stripe.forgetFaults()
  await expectPromisesKept(stripe, desk)
})

/** A refund that Stripe has accepted and that waits there for the bank. */
async function requestedNote(of: Desk = desk): Promise<Note> {
  const note = await issueNote(of, { card: 'pm_card_pendingRefund' })
  await trigger(note)
  expect(await standing(note)).toMatchObject({ refundStatus: 'requested', accountConnected: true })
  return note
}

/** Hands on the last webhook of this type. */
async function tell(type: string): Promise<void> {
  const told = (await stripe.webhooksOf(desk.stripeAccountId, [type])).at(-1)
  if (!told) throw new Error(`Stripe has sent no ${type}`)
  await deliver(told)
}

async function takeAccountAway(): Promise<void> {
  await stripe.act(`/accounts/${desk.stripeAccountId}/deauthorize`)
  await tell('account.application.deauthorized')
}

async function banner(note: Pick<Note, 'freelancerId' | 'creditNoteId'>) {
  return refundBanner(refundFacts(await standing(note)), { locale: 'en-GB', timeZone: 'Europe/Berlin' })
}

async function today({ freelancerId }: Desk) {
  const { needsYou, moving } = await deskSummary(freelancerId)
  const ids = (notes: { id: string }[]) => notes.map(({ id }) => id)
  return { needsYou: ids(needsYou), moving: ids(moving) }
}

/** How many readings of refunds are planned. */
async function readingsPlanned(): Promise<number> {
  const rows = await db().$queryRaw<{ planned: number }[]>`
    SELECT count(*)::int AS planned FROM graphile_worker.jobs WHERE task_identifier = 'read-refunds'`
  return rows[0]?.planned ?? 0
}

const OUT_OF_SIGHT = { mood: 'needs_you', reason: { code: 'refund_out_of_sight' }, actions: ['refresh'] }

test('a refund under way on an account that was taken away says that nobody sees it, and needs the freelancer', async () => {
  const note = await requestedNote()
  expect(await banner(note)).toMatchObject({ mood: 'moving', reason: null })
  expect(await today(desk)).toEqual({ needsYou: [], moving: [note.creditNoteId] })
  await takeAccountAway()
  expect(await banner(note)).toMatchObject({
    sentence: 'Refund in progress, expected in 3–5 business days.',
    ...OUT_OF_SIGHT,
  })
  expect(await today(desk)).toEqual({ needsYou: [note.creditNoteId], moving: [] })
  expect(await refreshRefund(note)).toMatchObject({ stripeAnswered: false, creditNote: { refundStatus: 'requested' } })
  expect(await banner(note)).toMatchObject(OUT_OF_SIGHT)
})

const MEANWHILE = {
  succeeded: { act: 'confirm', mood: 'done', reason: null },
  failed: { act: 'fail', mood: 'failed', reason: { code: 'unknown' } },
} as const

test.each([
  ['succeeded', 'account.application.authorized'],
  ['failed', 'account.application.authorized'],
  ['failed', 'account.updated'],
] as const)('one that has %s meanwhile is seen at once when %s gives the account back', async (status, word) => {
  const note = await requestedNote()
  await takeAccountAway()
  const { act, mood, reason } = MEANWHILE[status]
  const [refund] = await stripe.refundsOf(desk.stripeAccountId)
  await stripe.act(`/refunds/${refund?.id}/${act}`)
  expect(await banner(note)).toMatchObject(OUT_OF_SIGHT)

  await stripe.act(`/accounts/${desk.stripeAccountId}/reconnect`)
  if (word === 'account.updated') await stripe.act(`/accounts/${desk.stripeAccountId}/onboard`)
  await tell(word)
  await runJobs()
  expect(await standing(note)).toMatchObject({ refundStatus: status, accountConnected: true })
  expect(await banner(note)).toMatchObject({ mood, reason })
  expect((await today(desk)).needsYou).toEqual(status === 'failed' ? [note.creditNoteId] : [])
})

test('one that is still under way when the account comes back is on its way again', async () => {
  const note = await requestedNote()
  await takeAccountAway()
  await stripe.act(`/accounts/${desk.stripeAccountId}/reconnect`)
  await tell('account.application.authorized')
  await runJobs()
  expect(await banner(note)).toMatchObject({ mood: 'moving', reason: null })
  expect(await today(desk)).toEqual({ needsYou: [], moving: [note.creditNoteId] })
})

test('an account in place of the one that was paid does not show its refunds either', async () => {
  const note = await requestedNote()
  await connectStripeAccount(desk.freelancerId, await stripe.openAccount(), true)
  expect(await banner(note)).toMatchObject(OUT_OF_SIGHT)
  expect(await today(desk)).toEqual({ needsYou: [note.creditNoteId], moving: [] })
  await connectStripeAccount(desk.freelancerId, desk.stripeAccountId, true)
  expect(await banner(note)).toMatchObject({ mood: 'moving', reason: null })
})

test('of a lost account neither a bank transfer nor another freelancer’s refund is out of sight', async () => {
  const other = await openDesk(await stripe.openAccount())
  const theirs = await requestedNote(other)
  const sent = await sendAmendment(desk, { payment: { method: 'sepa', amount: 30_000 } })
  const { id: byHand } = await sign(desk, sent)
  await takeAccountAway()
  expect(await standing(theirs)).toMatchObject({ accountConnected: true })
  expect(await today(other)).toEqual({ needsYou: [], moving: [theirs.creditNoteId] })
  expect(await standing({ ...desk, creditNoteId: byHand })).toMatchObject({ accountConnected: true })
})

test('what needs the freelancer stands newest first, whatever it is that it needs', async () => {
  const eldest = await requestedNote()
  await takeAccountAway()
  const sent = await sendAmendment(desk, { payment: { method: 'sepa', amount: 30_000 } })
  const { id: byHand } = await sign(desk, sent)
  expect(await today(desk)).toEqual({ needsYou: [byHand, eldest.creditNoteId], moving: [] })
})

test('news of an account that was connected all along has nothing read', async () => {
  await requestedNote()
  await forgetJobs()
  await stripe.act(`/accounts/${desk.stripeAccountId}/onboard`)
  await tell('account.updated')
  expect(await readingsPlanned()).toBe(0)
})

test('of thousands that went unseen no more are read at once than asked for, the longest under way first', async () => {
  const first = await requestedNote()
  await requestedNote()
  const unseen = (limit: number) => inTransaction((tx) => findNotesOutOfSight(tx, desk.stripeAccountId, limit))
  expect(await unseen(9)).toEqual([])
  await takeAccountAway()
  expect(await unseen(9)).toHaveLength(2)
  expect(await unseen(1)).toEqual([{ freelancerId: desk.freelancerId, creditNoteId: first.creditNoteId }])
})
