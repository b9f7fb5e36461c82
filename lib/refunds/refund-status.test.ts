import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byHand, REFUND_REASONS, refundReason, withoutWaiting } from './refund-reasons'
import {
  LEGAL_TRANSITIONS,
  MANUAL_METHODS,
  manualMethodsFor,
  mayMarkRefunded,
  mayRetry,
  REFUND_ACTION_LABELS,
  REFUND_ACTIONS,
  REFUND_STATUSES,
  type RefundFacts,
  refundBanner,
} from './refund-status'
import { MOST_AUTOMATIC_TRIES, nextAutomaticTry } from './refund-tries'

const reader = { locale: 'en-GB', timeZone: 'Europe/Berlin' }

const confirmedCard: RefundFacts = {
  status: 'pending',
  depositMethod: 'card',
  depositConfirmed: true,
  attemptOpen: false,
  outcomeWithheld: false,
  accountConnected: true,
  failureReason: null,
  failureMessage: null,
  pendingReason: null,
  settledAt: null,
  manual: null,
  traceNumber: null,
  paidTwice: false,
  nextTryAt: null,
  automaticTries: 0,
  automaticStopped: false,
  foreignRefund: null,
}

const unconfirmed: RefundFacts = { ...confirmedCard, depositConfirmed: false }
const checking: RefundFacts = { ...confirmedCard, attemptOpen: true }
const sepa: RefundFacts = { ...confirmedCard, depositMethod: 'sepa' }
const requested: RefundFacts = { ...confirmedCard, status: 'requested' }
const succeeded: RefundFacts = {
  ...confirmedCard,
  status: 'succeeded',
  settledAt: new Date('2026-03-13T23:30:00Z'),
  traceNumber: '74627838012345678901234',
}
const manual: RefundFacts = {
  ...confirmedCard,
  status: 'manual',
  manual: { method: 'sepa', reference: 'Transfer of 14 March', refundedOn: new Date('2026-03-14T00:00:00Z') },
}
const failedFor = (failureReason: string): RefundFacts => ({ ...confirmedCard, status: 'failed', failureReason })

const anyMoment = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
const anyFacts: fc.Arbitrary<RefundFacts> = fc.record({
  status: fc.constantFrom(...REFUND_STATUSES),
  depositMethod: fc.constantFrom('card', 'sepa'),
  depositConfirmed: fc.boolean(),
  attemptOpen: fc.boolean(),
  outcomeWithheld: fc.boolean(),
  accountConnected: fc.boolean(),
  failureReason: fc.option(fc.oneof(fc.constantFrom(...Object.keys(REFUND_REASONS)), fc.string())),
  failureMessage: fc.option(fc.string()),
  pendingReason: fc.option(fc.constantFrom('processing', 'insufficient_funds', 'charge_pending', 'requires_action')),
  settledAt: fc.option(anyMoment),
  manual: fc.option(
    fc.record({ method: fc.constantFrom(...MANUAL_METHODS), reference: fc.string(), refundedOn: anyMoment }),
  ),
  traceNumber: fc.option(fc.string()),
  paidTwice: fc.boolean(),
  nextTryAt: fc.option(anyMoment),
  automaticTries: fc.nat(8),
  automaticStopped: fc.boolean(),
  foreignRefund: fc.option(fc.record({ stripeRefundId: fc.string(), createdAt: anyMoment })),
})
const anyReader = fc.record({
  locale: fc.constantFrom('en-GB', 'en-US', 'de-DE', 'ar-EG', 'ja-JP'),
  timeZone: fc.constantFrom('Europe/Berlin', 'Pacific/Kiritimati', 'America/Los_Angeles'),
})

