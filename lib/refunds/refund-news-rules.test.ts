import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { STRIPE_REFUND_STATUSES, type StripeRefundStatus } from '@/lib/stripe/refund-news'
import {
  answerIsOnlyAcceptance,
  isLive,
  mergeProgress,
  type NoteOfPayment,
  paidOnceMore,
  type RefundProgress,
  sameProgress,
  verdictOnRefunds,
} from './refund-news-rules'
import { LEGAL_TRANSITIONS, REFUND_STATUSES, type RefundStatus } from './refund-status'

const anyStatus = fc.constantFrom(...STRIPE_REFUND_STATUSES)
const anyProgress: fc.Arbitrary<RefundProgress> = fc.record({
  status: anyStatus,
  failureReason: fc.option(fc.constantFrom('declined', 'unknown', 'insufficient_funds', 'not_in_any_book')),
  pendingReason: fc.option(
    fc.constantFrom('processing', 'charge_pending', 'insufficient_funds', 'not_in_any_book', 'nor_this'),
  ),
  traceNumber: fc.option(fc.constantFrom('70000000000000000000001', '70000000000000000000002')),
})

function mergeAll(reports: readonly RefundProgress[]): RefundProgress | null {
  return reports.reduce<RefundProgress | null>(mergeProgress, null)
}

describe('merging news of one Stripe refund', () => {
  test('any order and any repetition of the same reports ends the same', () => {
    const reordered = fc.array(anyProgress, { minLength: 1, maxLength: 6 }).chain((reports) =>
      fc.record({
        reports: fc.constant(reports),
        shuffled: fc.shuffledSubarray(reports, { minLength: reports.length }),
        repeated: fc.array(fc.constantFrom(...reports), { maxLength: 6 }),
      }),
    )
    fc.assert(
      fc.property(reordered, ({ reports, shuffled, repeated }) => {
        expect(mergeAll([...shuffled, ...repeated])).toEqual(mergeAll(reports))
        expect(mergeAll([...repeated, ...shuffled])).toEqual(mergeAll(reports))
      }),
      { numRuns: 2000 },
    )
  })

  test('a refund never moves down: older news never wins', () => {
    const ladder: StripeRefundStatus[][] = [['pending'], ['requires_action'], ['succeeded'], ['failed', 'canceled']]
    const rung = (status: StripeRefundStatus) => ladder.findIndex((statuses) => statuses.includes(status))
    fc.assert(
      fc.property(anyProgress, anyProgress, (known, news) => {
        expect(rung(mergeProgress(known, news).status)).toBe(Math.max(rung(known.status), rung(news.status)))
      }),
    )
  })

  test('a trace number once heard is never lost', () => {
    fc.assert(
      fc.property(fc.array(anyProgress, { minLength: 1 }), (reports) => {
        const told = reports.some(({ traceNumber }) => traceNumber !== null)
        expect(mergeAll(reports)?.traceNumber !== null).toBe(told)
      }),
    )
  })

  test('what was succeeded and then failed is failed, with the reason of the failure, whichever is heard first', () => {
    const succeeded: RefundProgress = {
      status: 'succeeded',
      failureReason: null,
      pendingReason: null,
      traceNumber: null,
    }
    const failed: RefundProgress = { ...succeeded, status: 'failed', failureReason: 'declined' }
    expect(mergeProgress(succeeded, failed)).toEqual(failed)
    expect(mergeProgress(failed, succeeded)).toEqual(failed)
  })

  test('the same again is nothing new', () => {
    fc.assert(
      fc.property(fc.array(anyProgress, { minLength: 1 }), (reports) => {
        const known = mergeAll(reports)
        for (const report of reports) expect(sameProgress(known, mergeProgress(known, report))).toBe(true)
      }),
    )
  })

  test('the first news of a refund is new', () => {
    fc.assert(
      fc.property(anyProgress, (news) => {
        expect(sameProgress(null, mergeProgress(null, news))).toBe(false)
      }),
    )
  })
})

describe('Stripe’s answer to our own call', () => {
  test('never means that the money has arrived', () => {
    fc.assert(
      fc.property(anyProgress, (answer) => {
        expect(answerIsOnlyAcceptance(answer).status).not.toBe('succeeded')
        if (answer.status !== 'succeeded') expect(answerIsOnlyAcceptance(answer)).toEqual(answer)
      }),
    )
  })
})

type Known = { stripeRefundId: string; status: StripeRefundStatus; failureReason: string | null }

const anyRefunds: fc.Arbitrary<Known[]> = fc
  .array(fc.record({ status: anyStatus, failureReason: fc.option(fc.constantFrom('declined', 'unknown')) }), {
    maxLength: 4,
  })
  .map((refunds) => refunds.map((refund, i) => ({ ...refund, stripeRefundId: `re_${i}` })))

const anyNote = fc.record({
  status: fc.constantFrom(...REFUND_STATUSES),
  stripeRefundId: fc.option(fc.constantFrom('re_0', 're_1', 're_2', 're_3')),
  manualReference: fc.option(fc.constantFrom('By transfer', 'Sent as re_1 by hand')),
})

