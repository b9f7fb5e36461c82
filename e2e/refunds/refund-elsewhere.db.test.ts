import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { deskSummary } from '@/lib/credit-notes/credit-note-store'
import { disconnectDatabase } from '@/lib/db'
import { adoptRefund } from '@/lib/refunds/adopt-refund'
import { markRefunded } from '@/lib/refunds/mark-refunded'
import { stopAutomaticTries } from '@/lib/refunds/plan-tries'
import { tellForeignRefund } from '@/lib/refunds/tell-foreign-refund'
import { inTransaction } from '@/lib/transaction'
import {
  amendAgain,
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
  runJobs,
  sign,
  standing,
  timelineOf,
  trigger,
  waitingForLocks,
} from './desk'
import { type StripeWorld, startStripe } from './stripe-world'

// Refunds that somebody makes in Stripe's Dashboard, beside the notes of the same payment.

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
  await expectPromisesKept(stripe, desk)
})

/** One more note of the same payment, nobody's to ask about yet. */
async function siblingOf(note: Note, priceAfter: number): Promise<Note> {
  const { id, amountGross } = await sign(desk, await amendAgain(note, priceAfter))
  return { ...note, creditNoteId: id, amount: amountGross }
}

/** Two notes of one payment, of so much each; nobody asks for their refunds by himself. */
async function twoNotes(amounts: [number, number]): Promise<[Note, Note]> {
  const first = await issueNote(desk, { priceAfter: 30_000 - amounts[0] })
  const second = await siblingOf(first, 30_000 - amounts[0] - amounts[1])
  await forgetJobs()
  return [first, second]
}

/** Everything that Stripe has sent arrives, and whatever that brings about is done. */
async function hear(): Promise<void> {
  await deliverAll(stripe, desk)
  await runJobs()
}

/** Stripe pays these notes. */
async function pay(...notes: Note[]): Promise<void> {
  for (const note of notes) await trigger(note)
  await hear()
  for (const note of notes) expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded', paidTwiceAt: null })
}

/** Somebody refunds that much in the Dashboard; returns the refund's id. */
async function refundByHand({ paymentIntentId }: Note, amount: number): Promise<string> {
  const before = (await stripe.refundsOf(desk.stripeAccountId)).map(({ id }) => id)
  await stripe.act('/refund-in-dashboard', { payment_intent: paymentIntentId, amount })
  const made = (await stripe.refundsOf(desk.stripeAccountId)).find(({ id }) => !before.includes(id))
  return made?.id ?? ''
}

async function bounce(stripeRefundId: string | null): Promise<void> {
  await stripe.act(`/refunds/${stripeRefundId}/fail`, { failure_reason: 'declined' })
}

async function markByHand(note: Note, reference: string): Promise<void> {
  const how = { actor: 'freelancer', method: 'other', refundedOn: new Date('2026-03-14T00:00:00Z') } as const
  expect(await markRefunded({ ...note, ...how, reference })).toMatchObject({ ok: true })
}

/** Which of the notes warn that the client may have been paid twice. */
async function alarms(...notes: Note[]): Promise<boolean[]> {
  const all = await Promise.all(notes.map(standing))
  return all.map(({ paidTwiceAt }) => paidTwiceAt !== null)
}

/** What Today shows to a desk, by id. */
async function todayOf({ freelancerId }: Desk) {
  const { needsYou, moving, recentlySettled } = await deskSummary(freelancerId)
  const ids = (notes: readonly { id: string }[]) => notes.map(({ id }) => id)
  return { needsYou: ids(needsYou), moving: ids(moving), recentlySettled: ids(recentlySettled) }
}

async function kindsOf(note: Note, ...kinds: string[]): Promise<string[]> {
  return (await timelineOf(note)).map(({ kind }) => kind).filter((kind) => kinds.includes(kind))
}

