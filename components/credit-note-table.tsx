import type { ReactNode } from 'react'
import { Amount } from '@/components/ui/amount'
import type { SiteLink } from '@/components/ui/link-type'
import { Moment } from '@/components/ui/moment'
import { type CreditNote, refundFacts } from '@/lib/credit-notes/credit-note'
import type { Reader } from '@/lib/dates'
import { RefundStatusChip } from './refund-status-chip'

/**
 * Credit notes as rows on a desk and as cards on a phone. Roles are written out: laid out as a grid, a table loses the
 * ones it was born with.
 */
export function CreditNoteTable({
  caption,
  notes,
  reader,
  Link,
}: {
  caption: string
  notes: readonly CreditNote[]
  reader: Reader
  Link: SiteLink
}) {
  return (
    <table
      role="table"
      aria-label={caption}
      className="grid w-full md:grid-cols-[auto_minmax(0,1.1fr)_minmax(0,1.3fr)_auto_auto_auto] md:gap-x-6"
    >
      <thead role="rowgroup" className="col-span-full grid-cols-subgrid max-md:sr-only md:grid">
        <tr role="row" className="col-span-full grid grid-cols-subgrid border-b px-5 py-2 text-[0.8125rem] text-faint">
          <Heading>Credit note</Heading>
          <Heading>Client</Heading>
          <Heading>Proposal</Heading>
          <Heading>Status</Heading>
          <Heading>Issued</Heading>
          <Heading right>Amount</Heading>
        </tr>
      </thead>
      <tbody role="rowgroup" className="col-span-full grid grid-cols-subgrid">
        {notes.map((note) => (
          <tr
            key={note.id}
            role="row"
            className="relative col-span-full grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 px-4 py-3 not-last:border-b hover:bg-sunken has-focus-visible:bg-sunken md:grid-cols-subgrid md:gap-x-6 md:px-5 md:py-2.5"
          >
            <Cell className="whitespace-nowrap font-medium max-md:col-start-1 max-md:row-start-3 max-md:text-[0.8125rem] max-md:font-normal max-md:text-faint">
              <Link href={`/credit-notes/${note.id}`} className="after:absolute after:inset-0">
                {note.number}
              </Link>
            </Cell>
            <Cell title={note.parties.client.name} className="max-md:col-start-1 max-md:row-start-1 max-md:font-medium">
              {note.parties.client.name}
            </Cell>
            <Cell
              title={`${note.proposalNumber} ${note.proposalTitle}`}
              className="text-muted max-md:col-start-1 max-md:row-start-2"
            >
              {note.proposalTitle}
            </Cell>
            <Cell className="max-md:col-start-2 max-md:row-start-2 max-md:justify-self-end">
              <RefundStatusChip facts={refundFacts(note)} />
            </Cell>
            <Cell className="whitespace-nowrap text-muted max-md:col-start-2 max-md:row-start-3 max-md:text-right max-md:text-[0.8125rem] max-md:text-faint">
              <Moment at={note.issuedAt} reader={reader} show="day" />
            </Cell>
            <Cell className="text-right font-medium max-md:col-start-2 max-md:row-start-1">
              <Amount amount={note.amountGross} currency={note.currency} locale={reader.locale} />
            </Cell>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Heading({ right = false, children }: { right?: boolean; children: ReactNode }) {
  return (
    <th role="columnheader" scope="col" className={`font-normal ${right ? 'text-right' : 'text-left'}`}>
      {children}
    </th>
  )
}

/** With a title, the text may be cut short: it is read in its own direction, and hovering shows all of it. */
function Cell({ title, className, children }: { title?: string; className: string; children: ReactNode }) {
  return (
    <td role="cell" title={title} dir={title && 'auto'} className={`${title ? 'truncate text-left' : ''} ${className}`}>
      {children}
    </td>
  )
}