describe('the banner says exactly what product.md promises', () => {
  test.each([
    [
      'unconfirmed',
      unconfirmed,
      'Waiting for Stripe to confirm the deposit. The refund starts by itself when it does.',
    ],
    ['in flight or unknown', checking, 'Refund in progress — checking Stripe.'],
    ['paid by bank transfer', sepa, 'Manual refund — confirm bank transfer.'],
    ['requested', requested, 'Refund in progress, expected in 3–5 business days.'],
    ['failed', failedFor('rate_limit'), 'Refund failed: Stripe was too busy to take the request.'],
    ['succeeded', succeeded, 'Refund completed on 14 March 2026 via Stripe.'],
    ['manual', manual, 'Refund completed on 14 March 2026 via manual transfer.'],
  ])('%s', (_, facts, sentence) => {
    expect(refundBanner(facts, reader).sentence).toBe(sentence)
  })

  test('the buttons carry the words of product.md', () => {
    expect(REFUND_ACTION_LABELS).toEqual({
      retry: 'Retry',
      mark_refunded: 'Mark refunded',
      refresh: 'Refresh status',
      download_pdf: 'Download PDF',
    })
  })

  test('whatever the facts, the sentence is whole: no gap, no code, no stray word of the machine', () => {
    fc.assert(
      fc.property(anyFacts, anyReader, (facts, someone) => {
        const { sentence } = refundBanner({ ...facts, failureReason: null }, someone)
        expect(sentence).toMatch(/^(Waiting|Refund|Manual) .*[^.]\.$/)
        expect(sentence).not.toMatch(/undefined|null|NaN|Invalid|_/)
      }),
    )
  })

  test('a failure always names a reason, whatever code was stored', () => {
    fc.assert(
      fc.property(anyFacts, anyReader, (facts, someone) => {
        const banner = refundBanner({ ...facts, status: 'failed' }, someone)
        expect(banner.sentence).toBe(`Refund failed: ${refundReason(facts.failureReason).title}.`)
        const { wayOut: _, ...reason } = refundReason(banner.adoptable ? 'refunded_elsewhere' : facts.failureReason)
        expect(banner.reason).toMatchObject(reason)
      }),
    )
  })

  test('nobody is told to wait for a try of Requite’s that is not planned', () => {
    const passing = Object.keys(REFUND_REASONS).filter((code) => nextAutomaticTry(code, 0, 0) !== null)
    expect(passing).toContain('rate_limit')
    for (const code of passing) {
      const wayOut = (nextTryAt: Date | null) => refundBanner({ ...failedFor(code), nextTryAt }, reader).reason?.wayOut
      expect(wayOut(new Date('2026-03-14T00:00:00Z')), code).toBe(refundReason(code).wayOut)
      expect(wayOut(null), code).toMatch(/^Press Retry/)
      expect(wayOut(null), code).not.toMatch(/wait|by itself/i)
    }
  })

  test('and none is told that Requite asks once something heals, where its tries are spent or stopped', () => {
    const spent = { automaticTries: MOST_AUTOMATIC_TRIES }
    for (const code of Object.keys(REFUND_REASONS)) {
      for (const own of [{}, spent, { automaticStopped: true }, { ...spent, automaticStopped: true }]) {
        const facts = { ...failedFor(code), ...own }
        const tries = { planned: false, made: facts.automaticTries, stopped: facts.automaticStopped }
        expect(refundBanner(facts, reader).reason, code).toEqual(withoutWaiting(refundReason(code), tries))
      }
    }
    const wayOut = (facts: RefundFacts) => refundBanner(facts, reader).reason?.wayOut
    expect(wayOut(failedFor('balance_insufficient'))).toContain('by itself')
    expect(wayOut({ ...failedFor('balance_insufficient'), ...spent })).toMatch(/then press Retry\.$/)
    expect(wayOut({ ...failedFor('charge_disputed'), ...spent })).toContain('If you win, Requite asks again by itself.')
    expect(wayOut({ ...failedFor('charge_disputed'), automaticStopped: true })).toContain('If you win, press Retry.')
    const held = { ...requested, pendingReason: 'insufficient_funds' }
    expect(wayOut({ ...held, ...spent })).toMatch(
      /then goes out by itself; for one that has failed, press Retry then\.$/,
    )
  })

  test('the end of a refund made elsewhere starts only what it has held back: a note that failed otherwise is for a person', () => {
    const foreignRefund = { stripeRefundId: 're_1', createdAt: new Date('2026-03-14T00:00:00Z') }
    const elsewhere = refundReason('refunded_elsewhere')
    const reason = (facts: RefundFacts) => refundBanner({ ...facts, foreignRefund }, reader).reason
    const held = failedFor('refunded_elsewhere')
    const soon = { ...failedFor('api_error'), nextTryAt: new Date('2026-03-14T01:00:00Z') }
    const spent = { ...held, automaticTries: MOST_AUTOMATIC_TRIES }
    for (const facts of [unconfirmed, confirmedCard, held, spent, soon]) expect(reason(facts)).toEqual(elsewhere)
    for (const facts of [{ ...held, automaticStopped: true }, failedFor('declined'), failedFor('api_error')])
      expect(reason(facts)).toEqual(byHand(elsewhere))
  })

  test('the day of a manual refund is the day that was typed, wherever the reader sits', () => {
    for (const timeZone of ['Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
      expect(refundBanner(manual, { locale: 'en-GB', timeZone }).sentence).toContain('14 March 2026')
    }
  })

  test('the day of a Stripe refund is the day it was for the reader', () => {
    expect(refundBanner(succeeded, { locale: 'en-GB', timeZone: 'UTC' }).sentence).toContain('13 March 2026')
  })
})

describe('what can be done', () => {
  test.each([
    ['unconfirmed', unconfirmed, ['refresh', 'retry']],
    ['in flight or unknown', checking, ['refresh']],
    ['its outcome withheld for good', { ...checking, outcomeWithheld: true }, ['mark_refunded', 'refresh']],
    ['confirmed, attempt about to start', confirmedCard, ['refresh', 'retry']],
    ['paid by bank transfer', sepa, ['mark_refunded']],
    ['requested', requested, ['refresh']],
    ['failed, retry helps', failedFor('rate_limit'), ['retry', 'mark_refunded']],
    ['failed, retry will not help', failedFor('card_account_closed'), ['mark_refunded', 'retry']],
    ['failed, its own attempt not yet closed', { ...failedFor('rate_limit'), attemptOpen: true }, ['refresh']],
    ['succeeded', succeeded, ['download_pdf']],
    ['manual', manual, ['download_pdf']],
  ])('%s', (_, facts, actions) => {
    expect(refundBanner(facts, reader).actions).toEqual(actions)
  })

  test('there is always something to do, nothing twice, and nothing on offer that would be refused', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { actions } = refundBanner(facts, reader)
        expect(actions.length).toBeGreaterThan(0)
        expect(new Set(actions).size).toBe(actions.length)
        for (const action of actions) expect(REFUND_ACTIONS).toContain(action)
        if (actions.includes('retry')) expect(mayRetry(facts)).toBe(true)
        if (actions.includes('mark_refunded')) expect(mayMarkRefunded(facts)).toBe(true)
      }),
    )
  })

  test('what is requested, succeeded or refunded by hand is never retried or marked refunded', () => {
    fc.assert(
      fc.property(anyFacts, fc.constantFrom('requested', 'succeeded', 'manual'), (facts, status) => {
        expect(mayRetry({ ...facts, status })).toBe(false)
        expect(mayMarkRefunded({ ...facts, status })).toBe(false)
        const { actions } = refundBanner({ ...facts, status }, reader)
        expect(actions).not.toContain('retry')
        expect(actions).not.toContain('mark_refunded')
      }),
    )
  })

  test('while an attempt is open nobody sends the money a second time', () => {
    for (const status of REFUND_STATUSES) {
      expect(mayRetry({ status, attemptOpen: true })).toBe(false)
      expect(mayMarkRefunded({ status, attemptOpen: true, outcomeWithheld: false })).toBe(false)
    }
  })

  test.each(['pending', 'failed'] as const)(
    '%s with nothing in flight may be retried and marked refunded',
    (status) => {
      expect(mayRetry({ status, attemptOpen: false })).toBe(true)
      expect(mayMarkRefunded({ status, attemptOpen: false, outcomeWithheld: false })).toBe(true)
    },
  )
})

