import type { Metadata } from 'next'
import { z } from 'zod'
import { Amount } from '@/components/ui/amount'
import { Chip } from '@/components/ui/chip'
import { EmptyState } from '@/components/ui/empty-state'
import { Moment } from '@/components/ui/moment'
import { requireFreelancer } from '@/lib/auth/session'
import { listProposals, type ProposalCursor } from '@/lib/proposals/proposal-store'
import { DeskLink } from '../desk-link'
import { PageHeading } from '../page-heading'
import { PROPOSAL_STATUS_LOOKS } from './proposal-status-words'

export const metadata: Metadata = { title: 'Proposals' }

const PAGE = 25

/** A cursor that is none of ours leads to the first page. */
const asked = z.object({
  before: z.iso.datetime().optional().catch(undefined),
  id: z.uuid().optional().catch(undefined),
})

export default async function ProposalsPage({ searchParams }: PageProps<'/proposals'>) {
  const freelancer = await requireFreelancer()
  const { before, id } = asked.parse(await searchParams)
  const cursor: ProposalCursor | undefined = before && id ? { createdAt: new Date(before), id } : undefined
  const { proposals, nextCursor } = await listProposals(freelancer.id, { cursor, limit: PAGE })
  const older = nextCursor && new URLSearchParams({ before: nextCursor.createdAt.toISOString(), id: nextCursor.id })

  return (
    <>
      <PageHeading title="Proposals" />
      <div className="overflow-hidden rounded-xl border bg-surface shadow-card print:shadow-none">
        {proposals.length === 0 ? (
          <EmptyState tone="waiting" title={cursor ? 'Nothing older' : 'No proposals yet'}>
            {cursor ? 'You have reached the end.' : 'Proposals that your clients have signed appear here.'}
          </EmptyState>
        ) : (
          <ul className="divide-y">
            {proposals.map((proposal) => {
              const { word, tone } = PROPOSAL_STATUS_LOOKS[proposal.status]
              return (
                <li
                  key={proposal.id}
                  className="relative grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-6 gap-y-0.5 px-4 py-3 hover:bg-sunken has-focus-visible:bg-sunken md:grid-cols-[minmax(0,1fr)_9rem_10rem_10rem] md:px-5"
                >
                  <div className="min-w-0">
                    <p className="font-medium" title={`${proposal.number} ${proposal.title}`}>
                      <DeskLink
                        href={`/proposals/${proposal.id}`}
                        className="flex gap-x-1.5 max-md:flex-wrap after:absolute after:inset-0"
                      >
                        <bdi className="max-w-full min-w-0 truncate">{proposal.title}</bdi>{' '}
                        <span className="font-normal whitespace-nowrap text-faint">{proposal.number}</span>
                      </DeskLink>
                    </p>
                    <p className="truncate text-left text-muted" dir="auto" title={proposal.clientName}>
                      {proposal.clientName}
                    </p>
                  </div>
                  <div className="max-md:col-start-2 max-md:row-start-2 max-md:justify-self-end">
                    <Chip tone={tone}>{word}</Chip>
                  </div>
                  <p className="text-muted max-md:text-[0.8125rem] max-md:text-faint">
                    <Moment at={proposal.createdAt} reader={freelancer} show="day" />
                  </p>
                  <Amount
                    amount={proposal.totalGross}
                    currency={proposal.currency}
                    locale={freelancer.locale}
                    className="text-right font-medium max-md:col-start-2 max-md:row-start-1 max-md:self-start"
                  />
                </li>
              )
            })}
          </ul>
        )}
      </div>
      {(cursor || older) && (
        <nav aria-label="Pages" className="mt-4 flex justify-between gap-2 print:hidden">
          {cursor ? (
            <DeskLink href="/proposals" className="button button-plain">
              Back to first
            </DeskLink>
          ) : (
            <span />
          )}
          {older && (
            <DeskLink href={`/proposals?${older}`} className="button button-plain">
              Older
            </DeskLink>
          )}
        </nav>
      )}
    </>
  )
}
