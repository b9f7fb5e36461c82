import { HEALED_BY, MOST_AUTOMATIC_TRIES, nextAutomaticTry } from './refund-tries'

/** Can pressing Retry help? */
export const VERDICTS = ['retry_now', 'not_yet', 'will_not_help', 'already_refunded'] as const
export type Verdict = (typeof VERDICTS)[number]

/** The verdict as the banner says it before the click. */
export const VERDICT_LABELS: Record<Verdict, string> = {
  retry_now: 'A retry can help now',
  not_yet: 'Not yet',
  will_not_help: 'A retry will not help',
  already_refunded: 'Already refunded',
}

/** The verdict as a sentence that needs no banner around it: in lists. */
export function verdictSentence(verdict: Verdict): string {
  return verdict === 'not_yet' ? 'A retry cannot help yet.' : `${VERDICT_LABELS[verdict]}.`
}

/** One reason in words: what stands after "Refund failed: ", whether a retry helps and why, and the way out. */
export type RefundReason = {
  code: string
  /** Fits after "Refund failed: ", no full stop, lower case unless a name. */
  title: string
  verdict: Verdict
  /** Why a retry can, cannot or cannot yet help, in a sentence or two. For not_yet it names until what. */
  why: string
  /** What to do, in the imperative. */
  wayOut: string
  /** The same where Requite does not ask again by itself. */
  wayOutByHand: string
}

/** Only a way out that has Requite ask again by itself needs another one for where it does not. */
type Words = Omit<RefundReason, 'code' | 'wayOutByHand'> & Partial<Pick<RefundReason, 'wayOutByHand'>>

const PRESS_OR_WAIT = {
  wayOut: 'Press Retry, or wait: Requite tries again by itself for about four hours.',
  wayOutByHand: 'Press Retry.',
} as const
const PRESS_OR_WAIT_FOR_A_LOOK = {
  wayOut: `${PRESS_OR_WAIT.wayOut} Requite looks for an earlier refund before each try.`,
  wayOutByHand: `${PRESS_OR_WAIT.wayOutByHand} Requite looks for an earlier refund before each try.`,
} as const
const ANSWER_THE_DISPUTE = {
  wayOut:
    'Answer the dispute in Stripe, or accept it. If you win, Requite asks again by itself. If you lose or accept, your client gets the money through their bank: press Mark refunded with the dispute’s number.',
  wayOutByHand:
    'Answer the dispute in Stripe, or accept it. If you win, press Retry. If you lose or accept, your client gets the money through their bank: press Mark refunded with the dispute’s number.',
} as const