describe('second look', () => {
  test('a failed refund asks for one exactly when a retry cannot help now', () => {
    for (const { code, verdict } of Object.values(REFUND_REASONS)) {
      expect(refundBanner(failedFor(code), reader).retryNeedsSecondLook, code).toBe(verdict !== 'retry_now')
    }
  })

  test('a retry before the deposit is confirmed asks for one and says until when', () => {
    const banner = refundBanner(unconfirmed, reader)
    expect(banner.retryNeedsSecondLook).toBe(true)
    expect(banner.reason).toMatchObject({ code: 'charge_not_confirmed', verdict: 'not_yet' })
  })

  test('beside a refund made elsewhere that may be this one no retry is advised, whatever went wrong: it is adopted or marked', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { adoptable, reason, actions, retryNeedsSecondLook } = refundBanner(facts, reader)
        if (!adoptable) return
        expect(reason).toMatchObject({ code: 'refunded_elsewhere', verdict: 'already_refunded' })
        expect(actions[0]).toBe('mark_refunded')
        expect(actions.includes('retry')).toBe(retryNeedsSecondLook)
      }),
    )
    const foreignRefund = { stripeRefundId: 're_1', createdAt: new Date('2026-03-14T00:00:00Z') }
    const planned = { failureMessage: 'An unknown error occurred.', nextTryAt: new Date('2026-03-14T01:00:00Z') }
    expect(refundBanner({ ...failedFor('api_error'), ...planned, foreignRefund }, reader)).toMatchObject({
      stripeSays: null,
      nextTry: null,
      sentence: 'Refund failed: Stripe had a problem of its own.',
      adoptable: foreignRefund,
      actions: ['mark_refunded', 'retry'],
      retryNeedsSecondLook: true,
    })
    expect(refundReason('refunded_elsewhere').wayOut).toMatch(/press Adopt this refund.+press Mark refunded/)
  })

  test('where Retry is not on offer there is nothing to look at twice', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { actions, retryNeedsSecondLook } = refundBanner(facts, reader)
        if (!actions.includes('retry')) expect(retryNeedsSecondLook).toBe(false)
      }),
    )
  })
})

