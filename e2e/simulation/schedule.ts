import { type Chance, chanceOf } from './chance'

/** Where a fault strikes, and which. */
const FAULTY_CALLS = ['refund', 'refund', 'refund', 'list', 'payment', 'events'] as const
export const CALL_FAULTS = [
  'rate_limit',
  'lock_timeout',
  'unavailable',
  'error_before',
  'error_after',
  'reset_before',
  'reset_after',
  'empty_answer',
  'malformed_answer',
] as const
const COURSES = ['at_once', 'waits', 'needs_client'] as const
const BOUNCES = ['expired_or_canceled_card', 'declined', 'insufficient_funds', 'lost_or_stolen_card'] as const

/** A payment of the freelancer's client that a schedule begins with. */
export type Payment = {
  /** False: the client has not paid at Stripe yet. */
  paid: boolean
  /** False: no webhook has confirmed it yet. */
  confirmed: boolean
  knownBy: 'payment_intent' | 'charge'
  /** One or two amendments lower the price, each with a credit note of its own. */
  amendments: 1 | 2
  /** The second note is of the same amount as the first: by its amount alone nobody can tell which a refund was meant for. */
  alike: boolean
}

/** One thing that happens. `which`, from 0 to 1, points into what there is at that moment. */
export type Step =
  | { act: 'sign'; which: number }
  | { act: 'retry'; which: number }
  | { act: 'double_click'; which: number }
  | { act: 'refresh'; which: number }
  /** `names`: the reference gives a refund of the Dashboard, if there is one. */
  | { act: 'mark_refunded'; which: number; names: boolean }
  | { act: 'stop_tries'; which: number }
  | { act: 'adopt'; which: number }
  | { act: 'work' }
  | { act: 'one_job'; which: number }
  | { act: 'job_twice'; which: number }
  | { act: 'sweep' }
  | { act: 'time_passes'; seconds: number }
  | { act: 'webhook'; which: number }
  | { act: 'webhook_again'; which: number }
  | { act: 'webhooks' }
  | {
      act: 'fault'
      on: (typeof FAULTY_CALLS)[number]
      kind: (typeof CALL_FAULTS)[number]
      times: number
      shouldRetry: boolean | null
    }
  | { act: 'course'; course: (typeof COURSES)[number] }
  | { act: 'bank_confirms'; which: number }
  /** `byHand`: one of those that were made in the Dashboard. */
  | { act: 'bank_bounces'; which: number; reason: (typeof BOUNCES)[number]; byHand: boolean }
  | { act: 'trace'; which: number }
  | { act: 'cancel'; which: number }
  | { act: 'dispute'; which: number; inquiry: boolean }
  | { act: 'dispute_decided'; which: number; won: boolean }
  /** `amount` null: exactly that of a note of the payment, of which `of` says. */
  | { act: 'dashboard_refund'; which: number; of: number; amount: number | null }
  | { act: 'pay_out' }
  | { act: 'top_up' }
  | { act: 'deauthorize' }
  | { act: 'reconnect' }
  | { act: 'client_pays'; which: number }
  | { act: 'dies_after_claim'; which: number }
  | { act: 'dies_after_call'; which: number }
  | { act: 'dies_resolving'; which: number; asked: boolean }
  | { act: 'call_arrives_late' }
  | { act: 'keys_forgotten' }
  | { act: 'back_up' }
  | { act: 'restore' }
  | { act: 'quiet'; heard: 'webhooks' | 'nothing' }

/** How likely each step is beside the others. */
const WEIGHTS: Record<Step['act'], number> = {
  sign: 8,
  retry: 10,
  double_click: 3,
  refresh: 6,
  mark_refunded: 3,
  stop_tries: 1,
  adopt: 3,
  work: 10,
  one_job: 6,
  job_twice: 3,
  sweep: 8,
  time_passes: 10,
  webhook: 10,
  webhook_again: 3,
  webhooks: 4,
  fault: 14,
  course: 5,
  bank_confirms: 4,
  bank_bounces: 5,
  trace: 1,
  cancel: 2,
  dispute: 2,
  dispute_decided: 4,
  dashboard_refund: 4,
  pay_out: 1,
  top_up: 2,
  deauthorize: 1,
  reconnect: 3,
  client_pays: 2,
  dies_after_claim: 5,
  dies_after_call: 5,
  dies_resolving: 4,
  call_arrives_late: 2,
  keys_forgotten: 2,
  back_up: 2,
  restore: 2,
  quiet: 2,
}

export type Schedule = { seed: number; payments: Payment[]; steps: Step[] }