/** Stripe's error codes: the request for a refund was refused and no refund exists. */
const STRIPE_ERROR_CODES = {
  charge_already_refunded: {
    title: 'this payment has already been refunded in Stripe',
    verdict: 'already_refunded',
    why: 'A refund made outside Requite, for example by hand in Stripe’s Dashboard, has already sent the whole payment back. Another try would find nothing left to send.',
    wayOut:
      'Look the payment up in Stripe. If your client has the money, press Mark refunded and give the Stripe refund’s number as the reference.',
  },
  charge_disputed: {
    title: 'your client’s bank has opened a dispute over this payment',
    verdict: 'not_yet',
    why: 'Stripe allows no refund until the dispute is decided, so that your client is not paid twice. Until then the disputed money is held back.',
    ...ANSWER_THE_DISPUTE,
  },
  refund_disputed_payment: {
    title: 'this payment is under dispute, so Stripe blocks the refund',
    verdict: 'not_yet',
    why: 'Stripe allows no refund until the dispute is decided, so that your client is not paid twice.',
    ...ANSWER_THE_DISPUTE,
  },
  charge_not_refundable: {
    title: 'Stripe cannot refund this payment',
    verdict: 'will_not_help',
    why: 'Stripe says that this payment cannot be sent back the way it came. No money has moved; it is still in your Stripe account.',
    wayOut: 'Send the money another way, for example by bank transfer, then press Mark refunded.',
  },
  balance_insufficient: {
    title: 'your Stripe balance is too low',
    verdict: 'not_yet',
    why: 'Stripe pays refunds out of your Stripe balance, and a retry cannot go through until there is enough in it. No money has moved.',
    wayOut:
      'Top up your Stripe balance or wait for your next payments to arrive there: Requite then asks again by itself, unless you have stopped it.',
    wayOutByHand: 'Top up your Stripe balance or wait for your next payments to arrive there, then press Retry.',
  },
  resource_missing: {
    title: 'Stripe cannot find this payment in your account',
    verdict: 'will_not_help',
    why: 'The deposit was paid into another Stripe account, or in test mode, than the one Requite now asks. Asking again finds the same. No money has moved.',
    wayOut:
      'Look in Settings which Stripe account is connected. If it should be another one, ask the people who run Requite to connect that one, then press Retry; otherwise send the money another way and press Mark refunded.',
  },
  account_invalid: {
    title: 'Requite no longer has access to your Stripe account',
    verdict: 'not_yet',
    why: 'The connection between Requite and your Stripe account has ended. No retry can go through until that account is connected again. No money has moved; it is safe in your Stripe account.',
    wayOut:
      'Have the people who run Requite connect the same Stripe account again: Requite then asks again by itself. Or send the money another way and press Mark refunded.',
    wayOutByHand:
      'Have the people who run Requite connect the same Stripe account again, then press Retry. Or send the money another way and press Mark refunded.',
  },
  api_key_expired: {
    title: 'Requite’s own access to Stripe has expired',
    verdict: 'not_yet',
    why: 'Stripe answers none of Requite’s requests until the people who run Requite renew its access. It has nothing to do with you or your client, and no money has moved.',
    wayOut: 'Tell the people who run Requite, and press Retry once they have renewed it.',
  },
  platform_api_key_expired: {
    title: 'Requite’s own access to Stripe has expired',
    verdict: 'not_yet',
    why: 'Stripe answers none of Requite’s requests until the people who run Requite renew its access. It has nothing to do with you or your client, and no money has moved.',
    wayOut: 'Tell the people who run Requite, and press Retry once they have renewed it.',
  },
  rate_limit: {
    title: 'Stripe was too busy to take the request',
    verdict: 'retry_now',
    why: 'Stripe turned the request away before starting on it. No money has moved, and the rush has usually passed within a minute.',
    ...PRESS_OR_WAIT,
  },
  lock_timeout: {
    title: 'Stripe was busy with this payment at that moment',
    verdict: 'retry_now',
    why: 'Something else was using the same payment at Stripe, so the request was turned away before it began. No money has moved.',
    ...PRESS_OR_WAIT,
  },
  idempotency_key_in_use: {
    title: 'Stripe is still working on an earlier request for this refund',
    verdict: 'not_yet',
    why: 'The same request is already on its way at Stripe. There is nothing to repeat until Stripe has answered that one, and Requite never lets it pay twice.',
    wayOut: 'Wait: Requite asks again by itself within minutes and picks up Stripe’s answer to the earlier request.',
    wayOutByHand: 'Press Retry: it picks up Stripe’s answer to the earlier request.',
  },
  // The next three name Stripe's error types: errors of these types come without a code of their own.
  idempotency_error: {
    title: 'this request no longer matches what was first sent to Stripe',
    verdict: 'will_not_help',
    why: 'Requite stopped because the stored details of this refund have changed since the first try. That must never happen, so a person has to look at it before any money moves.',
    wayOut:
      'Tell the people who run Requite and name this credit note. If your client cannot wait, look in Stripe that no refund was made, send the money another way and press Mark refunded.',
  },
  api_error: {
    title: 'Stripe had a problem of its own',
    verdict: 'retry_now',
    why: 'Something broke at Stripe. Requite looked through the payment’s refunds and found none, so no money has moved.',
    ...PRESS_OR_WAIT_FOR_A_LOOK,
  },
  api_connection_error: {
    title: 'Stripe could not be reached',
    verdict: 'retry_now',
    why: 'The connection to Stripe failed several times in a row. No refund was made, so no money has moved.',
    ...PRESS_OR_WAIT_FOR_A_LOOK,
  },
} as const satisfies Record<string, Words>

