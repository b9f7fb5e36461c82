import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  atAnyTime,
  byHand,
  REFUND_REASONS,
  reasonOfSlug,
  reasonSlug,
  refundReason,
  VERDICT_LABELS,
  VERDICTS,
  withoutWaiting,
} from './refund-reasons'
import { followsEndedDispute, HEALED_BY, MOST_AUTOMATIC_TRIES, nextAutomaticTry } from './refund-tries'

const enumerated = z.object({ enum: z.array(z.string().nullable()) })
const refundSchema = z
  .object({
    schemas: z.object({
      refund: z.object({
        properties: z.object({ failure_reason: enumerated, pending_reason: enumerated, status: enumerated }),
      }),
    }),
  })
  .parse(JSON.parse(readFileSync(new URL('../../e2e/world/stripe/schema/stripe-api.json', import.meta.url), 'utf8')))
  .schemas.refund.properties

const written = (values: (string | null)[]) => values.filter((value) => value !== null)

// product.md tells these two apart from the rest: they are the ordinary course, and `failed` speaks through its failure_reason.
const STATUSES_WITHOUT_WORDS = ['pending', 'succeeded', 'failed']

/** What a dispute that was lost has paid, a person has to judge first. */
const HEALS_BY_ITSELF = [
  ...HEALED_BY.account_reconnected,
  ...HEALED_BY.balance_topped_up,
  ...HEALED_BY.dispute_won.filter((code) => !followsEndedDispute(code)),
].filter((code) => Object.hasOwn(REFUND_REASONS, code))

const reasons = Object.values(REFUND_REASONS)

describe('the catalogue is complete', () => {
  test.each(written(refundSchema.failure_reason.enum))('failure_reason %s of Stripe’s schema has an entry', (code) => {
    expect(REFUND_REASONS).toHaveProperty(code)
  })

  test.each(written(refundSchema.pending_reason.enum))('pending_reason %s of Stripe’s schema has an entry', (code) => {
    expect(REFUND_REASONS).toHaveProperty(code)
    expect(refundReason(code).verdict).toBe('not_yet')
  })

  test.each(written(refundSchema.status.enum).filter((status) => !STATUSES_WITHOUT_WORDS.includes(status)))(
    'refund status %s of Stripe’s schema has an entry',
    (status) => {
      expect(REFUND_REASONS).toHaveProperty(status)
    },
  )

  test.each(VERDICTS)('the verdict %s has words, and some reason that carries it', (verdict) => {
    expect(VERDICT_LABELS[verdict]).not.toBe('')
    expect(reasons.some((reason) => reason.verdict === verdict)).toBe(true)
  })
})