describe('beside a note that Requite has paid through Stripe', () => {
  test.each([
    ['of the same amount', 10_000],
    ['that may contain it', 10_001],
  ])('a refund %s warns of paying twice, once, until it bounces', async (_, amount) => {
    const note = await issueNote(desk)
    await forgetJobs()
    await pay(note)
    const byHand = await refundByHand(note, amount)
    for (let again = 0; again < 2; again++) {
      await hear()
      await tellForeignRefund(byHand, { actor: 'stripe' })
    }
    expect(await alarms(note)).toEqual([true])
    expect(await emailsOf(note)).toEqual(['refund_completed', 'paid_twice_alert'])
    await bounce(byHand)
    await hear()
    await hear()
    expect(await alarms(note)).toEqual([false])
    expect(await kindsOf(note, 'paid_twice', 'paid_twice_over')).toEqual(['paid_twice', 'paid_twice_over'])
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded' })
  })

  test('a note that may have been paid twice needs its own freelancer on Today, before all others, until that is over', async () => {
    const note = await issueNote(desk)
    await forgetJobs()
    await pay(note)
    const byHand = await refundByHand(note, 10_000)
    await hear()
    const failed = await issueNote(desk, { card: 'pm_card_createDispute' })
    await trigger(failed)
    const today = await todayOf(desk)
    expect(today).toEqual({ needsYou: [note.creditNoteId, failed.creditNoteId], moving: [], recentlySettled: [] })
    const somebody = await openDesk(await stripe.openAccount())
    expect(await todayOf(somebody)).toEqual({ needsYou: [], moving: [], recentlySettled: [] })
    await bounce(byHand)
    await hear()
    const { needsYou, recentlySettled } = await todayOf(desk)
    expect({ needsYou, recentlySettled }).toEqual({
      needsYou: [failed.creditNoteId],
      recentlySettled: [note.creditNoteId],
    })
  })

  test('each further payment is told as well, though an alarm stands already', async () => {
    const note = await issueNote(desk)
    await forgetJobs()
    await pay(note)
    await refundByHand(note, note.amount + 1)
    await hear()
    const dispute = z.object({ id: z.string() }).parse(await stripe.act(`/charges/${note.chargeId}/dispute`))
    await stripe.act(`/disputes/${dispute.id}/lost`)
    for (let again = 0; again < 2; again++)
      for (const told of await stripe.webhooksOf(desk.stripeAccountId, ['charge.dispute.closed'])) await deliver(told)
    await runJobs()
    expect(await kindsOf(note, 'paid_twice')).toEqual(['paid_twice', 'paid_twice'])
    expect((await emailsOf(note)).filter((moment) => moment === 'paid_twice_alert')).toHaveLength(2)
  })

  test('a refund of less is no second payment of it', async () => {
    const note = await issueNote(desk)
    await forgetJobs()
    await pay(note)
    await refundByHand(note, 9_999)
    await hear()
    expect(await alarms(note)).toEqual([false])
  })

  test('or is paying, it warns as well: whoever presses Retry beside it all the same reads so at once', async () => {
    const note = await issueNote(desk)
    await refundByHand(note, note.amount)
    await hear()
    expect(await standing(note)).toMatchObject({ failureReason: 'refunded_elsewhere', paidTwiceAt: null })
    await pressRetry(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'requested', paidTwiceAt: expect.any(Date) })
  })
})

test('beside a manual refund, one that may contain it warns too, and one of less does not', async () => {
  const [larger, less] = [await issueNote(desk), await issueNote(desk)]
  for (const note of [larger, less]) await markByHand(note, 'Transfer of 14 March')
  await refundByHand(larger, larger.amount + 1)
  await refundByHand(less, less.amount - 1)
  await hear()
  expect(await alarms(larger, less)).toEqual([true, false])
})