/** The refund object's `failure_reason`: Stripe took the refund on, and it failed later. The money is back on the balance. */
const STRIPE_FAILURE_REASONS = {
  lost_or_stolen_card: {
    title: 'your client’s card was reported lost or stolen',
    verdict: 'will_not_help',
    why: 'Refunds go back to the card that paid, and this card takes no money any more. The money is back in your Stripe balance.',
    wayOut: 'Ask your client for their bank details, send the money by bank transfer, then press Mark refunded.',
  },
  expired_or_canceled_card: {
    title: 'your client’s card has expired or was cancelled',
    verdict: 'will_not_help',
    why: 'Refunds go back to the card that paid, and this card takes no money any more. The money is back in your Stripe balance.',
    wayOut: 'Ask your client for their bank details, send the money by bank transfer, then press Mark refunded.',
  },
  charge_for_pending_refund_disputed: {
    title: 'your client disputed the payment while the refund was under way',
    verdict: 'not_yet',
    why: 'Stripe stopped the refund so that your client is not paid twice, and allows no new one until the dispute is decided.',
    ...ANSWER_THE_DISPUTE,
  },
  // Also a `pending_reason`: the words hold for a refund that waits and for one that waited too long.
  insufficient_funds: {
    title: 'your Stripe balance does not cover it',
    verdict: 'not_yet',
    why: 'Stripe pays refunds out of your Stripe balance, and nothing reaches your client until there is enough in it.',
    wayOut:
      'Top up your Stripe balance. A refund that is still in progress then goes out by itself, and Requite asks again by itself for one that has failed.',
    wayOutByHand:
      'Top up your Stripe balance. A refund that is still in progress then goes out by itself; for one that has failed, press Retry then.',
  },
  declined: {
    title: 'the bank declined the refund',
    verdict: 'will_not_help',
    why: 'Stripe tried, and the banks in between refused to pass the money on. It is back in your Stripe balance, and the same way would most likely be refused again.',
    wayOut: 'Ask your client for their bank details, send the money by bank transfer, then press Mark refunded.',
  },
  merchant_request: {
    title: 'the refund was stopped at your account’s request',
    verdict: 'retry_now',
    why: 'Somebody with access to your Stripe account had it stopped. The money is back in your Stripe balance, and nothing stands in the way of a new try.',
    wayOut: 'If your client should still get the money, press Retry.',
  },
  unknown: {
    title: 'Stripe gave no reason',
    verdict: 'will_not_help',
    why: 'The refund did not go through and nobody said why, so nothing suggests that the same way works the next time. Money that Stripe could not deliver comes back to your Stripe balance.',
    wayOut:
      'Look at the payment in Stripe. If your client does not have the money, send it another way and press Mark refunded.',
  },
} as const satisfies Record<string, Words>

/** The refund object's `pending_reason` (with `insufficient_funds` above) and the statuses that need words: nothing has failed at the first three. */
const STRIPE_REFUND_STATES = {
  processing: {
    title: 'the banks are still working on it',
    verdict: 'not_yet',
    why: 'Stripe has sent the refund on its way. There is nothing to repeat until your client’s bank has answered.',
    wayOut: 'Wait: this page changes by itself when the bank answers.',
  },
  charge_pending: {
    title: 'the deposit itself is still being processed',
    verdict: 'not_yet',
    why: 'Stripe has taken the refund on and holds it until the client’s payment has fully arrived.',
    wayOut: 'Wait: the refund goes out by itself as soon as the payment has arrived.',
  },
  requires_action: {
    title: 'your client has to do something first',
    verdict: 'not_yet',
    why: 'Stripe has asked your client by email where the money should go, and cannot send it until they have answered.',
    wayOut: 'Ask your client to look for Stripe’s email, in the spam folder too, and to follow its instructions.',
  },
  canceled: {
    title: 'the refund was cancelled before it reached your client',
    verdict: 'retry_now',
    why: 'A cancelled refund never pays out: the money is back in your Stripe balance, and nothing stands in the way of a new try.',
    wayOut: 'If your client should still get the money, press Retry.',
  },
} as const satisfies Record<string, Words>

