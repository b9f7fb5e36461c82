import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { CreditNoteBriefs } from '@/components/credit-note-briefs'
import { EmptyState } from '@/components/ui/empty-state'
import { Moment } from '@/components/ui/moment'
import { Panel } from '@/components/ui/panel'
import { UndeliveredEmails } from '@/components/undelivered-emails'
import { requireFreelancer } from '@/lib/auth/session'
import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { deskSummary } from '@/lib/credit-notes/credit-note-store'
import { listUndelivered } from '@/lib/email/outbox'
import { LiveChanges } from '../live-changes'
import { DeskLink } from './desk-link'
import { PageHeading } from './page-heading'

export const metadata: Metadata = { title: 'Today' }

export default async function TodayPage() {
  const freelancer = await requireFreelancer()
  const [{ needsYou, moving, recentlySettled }, undelivered] = await Promise.all([
    deskSummary(freelancer.id),
    listUndelivered(freelancer.id, MOST_SHOWN),
  ])
  const nothingYet = needsYou.length + moving.length + recentlySettled.length === 0
  const briefs = (notes: readonly CreditNote[]) => (
    <CreditNoteBriefs notes={notes} reader={freelancer} Link={DeskLink} />
  )

  return (
    <>
      <LiveChanges source="/api/changes" />
      <PageHeading title="Today">
        <p className="text-muted">
          <Moment at={new Date()} reader={freelancer} show="day" />
        </p>
      </PageHeading>
      {nothingYet ? (
        <div className="rounded-xl border bg-surface shadow-card">
          <EmptyState tone="waiting" title="No refunds yet">
            When a client signs an amendment that lowers the price below what they have paid, its credit note appears
            here and the refund starts by itself.
          </EmptyState>
        </div>
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
          <div className="grid min-w-0 gap-5">
            <Panel title="Needs you" id="needs-you" aside={<Count of={needsYou} />}>
              {needsYou.length > 0 ? (
                briefs(needsYou)
              ) : (
                <EmptyState tone="done" title="No refund needs you">
                  A refund that fails, or a bank transfer to send by hand, will wait for you here.
                </EmptyState>
              )}
            </Panel>
            {undelivered.length > 0 && (
              <Panel title="Emails that did not arrive" id="undelivered" aside={<Count of={undelivered} />}>
                <UndeliveredEmails emails={undelivered} Link={DeskLink} />
              </Panel>
            )}
          </div>
          <div className="grid min-w-0 gap-5">
            <Panel title="On its way" id="on-its-way" aside={<Count of={moving} />}>
              {moving.length > 0 ? briefs(moving) : <Quiet>No refund is on its way.</Quiet>}
            </Panel>
            <Panel
              title="Recently settled"
              id="recently-settled"
              aside={
                <DeskLink href="/credit-notes" className="text-link text-[0.8125rem]">
                  All credit notes
                </DeskLink>
              }
            >
              {recentlySettled.length > 0 ? briefs(recentlySettled) : <Quiet>No refund has been completed yet.</Quiet>}
            </Panel>
          </div>
        </div>
      )}
    </>
  )
}

/** Each list holds so many at most, so that as many may be more. */
const MOST_SHOWN = 20

function Count({ of }: { of: readonly unknown[] }) {
  return <span className="nums text-muted">{of.length < MOST_SHOWN ? of.length : `${MOST_SHOWN} or more`}</span>
}

function Quiet({ children }: { children: ReactNode }) {
  return <p className="border-t px-4 py-4 text-muted md:px-5">{children}</p>
}
