import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { z } from 'zod'
import { CreditNoteTable } from '@/components/credit-note-table'
import { REFUND_STATUS_WORDS } from '@/components/refund-status-chip'
import { EmptyState } from '@/components/ui/empty-state'
import { requireFreelancer } from '@/lib/auth/session'
import { parseCreditNoteCursor, writeCreditNoteCursor } from '@/lib/credit-notes/credit-note-cursor'
import { listCreditNotes } from '@/lib/credit-notes/credit-note-store'
import { REFUND_STATUSES, type RefundStatus } from '@/lib/refunds/refund-status'
import { LiveChanges } from '../../live-changes'
import { DeskLink } from '../desk-link'
import { PageHeading } from '../page-heading'

export const metadata: Metadata = { title: 'Credit notes' }

const PAGE = 25

const asked = z.object({
  status: z.enum(REFUND_STATUSES).optional().catch(undefined),
  cursor: z.string().max(300).optional().catch(undefined),
})

const EMPTY: Record<RefundStatus | 'all', { title: string; why: string }> = {
  all: {
    title: 'No credit notes yet',
    why: 'One is issued by itself when a client signs an amendment that lowers the price below what they have paid.',
  },
  pending: {
    title: 'Nothing is pending',
    why: 'Refunds that wait for a deposit, for Stripe or for your transfer stand here.',
  },
  requested: {
    title: 'Nothing is on its way',
    why: 'Refunds that Stripe has accepted stand here until the money arrives.',
  },
  succeeded: {
    title: 'No refund has completed yet',
    why: 'Refunds that have reached your clients through Stripe stand here.',
  },
  failed: { title: 'Nothing has failed', why: 'A refund that Stripe refuses or a bank returns would stand here.' },
  manual: {
    title: 'Nothing was refunded by hand',
    why: 'Refunds that you sent yourself and marked refunded stand here.',
  },
}

export default async function CreditNotesPage({ searchParams }: PageProps<'/credit-notes'>) {
  const freelancer = await requireFreelancer()
  const { status, cursor: written } = asked.parse(await searchParams)
  const first = status ? `/credit-notes?status=${status}` : '/credit-notes'
  const cursor = written === undefined ? undefined : parseCreditNoteCursor(written)
  if (cursor === null) redirect(first)

  const page = await listCreditNotes(freelancer.id, { status, cursor, limit: PAGE, order: 'open_first' })
  const older = page.nextCursor && new URLSearchParams({ cursor: writeCreditNoteCursor(page.nextCursor) })
  if (status) older?.set('status', status)
  const empty = EMPTY[status ?? 'all']

  return (
    <>
      <LiveChanges source="/api/changes" />
      <PageHeading title="Credit notes" />
      <nav aria-label="Filter by status" className="mb-3 print:hidden">
        <ul className="flex flex-wrap gap-1 py-1">
          <Filter href="/credit-notes" current={!status}>
            All
          </Filter>
          {REFUND_STATUSES.map((one) => (
            <Filter key={one} href={`/credit-notes?status=${one}`} current={status === one}>
              {REFUND_STATUS_WORDS[one]}
            </Filter>
          ))}
        </ul>
      </nav>
      <div className="overflow-hidden rounded-xl border bg-surface shadow-card print:shadow-none">
        {page.creditNotes.length > 0 ? (
          <CreditNoteTable
            caption={status ? `Credit notes, ${REFUND_STATUS_WORDS[status].toLowerCase()}` : 'Credit notes'}
            notes={page.creditNotes}
            reader={freelancer}
            Link={DeskLink}
          />
        ) : (
          <EmptyState tone={status === 'failed' ? 'done' : 'waiting'} title={cursor ? 'Nothing older' : empty.title}>
            {cursor ? 'You have reached the end.' : empty.why}
          </EmptyState>
        )}
      </div>
      {(cursor || older) && (
        <nav aria-label="Pages" className="mt-4 flex justify-between gap-2 print:hidden">
          {cursor ? (
            <DeskLink href={first} className="button button-plain">
              Back to first
            </DeskLink>
          ) : (
            <span />
          )}
          {older && (
            <DeskLink href={`/credit-notes?${older}`} className="button button-plain">
              Older
            </DeskLink>
          )}
        </nav>
      )}
    </>
  )
}

function Filter({ href, current, children }: { href: string; current: boolean; children: string }) {
  return (
    <li>
      <DeskLink
        href={href}
        current={current}
        className="flex min-h-9 items-center rounded-full px-3 text-muted hover:bg-line/50 hover:text-ink aria-[current]:bg-ink aria-[current]:font-medium aria-[current]:text-canvas md:min-h-8"
      >
        {children}
      </DeskLink>
    </li>
  )
}