/** Requite's own codes: what Stripe says without a code, and what Requite finds out by itself. Stored on credit notes, so never renamed. */
const OWN_CODES = {
  amount_exceeds_remaining: {
    title: 'less is left of this payment than should go back',
    verdict: 'will_not_help',
    why: 'Part of the payment has already been refunded outside Requite, for example in Stripe’s Dashboard. Stripe never sends back more than was paid, so the full amount will be refused every time.',
    wayOut:
      'Look the payment up in Stripe to see what your client already has. Send only what is missing, in Stripe or by bank transfer, then press Mark refunded.',
  },
  no_successful_charge: {
    title: 'Stripe has not received the deposit yet',
    verdict: 'not_yet',
    why: 'Stripe knows of no completed payment to send back. There is nothing to refund until the deposit has gone through.',
    wayOut: 'Check the payment in Stripe. Once it has succeeded, press Retry.',
  },
  charge_not_confirmed: {
    title: 'Stripe has not confirmed the deposit yet',
    verdict: 'not_yet',
    why: 'Only money that has arrived can go back, so the refund waits until Stripe confirms the deposit. It then starts by itself.',
    wayOut: 'Wait, or press Refresh status to ask Stripe now.',
  },
  authentication_failed: {
    title: 'Stripe does not accept Requite’s access',
    verdict: 'not_yet',
    why: 'Stripe answers none of Requite’s requests until the people who run Requite mend its access. It has nothing to do with you or your client, and no money has moved.',
    wayOut: 'Tell the people who run Requite, and press Retry once they have mended it.',
  },
  account_not_connected: {
    title: 'the Stripe account that received the deposit is not connected',
    verdict: 'not_yet',
    why: 'The deposit lies in that Stripe account, and Requite cannot ask for the refund until it is connected. No money has moved.',
    wayOut:
      'Have the people who run Requite connect the Stripe account that received the deposit: Requite then asks again by itself. Or send the money another way and press Mark refunded.',
    wayOutByHand:
      'Have the people who run Requite connect the Stripe account that received the deposit, then press Retry. Or send the money another way and press Mark refunded.',
  },
  unreadable_answer: {
    title: 'Stripe’s answer could not be read',
    verdict: 'retry_now',
    why: 'An answer arrived damaged or empty. Requite looked through the payment’s refunds and found none, so no money has moved.',
    ...PRESS_OR_WAIT_FOR_A_LOOK,
  },
  invalid_request: {
    title: 'Stripe did not understand Requite’s request',
    verdict: 'will_not_help',
    why: 'Something is wrong in how Requite asked, and asking the same again gets the same answer. No money has moved.',
    wayOut:
      'Tell the people who run Requite and name this credit note. If your client cannot wait, send the money another way and press Mark refunded.',
  },
  card_account_closed: {
    title: 'the account behind your client’s card has been closed',
    verdict: 'will_not_help',
    why: 'Refunds go back to the card that paid, and this card no longer exists. The money is in your Stripe balance.',
    wayOut: 'Ask your client for their bank details, send the money by bank transfer, then press Mark refunded.',
  },
  outcome_withheld: {
    title: 'Stripe does not let Requite see what became of it',
    verdict: 'not_yet',
    why: 'Stripe was asked for this refund, its answer never arrived, and since then Stripe has refused to let Requite look. Nobody here knows whether the money has left until it does.',
    wayOut:
      'Have the people who run Requite connect the same Stripe account again: Requite then finds out by itself. If that can’t be done for seven days, you may press Mark refunded all the same. Look in your Stripe Dashboard first: Stripe may have paid this.',
  },
  refund_out_of_sight: {
    title: 'Requite can no longer see how this refund goes on',
    verdict: 'not_yet',
    why: 'Stripe has accepted this refund, but the Stripe account that it is paid from is not connected to Requite any more. Nobody here learns whether it arrives or fails until that account is connected again.',
    wayOut:
      'Have the people who run Requite connect the same Stripe account again: Requite then looks by itself. Meanwhile, look at this refund in your Stripe Dashboard, and send nothing by hand: Stripe may be paying it.',
  },
  refunded_elsewhere: {
    title: 'this payment was refunded outside Requite',
    verdict: 'already_refunded',
    why: 'Stripe shows a refund of this payment that Requite did not make, for example one made by hand in Stripe’s Dashboard. A second one could pay your client twice.',
    wayOut:
      'Look at that refund in Stripe. If it is the money of this credit note, press Adopt this refund; where that is not on offer, press Mark refunded with its number. Should that refund fail, or turn out to be another credit note’s, this one starts by itself.',
    wayOutByHand:
      'Look at that refund in Stripe. If it is the money of this credit note, press Adopt this refund; where that is not on offer, press Mark refunded with its number. Should that refund fail, or turn out to be another credit note’s, press Retry.',
  },
  paid_by_chargeback: {
    title: 'your client already got the money back through their bank',
    verdict: 'already_refunded',
    why: 'The dispute over this payment was decided for your client, and their bank has taken the money from your Stripe balance. Nothing is left to refund.',
    wayOut:
      'Press Mark refunded: that your client’s bank took the money is chosen there already, with the dispute’s number, so that your books show where it went. Send nothing more.',
  },
  partly_paid_by_chargeback: {
    title: 'your client’s bank took back a part of it through a dispute',
    verdict: 'not_yet',
    why: 'The dispute over this payment was decided for your client, for less than this credit note. A retry asks Stripe for the whole amount, which may send that part twice, so wait until you have compared the two.',
    wayOut:
      'Look in Stripe how much the dispute took. If it was meant for this credit note, send only what is missing by bank transfer, then press Mark refunded. If it was about something else, press Retry.',
  },
  dispute_prevented: {
    title: 'Stripe ended a dispute over this payment before it was decided',
    verdict: 'not_yet',
    why: 'Stripe has either blocked the dispute or settled it by giving your client the money, and does not tell Requite which. A retry may pay your client twice, so wait until you have looked.',
    wayOut:
      'Look at the dispute in Stripe. If your client has the money, press Mark refunded with the dispute’s number. If not, press Retry.',
  },
  chargeback_paid_another: {
    title: 'a lost dispute over this payment has paid another credit note',
    verdict: 'retry_now',
    why: 'Your client’s bank has taken back what an earlier credit note of the same payment was for, and nothing of this one. The dispute is over, so Stripe can be asked for what is left of the payment.',
    wayOut:
      'Press Retry. Should Stripe refuse because of the dispute, send the money by bank transfer, then press Mark refunded.',
  },
} as const satisfies Record<string, Words>