describe('what stands beside the sentence', () => {
  test.each(['insufficient_funds', 'charge_pending', 'requires_action'])(
    'a requested refund that waits for %s says so',
    (pendingReason) => {
      expect(refundBanner({ ...requested, pendingReason }, reader).reason).toEqual(refundReason(pendingReason))
    },
  )

  test('the ordinary course of a requested refund needs no reason', () => {
    expect(refundBanner(requested, reader).reason).toBeNull()
    expect(refundBanner({ ...requested, pendingReason: 'processing' }, reader).reason).toBeNull()
  })

  test('a requested refund that nobody can see any more says so to a person, whatever it last waited for', () => {
    for (const pendingReason of [null, 'processing', 'insufficient_funds', 'charge_pending', 'requires_action']) {
      expect(refundBanner({ ...requested, accountConnected: false, pendingReason }, reader)).toMatchObject({
        mood: 'needs_you',
        sentence: 'Refund in progress, expected in 3–5 business days.',
        reason: refundReason('refund_out_of_sight'),
        actions: ['refresh'],
      })
    }
    const { why, wayOut } = refundReason('refund_out_of_sight')
    expect(why).toContain('not connected')
    expect(wayOut).toMatch(/connect the same Stripe account again.+Stripe Dashboard/)
  })

  test('only a requested refund is out of sight', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { status, reason, mood } = refundBanner({ ...facts, failureReason: null }, reader)
        const outOfSight = status === 'requested' && !facts.accountConnected
        expect(reason?.code === 'refund_out_of_sight').toBe(outOfSight)
        if (status === 'requested') expect(mood).toBe(outOfSight ? 'needs_you' : 'moving')
      }),
    )
  })

  test('the trace number appears once the money has arrived, and only then', () => {
    expect(refundBanner(succeeded, reader).traceNumber).toBe('74627838012345678901234')
    expect(refundBanner({ ...requested, traceNumber: '1' }, reader).traceNumber).toBeNull()
  })

  test('of an attempt that nobody may look at nothing is claimed, least of all that no money has moved', () => {
    for (const facts of [
      { ...checking, failureReason: 'account_invalid' },
      { ...checking, outcomeWithheld: true },
    ]) {
      expect(refundBanner(facts, reader).reason).toEqual(refundReason('outcome_withheld'))
    }
    expect(refundReason('outcome_withheld').wayOut).toContain('Stripe may have paid this')
    expect(refundBanner(checking, reader).reason).toBeNull()
  })

  test('a chargeback is told as one, and never as money that somebody sent', () => {
    const refundedOn = new Date('2026-03-14T00:00:00Z')
    const charged = { ...manual, manual: { method: 'chargeback', reference: 'du_1', refundedOn } } as const
    expect(refundBanner(charged, reader).chargeback).toBe('du_1')
    expect(refundBanner(manual, reader).chargeback).toBeNull()
  })

  test('a chargeback is on offer only where the dispute was lost, and there it comes first', () => {
    expect(manualMethodsFor(failedFor('paid_by_chargeback'))).toEqual(['chargeback', ...manualMethodsFor(sepa)])
    expect(manualMethodsFor(sepa)).toEqual(['sepa', 'cash', 'paypal', 'cheque', 'other'])
    for (const code of Object.keys(REFUND_REASONS)) {
      expect(manualMethodsFor(failedFor(code)).includes('chargeback')).toBe(code === 'paid_by_chargeback')
    }
  })

  test('the suspicion that a client was paid twice is never hidden', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        expect(refundBanner(facts, reader).paidTwice).toBe(facts.paidTwice)
      }),
    )
  })
})

describe('legal transitions', () => {
  test('are those of product.md, and failed → pending for the length of a retry', () => {
    const legal = REFUND_STATUSES.flatMap((from) => LEGAL_TRANSITIONS[from].map((to) => `${from} → ${to}`))
    expect(legal.toSorted()).toEqual(
      [
        'pending → requested',
        'failed → requested',
        'requested → succeeded',
        'pending → succeeded',
        'failed → succeeded',
        'pending → failed',
        'requested → failed',
        'succeeded → failed',
        'pending → manual',
        'failed → manual',
        'failed → pending',
      ].toSorted(),
    )
  })

  test('what was refunded by hand stays so', () => {
    expect(LEGAL_TRANSITIONS.manual).toEqual([])
  })
})