/** The note that was signed last, whichever that is. */
const LAST = 0.999
const fault = (kind: (typeof CALL_FAULTS)[number], shouldRetry: boolean | null = null): Step => ({
  act: 'fault',
  on: 'refund',
  kind,
  times: 1,
  shouldRetry,
})
const sign: Step = { act: 'sign', which: 0 }
const work: Step = { act: 'work' }
const sweep: Step = { act: 'sweep' }
const retry: Step = { act: 'retry', which: LAST }
const leasePasses: Step = { act: 'time_passes', seconds: 35 }
const keysForgotten: Step = { act: 'keys_forgotten' }
const backUp: Step = { act: 'back_up' }
const restore: Step = { act: 'restore' }

/**
 * Rows of steps in which money is lost or paid twice unless one certain guard holds. Step by step chance would meet each of
 * them once in thousands of schedules, so that a guard could go missing unnoticed.
 */
const ORDEALS: readonly ((chance: Chance) => Step[])[] = [
  // Stripe's own 500 hides a refund that it has made, and somebody asks afresh.
  (chance) => [
    fault('error_after'),
    sign,
    work,
    ...chance.pick([[retry], [{ act: 'time_passes', seconds: 150 }, work], [keysForgotten, retry]] as const),
  ],
  // A call that nobody heard the answer of has paid; a day later Stripe knows its key no more.
  (chance) => [
    fault(chance.pick(['reset_after', 'empty_answer', 'malformed_answer'])),
    sign,
    work,
    keysForgotten,
    leasePasses,
    chance.pick([sweep, work]),
  ],
  // The same, and then Stripe is too busy and says so for good.
  (chance) => [
    fault(chance.pick(['reset_after', 'empty_answer', 'malformed_answer'])),
    sign,
    work,
    fault(chance.pick(['rate_limit', 'lock_timeout']), false),
    leasePasses,
    chance.pick([sweep, work]),
    retry,
  ],
  // The process that asked dies with Stripe's yes in its hand, and nobody looks for a day.
  (chance) => [sign, { act: 'dies_after_call', which: LAST }, keysForgotten, leasePasses, chance.pick([sweep, work])],
  // The process dies, its call still on the wire: it arrives once others have asked.
  () => [
    sign,
    // The fraction of a thousandth decides: this one's call is on its way.
    { act: 'dies_after_claim', which: 0.9991 },
    { act: 'call_arrives_late' },
    keysForgotten,
    leasePasses,
    sweep,
  ],
  // The database forgets that it has asked: a backup from before is put back.
  (chance) => [
    sign,
    backUp,
    chance.pick([work, retry]),
    restore,
    ...chance.pick([[work], [retry], [sweep, work], [keysForgotten, retry], [keysForgotten, work]] as const),
  ],
  // The same, after a first refusal: the second attempt is forgotten, and with it whether its key was used.
  (chance) => [
    fault('rate_limit', false),
    sign,
    work,
    backUp,
    retry,
    restore,
    ...chance.pick([[retry], [keysForgotten, retry], [fault('rate_limit', false), retry, retry]] as const),
  ],
]

/** Of a note's exact amount mostly; one that may hold both, one that may hold the smaller, one that can be of neither. */
const BY_HAND = [null, null, null, null, 12_000, 5_000, 1_000] as const
const byHand = (chance: Chance, amount: number | null = chance.pick(BY_HAND)): Step => ({
  act: 'dashboard_refund',
  which: 0,
  of: chance.next(),
  amount,
})
const byHandBounces: Step = { act: 'bank_bounces', which: LAST, reason: 'declined', byHand: true }
const signAgain: Step = { act: 'sign', which: LAST }
const hear: Step = { act: 'webhooks' }

/** Rows of steps about refunds in the Dashboard beside the two notes of one payment. */
const ELSEWHERE: readonly ((chance: Chance) => Step[])[] = [
  // Beside notes that Stripe has paid, or one of them.
  (chance) => [
    sign,
    work,
    ...chance.pick([[], [signAgain, work]]),
    hear,
    byHand(chance),
    ...chance.pick([[], [byHand(chance)]]),
    hear,
    work,
    ...chance.pick<Step[]>([
      [],
      [byHandBounces],
      [{ act: 'bank_bounces', which: chance.next(), reason: 'declined', byHand: false }, hear],
      [signAgain, work],
      [signAgain, { act: 'mark_refunded', which: LAST, names: true }],
    ]),
  ],
  // It holds notes back, until it is somebody's or bounces.
  (chance) => [
    sign,
    ...chance.pick([[signAgain], [work, signAgain]]),
    byHand(chance, null),
    ...chance.pick([[], [], [byHand(chance)]]),
    hear,
    work,
    ...chance.pick<Step[]>([
      [byHandBounces],
      [{ act: 'adopt', which: chance.next() }],
      [{ act: 'mark_refunded', which: chance.next(), names: true }],
      [{ act: 'stop_tries', which: LAST }, byHandBounces],
      [retry],
    ]),
    ...chance.pick([[], [hear, work, byHandBounces], [work, hear]]),
  ],
  // Beside one that was sent by hand.
  (chance) => [
    sign,
    { act: 'mark_refunded', which: 0, names: false },
    byHand(chance),
    ...chance.pick([[signAgain, work], [hear, work, signAgain], []]),
    hear,
    work,
    chance.pick<Step>([byHandBounces, retry, { act: 'adopt', which: LAST }]),
  ],
]

