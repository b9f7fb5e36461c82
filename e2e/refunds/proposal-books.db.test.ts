import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { holdCreditNote } from '@/lib/credit-notes/find-credit-note'
import { signAmendment } from '@/lib/credit-notes/sign-amendment'
import { db, disconnectDatabase } from '@/lib/db'
import { confirmDeposit } from '@/lib/deposits/confirm-deposit'
import { markRefunded } from '@/lib/refunds/mark-refunded'
import { moveRefund } from '@/lib/refunds/move-refund'
import { inTransaction } from '@/lib/transaction'
import {
  amendAgain,
  type Desk,
  deliver,
  deliverAll,
  expectPromisesKept,
  forgetJobs,
  issueNote,
  type Note,
  openDesk,
  proposalStatusOf,
  sendAmendment,
  sign,
  standing,
  trigger,
  waitingForLocks,
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
afterEach(() => expectPromisesKept(stripe, desk))

/** Two notes of one proposal whose refunds Stripe has accepted and completed; nobody has heard of it yet. */
async function twoRefunds(): Promise<[Note, Note]> {
  const first = await issueNote(desk, { priceAfter: 25_000 })
  const { id, amountGross } = await sign(desk, await amendAgain(first, 22_000))
  const second = { ...first, creditNoteId: id, amount: amountGross }
  await trigger(first)
  await trigger(second)
  return [first, second]
}

/** What Stripe tells of a note's refund from now on is kept back, to be handed on in another order. */
async function newsOf(note: Note, heard: readonly Delivery[] = []): Promise<Delivery[]> {
  const { stripeRefundId } = await standing(note)
  const all = await stripe.webhooksOf(desk.stripeAccountId)
  return all.filter(
    ({ id, rawBody }) => rawBody.includes(String(stripeRefundId)) && !heard.some((one) => one.id === id),
  )
}

async function hear(news: readonly Delivery[]): Promise<void> {
  for (const delivery of news) await deliver(delivery)
}

test('a proposal is closed only once all of its refunds are, and open again once a further credit note is issued', async () => {
  const [first, second] = await twoRefunds()
  await hear(await newsOf(first))
  expect(await standing(first)).toMatchObject({ refundStatus: 'succeeded' })
  expect(await proposalStatusOf(first)).toBe('deposit_paid')
  await hear(await newsOf(second))
  expect(await proposalStatusOf(first)).toBe('paid')

  const { id } = await sign(desk, await amendAgain(first, 20_000))
  expect(await proposalStatusOf(first)).toBe('deposit_paid')
  await trigger({ ...first, creditNoteId: id })
  await deliverAll(stripe, desk)
  expect(await proposalStatusOf(first)).toBe('paid')
})

test('a refund sent by hand before the deposit was confirmed closes the proposal once it is', async () => {
  const note = await issueNote(desk, { confirmed: false })
  const sent = { method: 'sepa', reference: 'E2E 4711', refundedOn: new Date('2026-03-16') } as const
  expect(await markRefunded({ ...note, actor: 'freelancer', ...sent })).toMatchObject({ ok: true })
  expect(await proposalStatusOf(note)).toBe('signed')
  await inTransaction((tx) => confirmDeposit(tx, { ...note, checkoutSessionId: null }))
  expect(await proposalStatusOf(note)).toBe('paid')
})

test.each(['the one that lasts is heard of last', 'the one that came back is heard of last'])(
  'one refund lasts and the other comes back: the proposal stays open, whichever is heard of first (%s)',
  async (order) => {
    const [lasting, returned] = await twoRefunds()
    const completed = await newsOf(returned)
    const { stripeRefundId } = await standing(returned)
    await stripe.act(`/refunds/${stripeRefundId}/fail`, { failure_reason: 'declined' })
    const cameBack = await newsOf(returned, completed)
    const lasts = await newsOf(lasting)
    await hear(completed)
    for (const news of order.startsWith('the one that lasts') ? [cameBack, lasts] : [lasts, cameBack]) await hear(news)
    expect(await standing(lasting)).toMatchObject({ refundStatus: 'succeeded' })
    expect(await standing(returned)).toMatchObject({ refundStatus: 'failed' })
    expect(await proposalStatusOf(lasting)).toBe('deposit_paid')
  },
)

test('two amendments signed at the same moment credit the VAT of two price cuts, as one after the other', async () => {
  const sent = await sendAmendment(desk, { payment: { method: 'sepa', amount: 30_000 }, priceAfter: 25_000 })
  const again = await amendAgain({ freelancerId: desk.freelancerId, proposalId: sent.proposalId }, 20_000)
  await db().$executeRaw`UPDATE proposals SET total_net = 24000, total_vat = 6000 WHERE id = ${sent.proposalId}::uuid`
  await db().$executeRaw`UPDATE amendments SET total_net = 20000, total_vat = 5000 WHERE id = ${sent.amendmentId}::uuid`
  await db()
    .$executeRaw`UPDATE amendments SET total_net = 19000, total_vat = 1000 WHERE id = ${again.amendmentId}::uuid`
  const signed = await db().$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM deposits WHERE id = ${sent.depositId}::uuid FOR UPDATE`
    const first = signAmendment({ token: sent.token, signedBy: 'Paula Pine' })
    await expect.poll(waitingForLocks).toBe(1)
    const second = signAmendment({ token: again.token, signedBy: 'Paula Pine' })
    await expect.poll(waitingForLocks).toBe(2)
    return [first, second]
  })
  for (const one of await Promise.all(signed)) expect(one).toMatchObject({ ok: true })
  const notes = await db().creditNote.findMany({
    where: { freelancerId: desk.freelancerId },
    orderBy: { sequence: 'asc' },
  })
  expect(notes.map(({ amountGross, amountVat }) => [Number(amountGross), Number(amountVat)])).toEqual([
    [5000, 1000],
    [5000, 4000],
  ])
})

test('of two refunds that end at the same moment the later closes the proposal', async () => {
  const [first, second] = await twoRefunds()
  const news = await newsOf(second)
  const hearing = await db().$transaction(async (tx) => {
    const note = await holdCreditNote(tx, first.freelancerId, first.creditNoteId)
    if (!note?.stripeRefundId) throw new Error('no refund')
    const completed = { to: 'succeeded', stripeRefundId: note.stripeRefundId, traceNumber: null } as const
    await moveRefund(tx, note, completed, { actor: 'stripe' })
    const second = [hear(news)]
    await expect.poll(waitingForLocks).toBe(1)
    return second
  })
  await Promise.all(hearing)
  expect(await proposalStatusOf(first)).toBe('paid')
})

test('who confirms a deposit waits for whoever is at one of its notes before holding the proposal: neither is in the other’s way', async () => {
  const note = await issueNote(desk, { confirmed: false })
  const confirming = await db().$transaction(async (tx) => {
    await holdCreditNote(tx, note.freelancerId, note.creditNoteId)
    const confirmed = [inTransaction((other) => confirmDeposit(other, { ...note, checkoutSessionId: null }))]
    await expect.poll(waitingForLocks).toBe(1)
    await tx.$queryRaw`SELECT id FROM proposals WHERE id = ${note.proposalId}::uuid FOR UPDATE NOWAIT`
    return confirmed
  })
  expect(await Promise.all(confirming)).toMatchObject([{ depositId: note.depositId }])
})