describe('one refund alarms one note of its payment', () => {
  test.each([
    ['the one of exactly its amount', [8_000, 5_000], 8_000, [true, false]],
    ['else the newest that it may contain', [5_000, 5_000], 8_000, [false, true]],
    ['the newest of several of its amount', [5_000, 5_000], 5_000, [false, true]],
  ] as const)('%s', async (_, [first, second], amount, expected) => {
    const notes = await twoNotes([first, second])
    await pay(...notes)
    await refundByHand(notes[0], amount)
    await hear()
    expect(await alarms(...notes)).toEqual(expected)
  })

  test('and two refunds alarm two', async () => {
    const notes = await twoNotes([5_000, 5_000])
    await pay(...notes)
    for (const note of notes) await refundByHand(note, 5_000)
    await hear()
    expect(await alarms(...notes)).toEqual([true, true])
  })

  test('none while a note that is still open may adopt it, and the likeliest once that one is paid too', async () => {
    const [paid, open] = await twoNotes([5_000, 5_000])
    await pay(paid)
    const byHand = await refundByHand(paid, 5_000)
    await hear()
    await trigger(open)
    await runJobs()
    expect(await standing(open)).toMatchObject({ failureReason: 'refunded_elsewhere' })
    expect(await alarms(paid, open)).toEqual([false, false])
    await pressRetry(open)
    await hear()
    expect(await alarms(paid, open)).toEqual([false, true])

    const { stripeRefundId } = await standing(open)
    await bounce(stripeRefundId)
    await hear()
    expect(await standing(open)).toMatchObject({ refundStatus: 'failed', foreignRefund: { stripeRefundId: byHand } })
    expect(await alarms(paid, open)).toEqual([false, false])
  })

  test('one that a new note may adopt alarms no other any more', async () => {
    const paid = await issueNote(desk, { priceAfter: 25_000 })
    await forgetJobs()
    await pay(paid)
    await refundByHand(paid, 8_000)
    await hear()
    expect(await alarms(paid)).toEqual([true])
    const later = await siblingOf(paid, 17_000)
    await runJobs()
    expect(await alarms(paid, later)).toEqual([false, false])
  })

  test('a note that moves unaware of it while it is told is seen by the others', async () => {
    const [older, newer] = await twoNotes([5_000, 5_000])
    await pay(older, newer)
    const { stripeRefundId } = await standing(newer)
    await refundByHand(older, 8_000)
    const known = await stripe.webhooksOf(desk.stripeAccountId)
    await bounce(stripeRefundId)
    const failed = (await stripe.webhooksOf(desk.stripeAccountId)).filter(({ type }) => type === 'refund.failed')
    let telling: Promise<unknown> = Promise.resolve()
    await inTransaction(async (tx) => {
      await tx.$queryRaw`SELECT FROM credit_notes WHERE id = ${newer.creditNoteId}::uuid FOR UPDATE`
      for (const delivery of known) await deliver(delivery)
      telling = runJobs()
      await expect.poll(waitingForLocks).toBe(1)
      // As it stands while somebody's bounce waits to be committed: of the foreign refund that one has not heard.
      await tx.$executeRaw`
        UPDATE credit_notes SET refund_status = 'failed', failure_reason = 'declined', settled_at = NULL
        WHERE id = ${newer.creditNoteId}::uuid`
      await tx.$executeRaw`UPDATE stripe_refunds SET status = 'failed' WHERE id = ${stripeRefundId}`
      await tx.timelineEntry.create({
        data: {
          ...{ freelancerId: newer.freelancerId, creditNoteId: newer.creditNoteId, actor: 'stripe', detail: {} },
          ...{ kind: 'refund_bounced', fromStatus: 'succeeded', toStatus: 'failed' },
        },
      })
    })
    await telling
    expect(failed).toHaveLength(1)
    expect(await alarms(older, newer)).toEqual([true, false])
  })
})

describe('an alarm ends with its cause', () => {
  test('when a sibling’s manual refund names the refund', async () => {
    const [paid, open] = await twoNotes([8_000, 5_000])
    await pay(paid)
    const byHand = await refundByHand(paid, 8_000)
    await hear()
    expect(await alarms(paid, open)).toEqual([true, false])
    await markByHand(open, `In Stripe, as part of ${byHand}`)
    await runJobs()
    expect(await alarms(paid, open)).toEqual([false, false])
    expect((await timelineOf(paid)).at(-1)).toMatchObject({ kind: 'paid_twice_over', actor: 'freelancer' })
  })

  test('when a sibling adopts it, and not when another like it is left', async () => {
    const [paid, open] = await twoNotes([5_000, 5_000])
    await pay(paid)
    const [first, second] = [await refundByHand(paid, 5_000), await refundByHand(paid, 5_000)]
    await hear()
    expect(await alarms(paid, open)).toEqual([true, false])
    expect(await adoptRefund({ ...open, stripeRefundId: first, actor: 'freelancer' })).toMatchObject({ ok: true })
    await runJobs()
    expect(await alarms(paid, open)).toEqual([false, true])
    await bounce(second)
    await hear()
    expect(await alarms(paid, open)).toEqual([false, false])
  })
})

test('a refund that a note was marked with, and that bounces, is told to the freelancer once: the client does not have it', async () => {
  const [marked, other] = await twoNotes([5_000, 6_000])
  const byHand = await refundByHand(marked, 5_000)
  await hear()
  await markByHand(marked, `Refunded in the Dashboard, ${byHand}`)
  await markByHand(other, 'By transfer')
  await runJobs()
  expect(await kindsOf(marked, 'manual_refund_returned')).toEqual([])
  await bounce(byHand)
  await deliverAll(stripe, desk)
  for (let again = 0; again < 3; again++) await tellForeignRefund(byHand, { actor: 'stripe' })
  expect((await timelineOf(marked)).filter(({ kind }) => kind === 'manual_refund_returned')).toMatchObject([
    { detail: { stripeRefundId: byHand, reason: 'declined' } },
  ])
  expect(await emailsOf(marked)).toEqual(['refund_completed_manually', 'manual_refund_returned_alert'])
  expect(await standing(marked)).toMatchObject({ refundStatus: 'manual', paidTwiceAt: null })
  expect(await kindsOf(other, 'manual_refund_returned')).toEqual([])
})