describe('a verdict never misleads', () => {
  test.each([
    ['charge_already_refunded', 'already_refunded'],
    ['refunded_elsewhere', 'already_refunded'],
    ['paid_by_chargeback', 'already_refunded'],
    ['amount_exceeds_remaining', 'will_not_help'],
    ['charge_disputed', 'not_yet'],
    ['refund_disputed_payment', 'not_yet'],
    ['charge_for_pending_refund_disputed', 'not_yet'],
    ['charge_not_refundable', 'will_not_help'],
    ['no_successful_charge', 'not_yet'],
    ['charge_not_confirmed', 'not_yet'],
    ['resource_missing', 'will_not_help'],
    ['idempotency_error', 'will_not_help'],
    ['idempotency_key_in_use', 'not_yet'],
    ['rate_limit', 'retry_now'],
    ['lock_timeout', 'retry_now'],
    ['api_error', 'retry_now'],
    ['api_connection_error', 'retry_now'],
    ['unreadable_answer', 'retry_now'],
    ['invalid_request', 'will_not_help'],
    ['authentication_failed', 'not_yet'],
    ['api_key_expired', 'not_yet'],
    ['platform_api_key_expired', 'not_yet'],
    ['account_invalid', 'not_yet'],
    ['account_not_connected', 'not_yet'],
    ['outcome_withheld', 'not_yet'],
    ['refund_out_of_sight', 'not_yet'],
    ['balance_insufficient', 'not_yet'],
    ['insufficient_funds', 'not_yet'],
    ['lost_or_stolen_card', 'will_not_help'],
    ['expired_or_canceled_card', 'will_not_help'],
    ['card_account_closed', 'will_not_help'],
    ['declined', 'will_not_help'],
    ['unknown', 'will_not_help'],
    ['canceled', 'retry_now'],
  ] as const)('%s: %s', (code, verdict) => {
    expect(refundReason(code)).toMatchObject({ code, verdict })
  })

  test('a code nobody knows never promises that a retry helps now', () => {
    fc.assert(
      fc.property(
        fc.string().filter((code) => !Object.hasOwn(REFUND_REASONS, code)),
        (code) => {
          expect(refundReason(code).verdict).not.toBe('retry_now')
        },
      ),
    )
  })

  test('“not yet” always says what has to happen first', () => {
    for (const reason of reasons.filter(({ verdict }) => verdict === 'not_yet')) {
      expect(reason.why, reason.code).toMatch(/until/)
    }
    expect(refundReason('never_heard_of').why).toMatch(/until/)
  })

  test('“a retry can help now” is followed by that advice, the other verdicts never by it alone', () => {
    for (const reason of reasons) {
      if (reason.verdict === 'retry_now') expect(reason.wayOut, reason.code).toMatch(/press Retry/i)
      else expect(reason.wayOut, reason.code).not.toMatch(/^Press Retry/)
    }
  })

  test('what passes by itself may be waited for: the way out says that Requite tries again, and no other does', () => {
    for (const { code, verdict, wayOut } of reasons) {
      const says = /by itself (for about four|within)/.test(wayOut)
      expect(says, code).toBe(nextAutomaticTry(code, 0, 0) !== null)
      if (says && verdict === 'retry_now')
        expect(wayOut).toMatch(/^Press Retry, or wait: Requite tries again by itself/)
    }
  })

  test.each(HEALS_BY_ITSELF)('what heals by itself sends nobody to press Retry: %s', (code) => {
    expect(refundReason(code).wayOut).toMatch(/Requite (then )?asks again by itself/)
    expect(refundReason(code).wayOut).not.toMatch(/Retry/)
  })

  test('where a retry cannot help, the way out ends the matter: Mark refunded', () => {
    const hopeless = reasons.filter(({ verdict }) => verdict === 'will_not_help' || verdict === 'already_refunded')
    for (const reason of hopeless) expect(reason.wayOut, reason.code).toMatch(/press Mark refunded/i)
  })
})

/** That Requite starts the refund again, or that it is worth waiting for that. */
const PROMISE = /(tries|asks) again by itself|this one starts by itself|\bwait: Requite|^Wait: Requite/
/** What goes on by itself all the same: Stripe's and the banks' part, the deposit, and the look at an open attempt. */
const NOT_A_TRY = ['insufficient_funds', 'processing', 'charge_pending', 'outcome_withheld', 'refund_out_of_sight']
/** What starts a refund even when its budget is spent: news that is heard of once, not a watch that could go on for ever. */
const STARTS_ONE_THAT_IS_SPENT: readonly string[] = [
  ...HEALED_BY.dispute_won,
  ...HEALED_BY.account_reconnected,
  ...HEALED_BY.not_refunded_elsewhere,
]

const PLANNED = { planned: true, made: MOST_AUTOMATIC_TRIES - 1, stopped: false }
const LEFT = { planned: false, made: MOST_AUTOMATIC_TRIES - 1, stopped: false }
const SPENT = { planned: false, made: MOST_AUTOMATIC_TRIES, stopped: false }

