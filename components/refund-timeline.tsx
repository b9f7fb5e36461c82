import { Earlier } from '@/components/ui/earlier'
import { Moment } from '@/components/ui/moment'
import { ToneMark } from '@/components/ui/tone-mark'
import type { RefundAttempt, TimelineEntry } from '@/lib/credit-notes/credit-note'
import type { Reader } from '@/lib/dates'
import { formatMoney } from '@/lib/money'
import { reasonOfSlug, refundReason } from '@/lib/refunds/refund-reasons'
import { MANUAL_METHOD_NAMES, MANUAL_METHODS } from '@/lib/refunds/refund-status'
import type { Healing } from '@/lib/refunds/refund-tries'
import { emailWords } from './email-words'
import { timelineLook } from './timeline-look'

const ACTORS: Record<TimelineEntry['actor'], string> = {
  client: 'the client',
  freelancer: 'you',
  api_key: 'an API key',
  stripe: 'Stripe',
  worker: 'Requite',
}

const DETAIL_NAMES: Record<string, string> = {
  code: 'Code',
  message: 'Message',
  reason: 'Reason',
  requestId: 'Request',
  method: 'Method',
  reference: 'Reference',
  refundedOn: 'Date',
  stripeRefundId: 'Refund',
  disputeId: 'Dispute',
  recipient: 'To',
  moment: 'About',
  signedBy: 'Signed by',
  amendmentNumber: 'Amendment',
  traceNumber: 'Trace number',
  healing: 'Because',
  status: 'Status at Stripe',
  amount: 'Amount',
}

const HEALINGS: Record<Healing, string> = {
  dispute_won: 'the dispute over the deposit was won',
  account_reconnected: 'the Stripe account is connected again',
  balance_topped_up: 'the Stripe balance is high enough again',
  money_came_back: 'a refund made outside Requite failed, so that its money is there again',
  not_refunded_elsewhere: 'the refund made outside Requite failed, or was for another credit note',
}

const SHOWN = 15

/** A credit note's history, newest first: what happened, when, and by whom or by what it was caused. */
export function RefundTimeline({
  entries,
  attempts,
  reader,
}: {
  entries: readonly TimelineEntry[]
  attempts: readonly RefundAttempt[]
  reader: Reader
}) {
  const newestFirst = entries.toReversed()
  const earlier = newestFirst.slice(SHOWN)
  const draw = (entry: TimelineEntry) => {
    const attempt = attempts.find(({ id }) => id === entry.attemptId)
    return <Entry key={entry.id} entry={entry} attempt={attempt} reader={reader} />
  }
  return (
    <>
      <ol className="px-4 pb-2 md:px-5">{newestFirst.slice(0, SHOWN).map(draw)}</ol>
      {earlier.length > 0 && (
        <Earlier summary={earlier.length === 1 ? '1 earlier entry' : `${earlier.length} earlier entries`}>
          <ol className="px-4 pt-1 pb-2 md:px-5">{earlier.map(draw)}</ol>
        </Earlier>
      )}
    </>
  )
}

function Entry({
  entry,
  attempt,
  reader,
}: {
  entry: TimelineEntry
  attempt: RefundAttempt | undefined
  reader: Reader
}) {
  const { words, tone } = timelineLook(entry)
  return (
    <li className="group/entry relative flex gap-3 pb-4">
      <span aria-hidden="true" className="absolute top-5 bottom-0 left-[7.5px] w-px bg-line group-last/entry:hidden" />
      <ToneMark tone={tone} className="mt-0.5 size-4 bg-surface" />
      <div className="min-w-0 grow">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <p className="font-medium">{words}</p>
          <p className="text-[0.8125rem] text-faint">
            <Moment at={entry.at} reader={reader} />
          </p>
        </div>
        <p className="text-[0.8125rem] leading-5 text-muted">
          By {ACTORS[entry.actor]}
          {attempt && <>, attempt {attempt.ordinal}</>}
          {entry.stripeEventId && (
            <>
              , event <span className="font-mono text-xs">{entry.stripeEventId}</span>
            </>
          )}
        </p>
        <Details detail={entry.detail} reader={reader} />
      </div>
    </li>
  )
}

function Details({ detail, reader }: { detail: Record<string, string>; reader: Reader }) {
  const facts = Object.entries(detail).filter(([name, value]) => value !== '' && !TOLD_BESIDE.has(name))
  if (facts.length === 0) return null
  return (
    <dl className="mt-0.5 text-[0.8125rem] leading-5 text-muted">
      {facts.map(([name, value]) => (
        <div key={name} className="flex gap-1.5">
          <dt className="shrink-0 text-faint">{DETAIL_NAMES[name] ?? name}</dt>
          <dd dir="auto" className="min-w-0">
            {inWords(name, value, detail, reader)}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Whom an email went to is told by its address, a currency with its amount; a report's id only tells its repetitions. */
const TOLD_BESIDE = new Set(['recipientRole', 'currency', 'reportId'])

/** A catalogued code beside its meaning, a method and an email by their names, anything else as it is. */
function inWords(name: string, value: string, { currency }: Record<string, string>, reader: Reader): string {
  switch (name) {
    case 'code':
    case 'reason':
      return reasonOfSlug(value.replaceAll('_', '-')) ? `${value}: ${refundReason(value).title}` : value
    case 'method': {
      const method = MANUAL_METHODS.find((one) => one === value)
      return method ? MANUAL_METHOD_NAMES[method] : value
    }
    case 'amount':
      return currency ? formatMoney({ amount: Number(value), currency }, reader.locale) : value
    case 'moment':
      return emailWords(value)
    case 'healing':
      return Object.entries(HEALINGS).find(([healing]) => healing === value)?.[1] ?? value
    default:
      return value
  }
}