/** Draws the schedule of a seed: always the same, whatever is asked besides. `length` fixes the number of steps. */
export function scheduleOf(seed: number, length?: number): Schedule {
  const chance = chanceOf(seed)
  const ordeal = chance.pick([null, null, null, ORDEALS, ORDEALS, ORDEALS, ELSEWHERE, ELSEWHERE])
  const payments = Array.from(
    { length: ordeal === ELSEWHERE ? 1 : chance.pick([1, 1, 1, 2] as const) },
    (): Payment => {
      // What can't be refunded yet would spare the freelancer every ordeal.
      const paid = ordeal !== null || chance.happens(0.9)
      return {
        paid,
        confirmed: ordeal !== null || (paid && chance.happens(0.8)),
        knownBy: paid && chance.happens(0.15) ? 'charge' : 'payment_intent',
        amendments: ordeal === ELSEWHERE || chance.happens(0.25) ? 2 : 1,
        alike: chance.happens(0.5),
      }
    },
  )
  const wanted = length ?? 5 + chance.below(21)
  // Without a signature nothing is ever refunded, so each begins with one.
  const steps = ordeal ? drawOrdeal(chance, ordeal) : [sign]
  while (steps.length < wanted) steps.push(drawStep(chance))
  const heard = chance.happens(0.6) ? 'webhooks' : 'nothing'
  // Most freelancers who took their account away come back in the end, so that what went on meanwhile can be looked at.
  const back: Step[] = chance.happens(0.8) ? [{ act: 'reconnect' }] : []
  return { seed, payments, steps: [...steps, ...back, { act: 'quiet', heard }] }
}

/** One of the ordeals, with something else in between now and then. */
function drawOrdeal(chance: Chance, ordeals: typeof ORDEALS): Step[] {
  const ordeal = chance.pick(ordeals)
  // The events of the payment have been read before: an account never looked at would be looked at more carefully.
  return [sweep, work, ...ordeal(chance)].flatMap((step) => (chance.happens(0.15) ? [drawStep(chance), step] : [step]))
}

function drawStep(chance: Chance): Step {
  const act = chance.weighted(WEIGHTS)
  switch (act) {
    case 'time_passes':
      return { act, seconds: chance.pick([1, 5, 35, 35, 65, 150, 1000]) }
    case 'fault':
      return {
        act,
        on: chance.pick(FAULTY_CALLS),
        kind: chance.pick(CALL_FAULTS),
        times: chance.pick([1, 1, 1, 2, 3]),
        shouldRetry: chance.pick([null, null, null, null, true, false]),
      }
    case 'course':
      return { act, course: chance.pick(COURSES) }
    case 'bank_bounces':
      return { act, which: chance.next(), reason: chance.pick(BOUNCES), byHand: chance.happens(0.3) }
    case 'dispute':
      return { act, which: chance.next(), inquiry: chance.happens(0.3) }
    case 'dispute_decided':
      return { act, which: chance.next(), won: chance.happens(0.6) }
    case 'dashboard_refund':
      return { act, which: chance.next(), of: chance.next(), amount: chance.pick(BY_HAND) }
    case 'mark_refunded':
      return { act, which: chance.next(), names: chance.happens(0.3) }
    case 'dies_resolving':
      return { act, which: chance.next(), asked: chance.happens(0.5) }
    case 'quiet':
      return { act, heard: chance.happens(0.6) ? 'webhooks' : 'nothing' }
    case 'work':
    case 'sweep':
    case 'webhooks':
    case 'pay_out':
    case 'top_up':
    case 'deauthorize':
    case 'reconnect':
    case 'call_arrives_late':
    case 'keys_forgotten':
    case 'back_up':
    case 'restore':
      return { act }
    default:
      return { act, which: chance.next() }
  }
}

/** A step as a person reads it. */
export function inWords(step: Step): string {
  const { act, ...rest } = step
  const details = Object.entries(rest).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? +value.toFixed(2) : value}`,
  )
  return [act.replaceAll('_', ' '), ...details].join(', ')
}