const unfollowed = { stripeRefundId: null, manualReference: null }

describe('what a note’s refunds add up to', () => {
  test('a refund that has paid the client, or may yet, is followed; else the last one’s failure is told', () => {
    fc.assert(
      fc.property(
        anyRefunds,
        fc.constantFrom<RefundStatus>('pending', 'requested', 'succeeded', 'failed'),
        (refunds, status) => {
          const verdict = verdictOnRefunds({ status, ...unfollowed }, refunds, false)
          const live = refunds.filter((refund) => isLive(refund.status))
          if (refunds.length === 0) expect(verdict).toEqual({ kind: 'stay', paidTwice: null })
          else if (live.length === 0)
            expect(verdict).toMatchObject({ kind: 'failed', stripeRefundId: refunds.at(-1)?.stripeRefundId })
          else {
            expect(verdict).toMatchObject({
              kind: 'follow',
              status: live.some((refund) => refund.status === 'succeeded') ? 'succeeded' : 'requested',
            })
          }
        },
      ),
    )
  })

  test('more than one live refund is always named, one alone never, nor one that a manual refund says it was', () => {
    fc.assert(
      fc.property(anyNote, anyRefunds, fc.boolean(), (note, refunds, attemptOpen) => {
        const live = refunds.filter(({ status }) => isLive(status))
        const verdict = verdictOnRefunds(note, refunds, attemptOpen)
        const warned = verdict.kind !== 'failed' && verdict.paidTwice !== null
        const besideManual = live.filter(({ stripeRefundId }) => !note.manualReference?.includes(stripeRefundId))
        expect(warned).toBe(note.status === 'manual' ? besideManual.length > 0 : live.length > 1)
      }),
    )
  })

  test('a manual refund is never overwritten', () => {
    fc.assert(
      fc.property(anyRefunds, fc.boolean(), (refunds, attemptOpen) => {
        expect(verdictOnRefunds({ status: 'manual', ...unfollowed }, refunds, attemptOpen).kind).toBe('stay')
      }),
    )
  })

  test('while an attempt is open, an older refund’s failure decides nothing but for a note that says it is on its way', () => {
    fc.assert(
      fc.property(anyNote, anyRefunds, (note, refunds) => {
        const allFailed = refunds.length > 0 && !refunds.some(({ status }) => isLive(status))
        const saysOnItsWay = note.status === 'requested' || note.status === 'succeeded'
        expect(verdictOnRefunds(note, refunds, true).kind === 'failed').toBe(allFailed && saysOnItsWay)
      }),
    )
  })

  test('the refund that a note follows stays the one, as long as no other has paid instead', () => {
    fc.assert(
      fc.property(anyRefunds, (refunds) => {
        for (const current of refunds.filter(({ status }) => status === 'succeeded')) {
          const note = { ...unfollowed, status: 'succeeded', stripeRefundId: current.stripeRefundId } as const
          expect(verdictOnRefunds(note, refunds, false)).toMatchObject({ stripeRefundId: current.stripeRefundId })
        }
      }),
    )
  })

  test('canceled counts as failed, with that reason', () => {
    const canceled: Known = { stripeRefundId: 're_0', status: 'canceled', failureReason: null }
    const note = { ...unfollowed, status: 'requested', stripeRefundId: 're_0' } as const
    expect(verdictOnRefunds(note, [canceled], false)).toEqual({
      kind: 'failed',
      stripeRefundId: 're_0',
      reason: 'canceled',
    })
  })

  test('one refund’s whole story, told in any order, ends where its last report stands, by legal moves alone', () => {
    const stories = fc
      .array(anyProgress, { minLength: 1, maxLength: 5 })
      .chain((reports) => fc.tuple(fc.constant(reports), fc.shuffledSubarray(reports, { minLength: reports.length })))
    fc.assert(
      fc.property(stories, ([reports, shuffled]) => {
        expect(tell(shuffled)).toEqual(tell(reports))
      }),
      { numRuns: 1000 },
    )
  })
})

/** Lives through reports of one refund as a note would, and returns how it stands then. */
function tell(reports: readonly RefundProgress[]): { status: RefundStatus; reason: string | null } {
  let known: RefundProgress | null = null
  let note: { status: RefundStatus; stripeRefundId: string | null } = { status: 'pending', stripeRefundId: null }
  let reason: string | null = null
  for (const report of reports) {
    known = mergeProgress(known, report)
    const current = { ...note, manualReference: null }
    const verdict = verdictOnRefunds(current, [{ ...known, stripeRefundId: 're_0' }], false)
    if (verdict.kind === 'stay') continue
    const status: RefundStatus = verdict.kind === 'failed' ? 'failed' : verdict.status
    if (status !== note.status) expect(LEGAL_TRANSITIONS[note.status]).toContain(status)
    note = { status, stripeRefundId: verdict.stripeRefundId }
    reason = verdict.kind === 'failed' ? verdict.reason : null
  }
  return { status: note.status, reason }
}

