import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { AmendmentChanges } from '@/components/amendment-changes'
import { ClientRefund } from '@/components/client-refund'
import { Amount } from '@/components/ui/amount'
import { Brand } from '@/components/ui/brand'
import { Moment } from '@/components/ui/moment'
import { StatePage } from '@/components/ui/state-page'
import { countUnknownClientLink, mayTryClientLink } from '@/lib/auth/client-links'
import { type AmendmentForClient, openAmendment } from '@/lib/credit-notes/sign-amendment'
import { LiveChanges } from '../../live-changes'
import { SignForm } from './sign-form'

/** Nothing of the agreement stands in the title: it is kept in histories and shown in tabs. */
export const metadata: Metadata = {
  title: 'Your agreement',
  robots: { index: false, follow: false },
  // With `no-referrer` browsers send `Origin: null` with a form, which the proxy must refuse.
  referrer: 'same-origin',
}

export default async function ClientPage({ params }: PageProps<'/c/[token]'>) {
  if (!(await mayTryClientLink()).ok) return <TooManyTries />
  const { token } = await params
  const opened = await openAmendment(token)
  if (!opened.ok) {
    if (opened.reason === 'link_unknown') await countUnknownClientLink()
    notFound()
  }
  const { amendment } = opened
  const { creditNote, freelancerName } = amendment

  return (
    <div className="mx-auto w-full max-w-2xl px-4 py-6 md:py-10">
      <header className="flex items-center justify-between gap-6 text-muted print:hidden">
        <Brand />
        <p className="min-w-0 truncate" title={freelancerName}>
          for <bdi className="font-medium text-ink">{freelancerName}</bdi>
        </p>
      </header>
      <main id="main" tabIndex={-1} className="space-y-6 pt-8 pb-16 text-[0.9375rem] leading-6">
        <div>
          <p className="text-[0.8125rem] text-faint">
            {amendment.number}, a change to {amendment.proposalNumber}
          </p>
          <h1 dir="auto" className="mt-1 text-2xl leading-8 font-semibold tracking-tight wrap-anywhere">
            {amendment.proposalTitle}
          </h1>
          <p dir="auto" className="mt-1.5 text-pretty text-muted wrap-anywhere">
            {amendment.reason}
          </p>
        </div>

        {creditNote && (
          <>
            <LiveChanges source={`/c/${token}/changes`} />
            <ClientRefund note={creditNote} freelancerName={freelancerName} reader={amendment} />
          </>
        )}

        <section
          aria-labelledby="changes"
          className="overflow-hidden rounded-xl border bg-surface shadow-card print:shadow-none"
        >
          <h2 id="changes" className="px-4 pt-4 pb-3 font-semibold md:px-6">
            What changes
          </h2>
          <AmendmentChanges {...amendment} />
        </section>

        <section
          aria-labelledby="back"
          className="rounded-xl border bg-surface px-4 py-4 shadow-card md:px-6 print:shadow-none"
        >
          <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
            <h2 id="back" className="font-semibold">
              {amendment.refundGross > 0 ? 'What comes back to you' : 'Nothing comes back'}
            </h2>
            {amendment.refundGross > 0 && (
              <p className="text-[1.625rem] leading-8 font-semibold tracking-tight">
                <Amount amount={amendment.refundGross} currency={amendment.currency} locale={amendment.locale} />
              </p>
            )}
          </div>
          <p className="mt-1 text-pretty text-muted">
            You have paid <Amount amount={amendment.paid} currency={amendment.currency} locale={amendment.locale} />.
            The new total is{' '}
            <Amount amount={amendment.totalsAfter.gross} currency={amendment.currency} locale={amendment.locale} />.{' '}
            {amendment.refundGross === 0
              ? 'No money has to go back.'
              : !creditNote && <HowItComesBack amendment={amendment} />}
          </p>
        </section>

        {amendment.status === 'signed' ? (
          <p className="text-pretty text-muted">
            Signed
            {amendment.signedBy && (
              <>
                {' '}
                by <bdi className="font-medium text-ink">{amendment.signedBy}</bdi>
              </>
            )}
            {amendment.signedAt && (
              <>
                {' '}
                on <Moment at={amendment.signedAt} reader={amendment} />
              </>
            )}
            {creditNote && <>. Credit note {creditNote.number} is in your mailbox</>}.
          </p>
        ) : (
          <section
            aria-labelledby="sign"
            className="rounded-xl border bg-surface px-4 py-4 shadow-card md:px-6 md:py-5 print:hidden"
          >
            <h2 id="sign" className="mb-3 font-semibold">
              Sign the change
            </h2>
            <SignForm token={token} freelancerName={freelancerName} />
          </section>
        )}
      </main>
    </div>
  )
}

/** Before the signature; afterwards the refund itself says where it is. */
function HowItComesBack({ amendment: { depositMethod, freelancerName } }: { amendment: AmendmentForClient }) {
  if (depositMethod === 'sepa') {
    return (
      <>
        Once you have signed, <bdi>{freelancerName}</bdi> sends the difference to your bank account.
      </>
    )
  }
  return 'Once you have signed, the difference goes back to the card you paid with, usually within 3–5 business days.'
}

function TooManyTries() {
  return (
    <StatePage tone="waiting" title="Too many tries">
      <p>Too many links that do not exist were tried from here. Please try again in a few minutes.</p>
    </StatePage>
  )
}
