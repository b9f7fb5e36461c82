import type { Tone } from '@/components/ui/tone'
import type { TimelineEntry, TimelineKind } from '@/lib/credit-notes/credit-note'
import { heardFromStripe } from '@/lib/refunds/refund-reasons'

type Look = { words: string; tone: Tone }

const LOOKS: Record<TimelineKind, Look> = {
  issued: { words: 'Credit note issued', tone: 'done' },
  deposit_confirmed: { words: 'Stripe confirmed the deposit', tone: 'done' },
  attempt_started: { words: 'Refund attempt begun', tone: 'moving' },
  attempt_unknown: { words: 'Stripe’s answer did not arrive: outcome unknown', tone: 'waiting' },
  attempt_given_up: { words: 'Attempt closed without knowing what became of it', tone: 'waiting' },
  refund_requested: { words: 'Stripe accepted the refund', tone: 'moving' },
  refund_refused: { words: 'Stripe refused the refund', tone: 'failed' },
  refund_succeeded: { words: 'Refund completed', tone: 'done' },
  refund_failed: { words: 'Refund failed', tone: 'failed' },
  refund_bounced: { words: 'The bank returned the refund', tone: 'failed' },
  dispute_lost: { words: 'The dispute over the deposit was lost', tone: 'failed' },
  dispute_won: { words: 'The dispute over the deposit was won after all', tone: 'done' },
  trace_number: { words: 'The bank gave a trace number', tone: 'done' },
  manual_refund_returned: {
    words: 'The manual refund came back: your client does not have the money',
    tone: 'failed',
  },
  marked_refunded: { words: 'Marked refunded', tone: 'done' },
  paid_twice: { words: 'Your client may have been paid twice', tone: 'failed' },
  paid_twice_over: { words: 'Not paid twice: the other payment did not last, or was for something else', tone: 'done' },
  news_without_change: { words: 'News from Stripe that changed nothing', tone: 'waiting' },
  foreign_refund: { words: 'A refund of this payment was made outside Requite', tone: 'needs_you' },
  cause_healed: { words: 'What held it up is over: Requite asks Stripe again', tone: 'moving' },
  tries_stopped: { words: 'Automatic tries stopped', tone: 'waiting' },
  email_sent: { words: 'Email sent', tone: 'done' },
  email_refused: { words: 'Email could not be delivered', tone: 'failed' },
  email_bounced: { words: 'Email came back undelivered', tone: 'failed' },
}

/** Refusals of Requite's own: Stripe was never asked. */
const HELD_BACK: ReadonlyMap<string, string> = new Map([
  ['refunded_elsewhere', 'Held back: a refund of this payment was made outside Requite'],
  ['account_not_connected', 'Held back: the Stripe account that received the deposit is not connected'],
])
const NO_CLEAR_ANSWER: Look = {
  words: 'Stripe could not be reached, or gave no clear answer: no refund was made',
  tone: 'failed',
}

/** Stripe did answer: it has not begun. */
const TURNED_AWAY: ReadonlyMap<string, string> = new Map([
  ['rate_limit', 'Stripe was too busy to answer: Requite asks again by itself'],
  ['lock_timeout', 'Stripe was busy with this payment: Requite asks again by itself'],
])

/** How an entry of the history is told, in a line. */
export function timelineLook({ kind, detail }: Pick<TimelineEntry, 'kind' | 'detail'>): Look {
  const heldBack = kind === 'refund_refused' && HELD_BACK.get(detail.reason ?? '')
  if (heldBack) return { words: heldBack, tone: 'needs_you' }
  if (kind === 'refund_refused' && heardFromStripe(detail.reason ?? null) === 'nothing_clear') return NO_CLEAR_ANSWER
  const turnedAway = kind === 'attempt_unknown' && TURNED_AWAY.get(detail.code ?? '')
  return turnedAway ? { words: turnedAway, tone: 'waiting' } : LOOKS[kind]
}