describe('nothing is promised that Requite does not do by itself', () => {
  test.each(reasons)('$code: with a try planned the words are the catalogue’s', (reason) => {
    expect(withoutWaiting(reason, PLANNED)).toEqual(reason)
  })

  test.each(reasons)('$code: with tries left but none planned, only what heals is promised', (reason) => {
    const { wayOut } = withoutWaiting(reason, LEFT)
    if (nextAutomaticTry(reason.code, 0, 0) === null) expect(wayOut).toBe(reason.wayOut)
    else expect(wayOut).not.toMatch(PROMISE)
  })

  test.each(reasons)('$code: with the budget spent, only what starts a refund all the same is promised', (reason) => {
    const { wayOut } = withoutWaiting(reason, SPENT)
    if (STARTS_ONE_THAT_IS_SPENT.includes(reason.code)) expect(wayOut).toBe(reason.wayOut)
    else expect(wayOut).not.toMatch(PROMISE)
  })

  test.each(reasons)(
    '$code: once a person has stopped it, nothing is promised, however many tries are left',
    (reason) => {
      for (const made of [0, MOST_AUTOMATIC_TRIES]) {
        const stopped = withoutWaiting(reason, { planned: false, made, stopped: true })
        expect(stopped.wayOut).not.toMatch(PROMISE)
        expect(stopped).toEqual(byHand(reason))
        if (!NOT_A_TRY.includes(reason.code)) expect(stopped.wayOut).not.toContain('by itself')
      }
    },
  )

  test.each(reasons)('$code: where no state is known, the words say where a promise ends', (reason) => {
    const { wayOut } = atAnyTime(reason)
    if (!PROMISE.test(reason.wayOut)) return expect(wayOut).toBe(reason.wayOut)
    const spent = PROMISE.test(withoutWaiting(reason, SPENT).wayOut)
    expect(wayOut).toMatch(
      spent ? /Stop trying, Requite asks no more by itself/ : /After 6 tries of its own, or once stopped/,
    )
  })

  test('whoever is not to wait is told what starts the refund instead: Retry', () => {
    for (const reason of reasons.filter(({ wayOut }) => PROMISE.test(wayOut)))
      expect(byHand(reason).wayOut, reason.code).toMatch(/press Retry/i)
    const topUp = (tries: typeof SPENT) => withoutWaiting(refundReason('balance_insufficient'), tries).wayOut
    expect(topUp(LEFT)).toContain('Requite then asks again by itself')
    expect(topUp(SPENT)).toMatch(/arrive there, then press Retry\.$/)
  })

  test('a code nobody knows promises nothing in any state', () => {
    const unheard = refundReason('never_heard_of')
    for (const tries of [PLANNED, LEFT, SPENT, { ...LEFT, stopped: true }])
      expect(withoutWaiting(unheard, tries)).toEqual(unheard)
    expect(atAnyTime(unheard)).toEqual(unheard)
  })
})

describe('every reason reads well', () => {
  test.each(reasons)('Refund failed: $title.', ({ title, why, wayOut, wayOutByHand }) => {
    expect(title).toMatch(/^([a-z]|Stripe\b|Requite\b)/)
    expect(title).not.toMatch(/[.:!?]$/)
    expect(title.length).toBeLessThanOrEqual(72)
    expect(why).toMatch(/^[A-Z].*\.$/)
    expect(wayOut).toMatch(/^[A-Z].*\.$/)
    expect(wayOutByHand).toMatch(/^[A-Z].*\.$/)
  })

  test('no reason speaks in codes, and none uses an engineer’s words', () => {
    for (const { title, why, wayOut, wayOutByHand } of reasons) {
      expect(`${title} ${why} ${wayOut} ${wayOutByHand}`).not.toMatch(
        /_|\b(API|webhook|idempoten|HTTP|charge|parameter|token|null)/i,
      )
    }
  })

  test('a code nobody knows is named in words', () => {
    expect(refundReason('brand_new-code').title).toContain('“brand new code”')
    expect(refundReason('brand_new-code').code).toBe('brand_new-code')
  })

  test('a missing or blank code is said to be missing, not quoted', () => {
    for (const code of [null, '', ' ', '__']) expect(refundReason(code)).toEqual(REFUND_REASONS.unknown)
  })

  test('names that every object carries are not mistaken for reasons', () => {
    for (const code of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(refundReason(code).title).toMatch(/^Stripe answered “/)
      expect(reasonOfSlug(code)).toBeNull()
    }
  })
})

describe('help pages', () => {
  test('every reason has a page of its own, and its slug leads back to it', () => {
    const slugs = reasons.map(({ code }) => reasonSlug(code))
    expect(new Set(slugs).size).toBe(reasons.length)
    for (const reason of reasons) expect(reasonOfSlug(reasonSlug(reason.code))).toEqual(reason)
  })

  test('whatever the code, its link leads to a page that exists', () => {
    fc.assert(
      fc.property(fc.option(fc.string()), (code) => {
        expect(reasonOfSlug(reasonSlug(code))).not.toBeNull()
      }),
    )
  })

  test('a slug that stands for nothing has no page, and neither has a second spelling', () => {
    expect(reasonOfSlug('no-such-reason')).toBeNull()
    expect(reasonOfSlug('charge_disputed')).toBeNull()
  })
})
