import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { CreditNoteRefund } from '@/components/credit-note-refund'
import { EmailList } from '@/components/email-list'
import { RefundAttempts } from '@/components/refund-attempts'
import { refundStations } from '@/components/refund-stations'
import { RefundStationsLine } from '@/components/refund-stations-line'
import { RefundStatusChip } from '@/components/refund-status-chip'
import { RefundTimeline } from '@/components/refund-timeline'
import { Amount } from '@/components/ui/amount'
import { Fact, Facts } from '@/components/ui/facts'
import { Moment } from '@/components/ui/moment'
import { Panel } from '@/components/ui/panel'
import { requireFreelancer } from '@/lib/auth/session'
import { refundFacts } from '@/lib/credit-notes/credit-note'
import { getAttempts, getTimeline } from '@/lib/credit-notes/credit-note-store'
import { findCreditNote } from '@/lib/credit-notes/find-credit-note'
import { dayIn, formatCalendarDay } from '@/lib/dates'
import { listEmails } from '@/lib/email/outbox'
import { MANUAL_METHOD_NAMES, refundBanner } from '@/lib/refunds/refund-status'
import { LiveChanges } from '../../../live-changes'
import { BANNER_ACTIONS } from '../../banner-actions'
import { DeskLink } from '../../desk-link'
import { ResendEmail } from '../../resend-email'

/** Title and page read the note once. */
const creditNoteOf = cache(findCreditNote)

export async function generateMetadata({ params }: PageProps<'/credit-notes/[id]'>): Promise<Metadata> {
  const freelancer = await requireFreelancer()
  const note = await creditNoteOf(freelancer.id, (await params).id)
  return { title: note?.number ?? 'Not found' }
}

export default async function CreditNotePage({ params, searchParams }: PageProps<'/credit-notes/[id]'>) {
  const freelancer = await requireFreelancer()
  const note = await creditNoteOf(freelancer.id, (await params).id)
  if (!note) notFound()
  const [timeline, attempts, emails] = await Promise.all([
    getTimeline(freelancer.id, note.id),
    getAttempts(freelancer.id, note.id),
    listEmails(freelancer.id, note.id),
  ])
  const { issuer, client } = note.parties
  const money = (amount: number) => <Amount amount={amount} currency={note.currency} locale={freelancer.locale} />
  const pdfInBanner = refundBanner(refundFacts(note), freelancer).actions.includes('download_pdf')

  return (
    <>
      <LiveChanges source="/api/changes" only={note.id} />
      <nav aria-label="Breadcrumb" className="mb-2 text-[0.8125rem] print:hidden">
        <DeskLink href="/credit-notes" className="text-muted hover:text-ink">
          <span aria-hidden="true">← </span>Credit notes
        </DeskLink>
      </nav>
      <header className="mb-5 grid items-end gap-x-8 gap-y-3 md:grid-cols-[minmax(0,1fr)_auto]">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="text-2xl leading-8 font-semibold tracking-tight">{note.number}</h1>
            <RefundStatusChip facts={refundFacts(note)} />
          </div>
          <p className="mt-0.5 line-clamp-2 text-muted" title={client.name}>
            Refund to <bdi className="font-medium text-ink">{client.name}</bdi>
          </p>
        </div>
        <div className="flex flex-wrap items-center justify-between gap-x-5 gap-y-2 md:flex-row-reverse">
          <p className="text-[1.75rem] leading-9 font-semibold tracking-tight">{money(note.amountGross)}</p>
          {!pdfInBanner && (
            <a href={`/credit-notes/${note.id}/pdf`} download className="button button-plain print:hidden">
              Download PDF
            </a>
          )}
        </div>
      </header>

      <CreditNoteRefund
        note={note}
        reader={freelancer}
        today={dayIn(freelancer.timeZone, new Date())}
        timeline={timeline}
        markOpenInPlace={(await searchParams).mark === 'refunded'}
        Link={DeskLink}
        actions={BANNER_ACTIONS}
      />

      <div className="mt-5 rounded-xl border bg-surface px-4 py-4 shadow-card md:px-5 print:shadow-none">
        <RefundStationsLine stations={refundStations(note)} reader={freelancer} />
      </div>

      <div className="mt-5 grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="grid min-w-0 gap-5 max-lg:order-last">
          <Panel title="Timeline" id="timeline">
            <RefundTimeline entries={timeline} attempts={attempts} reader={freelancer} />
          </Panel>
          {attempts.length > 0 && (
            <Panel title="Refund attempts" id="attempts">
              <RefundAttempts attempts={attempts} reader={freelancer} />
            </Panel>
          )}
        </div>
        <div className="grid min-w-0 gap-5">
          <Panel title="Credit note" id="credit-note">
            <Facts>
              <Fact name="Net">{money(note.amountNet)}</Fact>
              <Fact name="VAT">{money(note.amountVat)}</Fact>
              <Fact name="Gross" strong>
                {money(note.amountGross)}
              </Fact>
              <Fact name="Issued">
                <Moment at={note.issuedAt} reader={freelancer} />
              </Fact>
              <Fact name="Proposal">
                <DeskLink href={`/proposals/${note.proposalId}`} className="text-link">
                  {note.proposalNumber} <bdi>{note.proposalTitle}</bdi>
                </DeskLink>
              </Fact>
              <Fact name="Amendment">
                {note.amendmentNumber}
                {note.amendmentReason && (
                  <>
                    , <bdi>{note.amendmentReason}</bdi>
                  </>
                )}
              </Fact>
              {note.stripeRefundId && (
                <Fact name="Stripe refund">
                  <span className="font-mono text-xs">{note.stripeRefundId}</span>
                </Fact>
              )}
            </Facts>
          </Panel>
          {note.manual && (
            <Panel
              title={note.manual.method === 'chargeback' ? 'Refunded by chargeback' : 'Refunded by hand'}
              id="by-hand"
            >
              <Facts>
                <Fact name="How">{MANUAL_METHOD_NAMES[note.manual.method]}</Fact>
                <Fact name="Date">{formatCalendarDay(note.manual.refundedOn, freelancer.locale)}</Fact>
                <Fact name="Reference">
                  <bdi>{note.manual.reference}</bdi>
                </Fact>
              </Facts>
            </Panel>
          )}
          {emails.length > 0 && (
            <Panel title="Emails" id="emails">
              <EmailList
                emails={emails}
                reader={freelancer}
                resend={({ id, recipient }) => <ResendEmail emailId={id} recipient={recipient} />}
              />
            </Panel>
          )}
          <Panel title="Parties on the day of issue" id="parties">
            <div className="grid gap-4 px-4 pb-4 sm:grid-cols-2 md:px-5">
              <Party role="From" name={issuer.name} lines={[issuer.address, issuer.vatNumber, issuer.email]} />
              <Party role="To" name={client.name} lines={[client.address, client.email]} />
            </div>
          </Panel>
        </div>
      </div>
    </>
  )
}

function Party({ role, name, lines }: { role: string; name: string; lines: (string | null)[] }) {
  return (
    <div className="min-w-0 wrap-anywhere">
      <p className="text-[0.8125rem] text-faint">{role}</p>
      <p className="font-medium" dir="auto">
        {name}
      </p>
      {lines.filter(Boolean).map((line) => (
        <p key={line} dir="auto" className="whitespace-pre-line text-muted">
          {line}
        </p>
      ))}
    </div>
  )
}
