import { Fragment, type ReactNode } from 'react'
import type { TimelineEntry } from '@/lib/credit-notes/credit-note'
import { reasonSlug, VERDICT_LABELS, type Verdict } from '@/lib/refunds/refund-reasons'
import type { RefundBannerView } from '@/lib/refunds/refund-status'
import type { SiteLink } from './ui/link-type'
import { Notice } from './ui/notice'
import { sentenceCase } from './ui/sentence-case'
import { TONE_INK, TONE_LINE, TONE_WASH, type Tone } from './ui/tone'
import { ToneMark } from './ui/tone-mark'

const VERDICT_TONES: Record<Verdict, Tone> = {
  retry_now: 'moving',
  not_yet: 'needs_you',
  will_not_help: 'failed',
  already_refunded: 'done',
}

/** The heart of the desk: what happened to a refund, whether a retry helps and why, what to do, and the acts themselves. */
export function RefundBanner({
  view,
  titleId,
  title: Title = 'h2',
  timelineHref,
  secondPayments,
  Link,
  children,
}: {
  view: RefundBannerView
  titleId: string
  title?: 'h2' | 'h3'
  timelineHref: string
  /** What may have paid the client once more, where the page knows it. */
  secondPayments: readonly TimelineEntry['detail'][]
  Link: SiteLink
  /** The acts (RefundActs). */
  children: ReactNode
}) {
  return (
    <section
      aria-labelledby={titleId}
      data-status={view.status}
      className={`overflow-hidden rounded-xl border bg-surface shadow-card print:shadow-none ${TONE_LINE[view.mood]}`}
    >
      <div className={`flex gap-3 px-4 py-3.5 md:px-5 md:py-4 ${TONE_WASH[view.mood]}`}>
        <ToneMark tone={view.mood} className="mt-0.5 size-5.5" />
        <Title
          id={titleId}
          tabIndex={-1}
          aria-live="polite"
          className="max-w-[62ch] text-[1.0625rem] leading-6.5 font-semibold tracking-[-0.011em] text-pretty"
        >
          {view.sentence}
        </Title>
      </div>
      <div className="space-y-4 px-4 py-4 md:pr-5 md:pl-13.5">
        {view.paidTwice && (
          <Notice tone="failed" role="alert">
            <strong className="font-semibold">Your client may have been paid twice.</strong> Stripe reports{' '}
            <SecondPayments payments={secondPayments} /> in addition to{' '}
            {view.status === 'manual' ? 'the refund marked here' : 'the refund above'} (see{' '}
            {/* A plain anchor's fragment would be dropped from the address by the router's next redraw. */}
            <Link href={timelineHref} className="text-link">
              the timeline
            </Link>
            ). Look at each in Stripe. If more than one has left, agree with your client how the rest comes back. What
            was meant for something else may stay as it is.
          </Notice>
        )}
        {view.reason && <ReasonLines view={view} reason={view.reason} />}
        {view.traceNumber && (
          <p className="text-muted">
            Trace number <span className="nums font-mono font-medium text-ink select-all">{view.traceNumber}</span>.
            Your client’s bank can find the money with it.
          </p>
        )}
        {view.chargeback && (
          <p className="max-w-[88ch] text-pretty text-muted">
            By chargeback: your client’s bank has taken the money back from your Stripe balance through dispute{' '}
            <span className="font-mono font-medium text-ink select-all">{view.chargeback}</span>. No transfer was made.
          </p>
        )}
        {children}
      </div>
    </section>
  )
}

function SecondPayments({ payments }: { payments: readonly TimelineEntry['detail'][] }) {
  if (payments.length === 0) return 'another refund or a lost dispute'
  return payments.map(({ stripeRefundId, disputeId }, i) => (
    <Fragment key={stripeRefundId ?? disputeId}>
      {i > 0 && (i === payments.length - 1 ? ' and ' : ', ')}
      {disputeId ? 'the lost dispute' : 'the refund'}{' '}
      <span className="font-mono text-[0.9em] font-medium wrap-anywhere">{disputeId ?? stripeRefundId}</span>
    </Fragment>
  ))
}

function heldLabel(code: string): string {
  return code === 'refund_out_of_sight' ? 'Out of sight' : 'Stripe holds it'
}

function ReasonLines({ view, reason }: { view: RefundBannerView; reason: NonNullable<RefundBannerView['reason']> }) {
  // A refund that Stripe holds offers no retry: it says why it waits instead of judging one.
  const held = view.status === 'requested'
  const tone = held ? 'needs_you' : VERDICT_TONES[reason.verdict]
  return (
    <dl className="grid max-w-[88ch] gap-x-6 text-pretty *:[dd]:not-last:mb-2.5 lg:grid-cols-[auto_1fr]">
      <dt className={`flex items-start gap-1.5 font-semibold ${TONE_INK[tone]}`}>
        <ToneMark tone={tone} className="mt-0.5 size-4" />
        {held ? heldLabel(reason.code) : VERDICT_LABELS[reason.verdict]}
      </dt>
      <dd>
        {held && <>{sentenceCase(reason.title)}. </>}
        {reason.why}
      </dd>
      <dt className="font-semibold">What to do</dt>
      <dd>
        {reason.wayOut}{' '}
        <a href={`/help/${reasonSlug(reason.code)}`} className="whitespace-nowrap text-link print:hidden">
          More about this
        </a>
      </dd>
      {view.stripeSays && (
        <>
          <dt className="text-muted">Stripe’s words</dt>
          <dd className="text-muted">
            <q>{view.stripeSays}</q>
          </dd>
        </>
      )}
    </dl>
  )
}