const WORDS = { ...STRIPE_ERROR_CODES, ...STRIPE_FAILURE_REASONS, ...STRIPE_REFUND_STATES, ...OWN_CODES }

/**
 * Every reason a refund fails or waits for, by code: Stripe's error codes, the refund's `failure_reason`, `pending_reason`
 * and status, and Requite's own. Sources: product.md "Retry"; Stripe API 2026-10-28.endive.
 */
export const REFUND_REASONS: Readonly<Record<string, RefundReason>> = Object.freeze(
  Object.fromEntries(Object.entries(WORDS).map(([code, words]) => [code, inFull(code, words)])),
)

function inFull(code: string, words: Words): RefundReason {
  return { code, wayOutByHand: words.wayOut, ...words }
}

/**
 * The reason behind a stored code; null is `unknown`. A code that isn't in the catalogue gets honest words that name it,
 * and never the verdict `retry_now`: nobody knows whether a retry helps.
 */
export function refundReason(code: string | null): RefundReason {
  const known = catalogued(code ?? 'unknown')
  if (known) return known
  const inWords = code?.replaceAll(/[\s_-]+/g, ' ').trim()
  if (!inWords) return refundReason('unknown')
  return inFull(code ?? 'unknown', {
    title: `Stripe answered “${inWords}”, which Requite has no explanation for yet`,
    verdict: 'not_yet',
    why: 'This reason is new to Requite, so nobody can say whether a retry helps until somebody has looked at the payment in Stripe.',
    wayOut:
      'Look at the payment in Stripe. If your client does not have the money, press Retry, or send it another way and press Mark refunded.',
  })
}

