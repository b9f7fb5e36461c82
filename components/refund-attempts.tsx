import { Chip } from '@/components/ui/chip'
import { Earlier } from '@/components/ui/earlier'
import { Moment } from '@/components/ui/moment'
import type { Tone } from '@/components/ui/tone'
import type { RefundAttempt } from '@/lib/credit-notes/credit-note'
import type { Reader } from '@/lib/dates'
import { heardFromStripe } from '@/lib/refunds/refund-reasons'

const CAUSES: Record<RefundAttempt['cause'], string> = {
  amendment_signed: 'Amendment signed',
  deposit_confirmed: 'Deposit confirmed',
  retry: 'Retry',
  automatic: 'Automatic',
}

type Outcome = { word: string; tone: Tone }

const OUTCOMES: Record<Exclude<RefundAttempt['state'], 'refused'>, Outcome> = {
  in_flight: { word: 'In flight', tone: 'moving' },
  unknown: { word: 'Unknown', tone: 'waiting' },
  accepted: { word: 'Accepted', tone: 'done' },
}

const CAME_TO_NOTHING: Record<ReturnType<typeof heardFromStripe>, Outcome> = {
  a_no: { word: 'Refused', tone: 'failed' },
  nothing_clear: { word: 'No clear answer', tone: 'failed' },
  not_asked: { word: 'Held back', tone: 'needs_you' },
}

function outcomeOf({ state, code }: RefundAttempt): Outcome {
  return state === 'refused' ? CAME_TO_NOTHING[heardFromStripe(code)] : OUTCOMES[state]
}

const SHOWN = 3

/** Every try to have Stripe pay the credit note back, newest first, with what Stripe's support would ask for. */
export function RefundAttempts({ attempts, reader }: { attempts: readonly RefundAttempt[]; reader: Reader }) {
  const newestFirst = attempts.toReversed()
  const earlier = newestFirst.slice(SHOWN)
  const draw = (attempt: RefundAttempt) => <Attempt key={attempt.id} attempt={attempt} reader={reader} />
  return (
    <>
      <ul className="divide-y border-t">{newestFirst.slice(0, SHOWN).map(draw)}</ul>
      {earlier.length > 0 && (
        <Earlier summary={earlier.length === 1 ? '1 earlier attempt' : `${earlier.length} earlier attempts`}>
          <ul className="divide-y border-t">{earlier.map(draw)}</ul>
        </Earlier>
      )}
    </>
  )
}

function Attempt({ attempt, reader }: { attempt: RefundAttempt; reader: Reader }) {
  const { word, tone } = outcomeOf(attempt)
  return (
    <li className="px-4 py-3 md:px-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <span className="font-medium">Attempt {attempt.ordinal}</span>
        <Chip tone={tone}>{word}</Chip>
        <span className="text-[0.8125rem] text-muted">
          {CAUSES[attempt.cause]}, asked {attempt.calls === 1 ? 'once' : `${attempt.calls} times`}
        </span>
        <span className="ml-auto text-[0.8125rem] text-faint">
          <Moment at={attempt.startedAt} reader={reader} />
        </span>
      </div>
      {attempt.message && (
        <p className="mt-1.5 text-pretty">
          <q>{attempt.message}</q>
        </p>
      )}
      <dl className="mt-1.5 grid gap-x-4 text-[0.8125rem] leading-5 sm:grid-cols-[auto_1fr]">
        <Id name="Code">{attempt.code}</Id>
        <Id name="Refund">{attempt.stripeRefundId}</Id>
        <Id name="Request id">{attempt.requestId}</Id>
        <Id name="Idempotency key">{attempt.idempotencyKey}</Id>
      </dl>
    </li>
  )
}

function Id({ name, children }: { name: string; children: string | null }) {
  if (children === null) return null
  return (
    <>
      <dt className="text-faint">{name}</dt>
      <dd className="min-w-0 font-mono text-xs leading-5 text-muted">{children}</dd>
    </>
  )
}