describe('a note that was held back starts by itself', () => {
  /** Two notes, each held back by one and the same refund made elsewhere. */
  async function heldBack(): Promise<{ notes: [Note, Note]; byHand: string }> {
    const notes = await twoNotes([5_000, 5_000])
    const byHand = await refundByHand(notes[0], 5_000)
    await hear()
    for (const note of notes) {
      await trigger(note)
      expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: 'refunded_elsewhere' })
    }
    await runJobs()
    return { notes, byHand }
  }

  async function expectPaid(note: Note, healing = 'not_refunded_elsewhere'): Promise<void> {
    // What begins by itself is asked for in one round, and Stripe's news of it comes in the next.
    for (let round = 0; round < 3; round++) await hear()
    expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded' })
    expect((await timelineOf(note)).filter(({ kind }) => kind === 'cause_healed')).toMatchObject([
      { detail: { healing } },
    ])
  }

  test('when that refund bounces, heard of however often', async () => {
    const { notes, byHand } = await heldBack()
    await bounce(byHand)
    await deliverAll(stripe, desk)
    for (let again = 0; again < 3; again++) await tellForeignRefund(byHand, { actor: 'stripe' })
    await runJobs()
    for (const note of notes) await expectPaid(note)
    expect((await stripe.refundsOf(desk.stripeAccountId)).filter(({ status }) => status === 'succeeded')).toHaveLength(
      2,
    )
  })

  test.each([
    [30_000, 'charge_already_refunded'],
    [29_000, 'amount_exceeds_remaining'],
  ])('and so does one for which a refund of %i had left too little, once that one bounces', async (amount, reason) => {
    const note = await issueNote(desk, { priceAfter: 20_000 })
    await forgetJobs()
    const byHand = await refundByHand(note, amount)
    await hear()
    await trigger(note)
    expect(await standing(note)).toMatchObject({ refundStatus: 'failed', failureReason: reason, nextTryAt: null })
    await bounce(byHand)
    await hear()
    await expectPaid(note, 'money_came_back')
  })

  test('when a sibling adopts it', async () => {
    const { notes, byHand } = await heldBack()
    const [adopting, waits] = notes
    expect(await adoptRefund({ ...adopting, stripeRefundId: byHand, actor: 'freelancer' })).toMatchObject({ ok: true })
    await runJobs()
    await expectPaid(waits)
    expect(await standing(adopting)).toMatchObject({ refundStatus: 'succeeded', stripeRefundId: byHand })
    expect(await alarms(...notes)).toEqual([false, false])
  })

  test('when a sibling’s manual refund names it, and then nobody else may adopt it', async () => {
    const { notes, byHand } = await heldBack()
    const [marked, waits] = notes
    await markByHand(marked, `In Stripe: ${byHand}`)
    const adopted = await adoptRefund({ ...waits, stripeRefundId: byHand, actor: 'freelancer' })
    expect(adopted).toMatchObject({ ok: false, reason: 'refund_not_adoptable' })
    await runJobs()
    await expectPaid(waits)
    expect(await alarms(...notes)).toEqual([false, false])
  })

  test('but not while another refund like it is left', async () => {
    const { notes, byHand } = await heldBack()
    await refundByHand(notes[0], 5_000)
    await bounce(byHand)
    await hear()
    for (const note of notes) {
      expect(await standing(note)).toMatchObject({ failureReason: 'refunded_elsewhere' })
      expect(await kindsOf(note, 'cause_healed')).toEqual([])
    }
  })

  test('nor where somebody has stopped it', async () => {
    const { notes, byHand } = await heldBack()
    const [stopped, goesOn] = notes
    expect(await stopAutomaticTries({ ...stopped, actor: 'freelancer' })).toBe(true)
    await bounce(byHand)
    await hear()
    await expectPaid(goesOn)
    expect(await standing(stopped)).toMatchObject({ failureReason: 'refunded_elsewhere', nextTryAt: null })
  })
})

test.each(['in order', 'the wrong way round', 'twice'] as const)(
  'news of two notes and of refunds beside them ends the same, arriving %s',
  async (order) => {
    const notes = await twoNotes([5_000, 5_000])
    for (const note of notes) await trigger(note)
    await refundByHand(notes[0], 5_000)
    await bounce(await refundByHand(notes[0], 6_000))
    await refundByHand(notes[0], 7_000)
    await bounce((await standing(notes[0])).stripeRefundId)
    const told = await stripe.webhooksOf(desk.stripeAccountId)
    const deliveries = { 'in order': told, 'the wrong way round': told.toReversed(), twice: [...told, ...told] }[order]
    for (const delivery of deliveries) {
      await deliver(delivery)
      await runJobs()
    }
    // The bounced note may adopt the first; the last may have paid the other once more.
    expect(await standing(notes[0])).toMatchObject({ refundStatus: 'failed', paidTwiceAt: null })
    expect(await standing(notes[1])).toMatchObject({ refundStatus: 'succeeded', paidTwiceAt: expect.any(Date) })
  },
)