/** How far Requite's own tries of a refund have come. */
export type OwnTries = {
  /** The next one has its time. */
  planned: boolean
  /** Since a person last asked. */
  made: number
  /** By a person. */
  stopped: boolean
}

function passesByItself(code: string): boolean {
  return nextAutomaticTry(code, 0, 0) !== null
}

function isAboutBalance(code: string): boolean {
  return HEALED_BY.balance_topped_up.some((one) => one === code)
}

/**
 * Whether Requite asks again without a person: a try is planned, or what the refund failed for will plan one once it has
 * healed. Balances are watched only while the budget lasts; a dispute that is won, an account that is back and a refund
 * elsewhere that is gone start even one whose budget is spent. Nothing starts what a person has stopped.
 */
function asksByItself(code: string, { planned, made, stopped }: OwnTries): boolean {
  if (planned || stopped) return planned
  if (passesByItself(code)) return false
  return !isAboutBalance(code) || made < MOST_AUTOMATIC_TRIES
}

/** What it failed for heals, and Requite asks again once it has. */
export function goesOnByItself(reason: RefundReason, tries: OwnTries): boolean {
  return reason.wayOut !== reason.wayOutByHand && asksByItself(reason.code, tries)
}

/** The reason with the way out that holds now: nobody is told to wait for a try that Requite will not make. */
export function withoutWaiting(reason: RefundReason, tries: OwnTries): RefundReason {
  return asksByItself(reason.code, tries) ? reason : byHand(reason)
}

/** The reason where only a person starts the refund again. */
export function byHand(reason: RefundReason): RefundReason {
  return { ...reason, wayOut: reason.wayOutByHand }
}

/**
 * The reason for readers of whose refund nothing more is known, or known only as it once was: the way out names how far
 * Requite goes by itself.
 */
export function atAnyTime(reason: RefundReason): RefundReason {
  if (reason.wayOut === reason.wayOutByHand) return reason
  const limit =
    passesByItself(reason.code) || isAboutBalance(reason.code)
      ? `After ${MOST_AUTOMATIC_TRIES} tries of its own, or once stopped, Requite waits for you to press Retry.`
      : 'Once you have pressed Stop trying, Requite asks no more by itself: it waits for you.'
  return { ...reason, wayOut: `${reason.wayOut} ${limit}` }
}

/** What Requite ended by itself, and where Stripe was asked and nobody knows what it made of that. */
const NOT_ASKED: readonly (string | null)[] = ['refunded_elsewhere', 'account_not_connected']
const NOTHING_CLEAR: readonly (string | null)[] = [
  'api_connection_error',
  'api_error',
  'unreadable_answer',
  'outcome_withheld',
]

/** What was heard from Stripe of a refund that came to nothing for this reason, before there was one. */
export function heardFromStripe(code: string | null): 'a_no' | 'nothing_clear' | 'not_asked' {
  if (NOT_ASKED.includes(code)) return 'not_asked'
  return NOTHING_CLEAR.includes(code) ? 'nothing_clear' : 'a_no'
}

/** The help page of a code, always one that exists: `charge_disputed` → `charge-disputed`, a code without an entry → `unknown`. */
export function reasonSlug(code: string | null): string {
  return (catalogued(code ?? 'unknown')?.code ?? 'unknown').replaceAll('_', '-')
}

/** The reason that a help page's slug stands for; null when there is no such page. */
export function reasonOfSlug(slug: string): RefundReason | null {
  return slug.includes('_') ? null : (catalogued(slug.replaceAll('-', '_')) ?? null)
}

// A plain index would also find `constructor` and its like on the record's prototype.
function catalogued(code: string): RefundReason | undefined {
  return Object.hasOwn(REFUND_REASONS, code) ? REFUND_REASONS[code] : undefined
}