describe('refunds made elsewhere, beside the notes of their payment', () => {
  const note = (creditNoteId: string, wish: Partial<NoteOfPayment> = {}): NoteOfPayment => ({
    ...{ creditNoteId, status: 'succeeded', amount: 100, currency: 'eur', reference: null },
    issuedAt: new Date('2026-03-14'),
    ...wish,
  })
  const refund = (stripeRefundId: string, amount = 100, currency = 'eur') => ({ stripeRefundId, amount, currency })
  const alarms = (...asked: Parameters<typeof paidOnceMore>) => Object.fromEntries(paidOnceMore(...asked))

  test.each(REFUND_STATUSES)(
    'alarm a note of the same amount that is %s only where something has paid it',
    (status) => {
      const paid = status !== 'pending' && status !== 'failed'
      expect(alarms([note('1', { status })], [refund('re_1')])).toEqual(paid ? { 1: 're_1' } : {})
    },
  )

  test('may contain a note of less, never one of more or of another currency', () => {
    expect(alarms([note('1')], [refund('re_1', 101)])).toEqual({ 1: 're_1' })
    expect(alarms([note('1')], [refund('re_1', 99), refund('re_2', 100, 'usd')])).toEqual({})
  })

  test('named in a manual refund are explained, though of another note', () => {
    const marked = note('1', { status: 'manual', amount: 60, reference: 'In Stripe: re_1.' })
    expect(alarms([marked, note('2')], [refund('re_1')])).toEqual({})
  })

  test('are explained by an open note of exactly the amount, one by each', () => {
    const open = note('1', { status: 'failed' })
    expect(alarms([open, note('2')], [refund('re_1')])).toEqual({})
    expect(alarms([open, note('2')], [refund('re_1'), refund('re_2')])).toEqual({ 2: 're_2' })
    expect(alarms([{ ...open, amount: 99 }, note('2')], [refund('re_1')])).toEqual({ 2: 're_1' })
  })

  test('alarm the note of exactly the amount, then one that none alarms yet, then the newest', () => {
    const issuedAt = (day: string) => ({ issuedAt: new Date(day) })
    const notes = [
      note('2', issuedAt('2026-03-14')),
      note('1', issuedAt('2026-03-15')),
      note('3', { amount: 60, ...issuedAt('2026-03-16') }),
    ]
    expect(alarms(notes, [refund('re_1')])).toEqual({ 1: 're_1' })
    expect(alarms(notes, [refund('re_1'), refund('re_2')])).toEqual({ 1: 're_1', 2: 're_2' })
    expect(alarms(notes, [refund('re_1', 200)])).toEqual({ 3: 're_1' })
    expect(alarms(notes, [refund('re_1', 200), refund('re_2', 200)])).toEqual({ 1: 're_2', 3: 're_1' })
  })

  test('choose in turn, the smallest first, in whatever order they came', () => {
    const notes = [note('1', { amount: 100 }), note('2', { amount: 60 }), note('3', { amount: 30 })]
    const refunds = [refund('re_1', 120), refund('re_2', 40), refund('re_3', 60)]
    const expected = { 1: 're_1', 2: 're_3', 3: 're_2' }
    expect(alarms(notes, refunds)).toEqual(expected)
    expect(alarms(notes, refunds.toReversed())).toEqual(expected)
  })

  test('alarm one note each at most, the same in whatever order the notes come', () => {
    const anyNote = fc.record({
      status: fc.constantFrom(...REFUND_STATUSES),
      amount: fc.constantFrom(60, 100),
      reference: fc.constantFrom(null, 'by transfer', 're_1'),
      issuedAt: fc.constantFrom(new Date('2026-03-14'), new Date('2026-03-15')),
    })
    const anyNotes = fc
      .array(anyNote, { maxLength: 5 })
      .map((wishes) => wishes.map((wish, i) => note(String(i), wish)))
      .chain((notes) =>
        fc.record({
          notes: fc.constant(notes),
          shuffled: fc.shuffledSubarray(notes, { minLength: notes.length }),
        }),
      )
    const anyRefunds = fc
      .array(fc.constantFrom(60, 80, 100, 120), { maxLength: 4 })
      .map((amounts) => amounts.map((amount, i) => refund(`re_${i}`, amount)))
    fc.assert(
      fc.property(anyNotes, anyRefunds, ({ notes, shuffled }, refunds) => {
        const found = alarms(notes, refunds)
        expect(alarms(shuffled, refunds)).toEqual(found)
        // Which refund is named hangs on which is older; whom they alarm does not.
        const unnamed = notes.map((one) => ({ ...one, reference: null }))
        const alarmed = Object.keys(alarms(unnamed, refunds))
        expect(Object.keys(alarms(unnamed, refunds.toReversed()))).toEqual(alarmed)
        expect(new Set(Object.values(found)).size).toBe(Object.keys(found).length)
      }),
    )
  })
})
