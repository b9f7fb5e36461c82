import type { ReactNode } from 'react'
import { reasonSlug, VERDICT_LABELS, type Verdict } from '@/lib/refunds/refund-reasons'
import type { RefundBannerView } from '@/lib/refunds/refund-status'
import { TONE_GROUND, TONE_INK, type Tone } from './ui/tone'
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
  children,
}: {
  view: RefundBannerView
  titleId: string
  title?: 'h2' | 'h3'
  /** The acts (RefundActs). */
  children: ReactNode
}) {
  return (
    <section
      aria-labelledby={titleId}
      data-status={view.status}
      className={`rounded-xl border p-4 md:p-5 ${TONE_GROUND[view.mood]}`}
    >
      <div className="flex gap-3">
        <ToneMark tone={view.mood} className="mt-0.5 size-5.5" />
        <div className="min-w-0 grow space-y-4">
          <Title
            id={titleId}
            tabIndex={-1}
            aria-live="polite"
            className="max-w-[62ch] text-[1.0625rem] leading-6.5 font-semibold tracking-[-0.011em] text-pretty"
          >
            {view.sentence}
          </Title>
          {view.paidTwice && (
            <p
              role="alert"
              className="flex gap-2 rounded-lg border border-failed-line bg-failed-wash px-3 py-2 font-medium"
            >
              <ToneMark tone="failed" className="mt-0.5 size-4" />
              Your client may have been paid twice: Stripe reports a refund beside this one. Look at the payment in
              Stripe.
            </p>
          )}
          {view.reason && <ReasonLines view={view} reason={view.reason} />}
          {view.traceNumber && (
            <p className="text-muted">
              Trace number <span className="nums font-mono font-medium text-ink select-all">{view.traceNumber}</span>.
              Your client’s bank can find the money with it.
            </p>
          )}
          {children}
        </div>
      </div>
    </section>
  )
}

function ReasonLines({ view, reason }: { view: RefundBannerView; reason: NonNullable<RefundBannerView['reason']> }) {
  // A refund that Stripe holds offers no retry: it says why it waits instead of judging one.
  const held = view.status === 'requested'
  const tone = held ? 'needs_you' : VERDICT_TONES[reason.verdict]
  return (
    <dl className="grid max-w-[86ch] gap-x-5 gap-y-2 text-pretty lg:grid-cols-[auto_1fr]">
      <dt className={`flex items-start gap-1.5 font-semibold ${TONE_INK[tone]}`}>
        {held ? 'Stripe holds it' : VERDICT_LABELS[reason.verdict]}
      </dt>
      <dd>
        {held && <>{sentenceCase(reason.title)}. </>}
        {reason.why}
      </dd>
      <dt className="font-semibold">What to do</dt>
      <dd>
        {reason.wayOut}{' '}
        <a href={`/help/${reasonSlug(reason.code)}`} className="text-link print:hidden">
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

function sentenceCase(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
