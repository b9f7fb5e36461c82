import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { cache } from 'react'
import { CreditNoteRefund } from '@/components/credit-note-refund'
import { Amount } from '@/components/ui/amount'
import { Chip } from '@/components/ui/chip'
import { Fact, Facts } from '@/components/ui/facts'
import { Moment } from '@/components/ui/moment'
import { Panel } from '@/components/ui/panel'
import { requireFreelancer } from '@/lib/auth/session'
import { listCreditNotesOfProposal } from '@/lib/credit-notes/credit-note-store'
import { dayIn } from '@/lib/dates'
import { getProposal } from '@/lib/proposals/proposal-store'
import { LiveChanges } from '../../../live-changes'
import { BANNER_ACTIONS } from '../../banner-actions'
import { DeskLink } from '../../desk-link'
import { PROPOSAL_STATUS_LOOKS } from '../proposal-status-words'

/** Title and page read the proposal once. */
const proposalOf = cache(getProposal)

export async function generateMetadata({ params }: PageProps<'/proposals/[id]'>): Promise<Metadata> {
  const freelancer = await requireFreelancer()
  const proposal = await proposalOf(freelancer.id, (await params).id)
  return { title: proposal?.number ?? 'Not found' }
}

export default async function ProposalPage({ params }: PageProps<'/proposals/[id]'>) {
  const freelancer = await requireFreelancer()
  const proposal = await proposalOf(freelancer.id, (await params).id)
  if (!proposal) notFound()
  const creditNotes = await listCreditNotesOfProposal(freelancer.id, proposal.id)
  const today = dayIn(freelancer.timeZone, new Date())
  const money = (amount: number) => <Amount amount={amount} currency={proposal.currency} locale={freelancer.locale} />
  const { deposit, amendments } = proposal
  const { word, tone } = PROPOSAL_STATUS_LOOKS[proposal.status]

  return (
    <>
      <LiveChanges source="/api/changes" />
      <nav aria-label="Breadcrumb" className="mb-2 text-[0.8125rem] print:hidden">
        <DeskLink href="/proposals" className="text-muted hover:text-ink">
          <span aria-hidden="true">← </span>Proposals
        </DeskLink>
      </nav>
      <header className="mb-5 grid items-end gap-x-8 gap-y-3 md:grid-cols-[minmax(0,1fr)_auto]">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 text-2xl leading-8 font-semibold tracking-tight wrap-anywhere" dir="auto">
              {proposal.title}
            </h1>
            <Chip tone={tone}>{word}</Chip>
          </div>
          <p className="mt-0.5 line-clamp-2 text-muted" title={proposal.clientName}>
            {proposal.number} for <bdi className="font-medium text-ink">{proposal.clientName}</bdi>
          </p>
        </div>
        <p className="text-[1.75rem] leading-9 font-semibold tracking-tight">{money(proposal.totals.gross)}</p>
      </header>

      {creditNotes.length > 0 && (
        <section aria-label="Refunds" className="mb-5 space-y-5">
          {creditNotes.map((note) => (
            <div key={note.id}>
              <h2 className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4 font-semibold">
                <DeskLink href={`/credit-notes/${note.id}`} className="text-link">
                  Credit note {note.number}
                </DeskLink>
                <Amount amount={note.amountGross} currency={note.currency} locale={freelancer.locale} />
              </h2>
              <CreditNoteRefund
                note={note}
                reader={freelancer}
                today={today}
                title="h3"
                Link={DeskLink}
                actions={BANNER_ACTIONS}
              />
            </div>
          ))}
        </section>
      )}

      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Panel title="What was agreed" id="lines">
          <table className="w-full border-t">
            <thead>
              <tr className="border-b text-left text-[0.8125rem] text-faint">
                <th scope="col" className="px-4 py-2 font-normal md:pl-5">
                  Description
                </th>
                <th scope="col" className="px-2 py-2 text-right font-normal">
                  Quantity
                </th>
                <th scope="col" className="px-2 py-2 text-right font-normal max-sm:hidden">
                  Each, net
                </th>
                <th scope="col" className="px-2 py-2 text-right font-normal max-sm:hidden">
                  VAT
                </th>
                <th scope="col" className="px-4 py-2 text-right font-normal md:pr-5">
                  Net
                </th>
              </tr>
            </thead>
            <tbody className="divide-y">
              {proposal.lines.map((line, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other identity than its position
                <tr key={index} className="align-baseline">
                  <td dir="auto" className="px-4 py-2.5 wrap-anywhere md:pl-5">
                    {line.description}
                  </td>
                  <td className="nums px-2 py-2.5 text-right text-muted">{line.quantity}</td>
                  <td className="px-2 py-2.5 text-right text-muted max-sm:hidden">{money(line.unitNet)}</td>
                  <td className="nums px-2 py-2.5 text-right whitespace-nowrap text-muted max-sm:hidden">
                    {percent(line.vatRate, freelancer.locale)}
                  </td>
                  <td className="px-4 py-2.5 text-right md:pr-5">{money(line.quantity * line.unitNet)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Panel>
        <div className="grid min-w-0 gap-5">
          <Panel
            title={amendments.some(({ status }) => status === 'signed') ? 'Total after amendments' : 'Total'}
            id="total"
          >
            <Facts>
              <Fact name="Net">{money(proposal.totals.net)}</Fact>
              <Fact name="VAT">{money(proposal.totals.vat)}</Fact>
              <Fact name="Gross" strong>
                {money(proposal.totals.gross)}
              </Fact>
              {proposal.signedAt && (
                <Fact name="Signed">
                  <Moment at={proposal.signedAt} reader={freelancer} />
                </Fact>
              )}
            </Facts>
          </Panel>
          {deposit && (
            <Panel title="Deposit" id="deposit">
              <Facts>
                <Fact name={deposit.method === 'card' ? 'By card' : 'By bank transfer'} strong>
                  <Amount amount={deposit.amount} currency={deposit.currency} locale={freelancer.locale} />
                </Fact>
                <Fact name="Paid">
                  {deposit.paidAt ? <Moment at={deposit.paidAt} reader={freelancer} /> : 'Not yet'}
                </Fact>
                {deposit.method === 'card' && (
                  <Fact name="Confirmed by Stripe">
                    {deposit.confirmedAt ? <Moment at={deposit.confirmedAt} reader={freelancer} /> : 'Not yet'}
                  </Fact>
                )}
                {deposit.stripePaymentIntentId && (
                  <Fact name="Payment">
                    <span className="font-mono text-xs">{deposit.stripePaymentIntentId}</span>
                  </Fact>
                )}
              </Facts>
            </Panel>
          )}
          {amendments.length > 0 && (
            <Panel title="Amendments" id="amendments">
              <ul className="divide-y border-t">
                {amendments.map((amendment) => (
                  <li key={amendment.id} className="px-4 py-3 md:px-5">
                    <div className="flex items-baseline justify-between gap-4">
                      <p className="font-medium">{amendment.number}</p>
                      <p className="font-medium">{money(amendment.totals.gross)}</p>
                    </div>
                    <p dir="auto" className="text-pretty wrap-anywhere">
                      {amendment.reason}
                    </p>
                    <p className="text-[0.8125rem] text-muted">
                      {amendment.signedAt ? (
                        <>
                          Signed <Moment at={amendment.signedAt} reader={freelancer} />
                          {amendment.signedBy && (
                            <>
                              {' '}
                              by <bdi>{amendment.signedBy}</bdi>
                            </>
                          )}
                        </>
                      ) : amendment.status === 'sent' ? (
                        'Sent, waits for the client’s signature'
                      ) : (
                        'Draft'
                      )}
                    </p>
                  </li>
                ))}
              </ul>
            </Panel>
          )}
        </div>
      </div>
    </>
  )
}

/** A VAT rate in basis points as the reader's locale writes it: 19 %. */
function percent(basisPoints: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 }).format(basisPoints / 10_000)
}
