import { Amount } from '@/components/ui/amount'
import type { SiteLink } from '@/components/ui/link-type'
import { ToneMark } from '@/components/ui/tone-mark'
import { type CreditNote, refundFacts } from '@/lib/credit-notes/credit-note'
import type { Reader } from '@/lib/dates'
import { VERDICT_LABELS } from '@/lib/refunds/refund-reasons'
import { refundBanner } from '@/lib/refunds/refund-status'

/** Credit notes in two lines each: whose money, how much, and what the banner would say. */
export function CreditNoteBriefs({
  notes,
  reader,
  Link,
}: {
  notes: readonly CreditNote[]
  reader: Reader
  Link: SiteLink
}) {
  return (
    <ul className="border-t">
      {notes.map((note) => {
        const view = refundBanner(refundFacts(note), reader)
        return (
          <li
            key={note.id}
            className="relative flex gap-3 px-4 py-3 not-last:border-b last:rounded-b-xl hover:bg-sunken has-focus-visible:bg-sunken md:px-5"
          >
            <ToneMark tone={view.mood} className="mt-0.5 size-4" />
            <div className="min-w-0 grow">
              <div className="flex items-baseline justify-between gap-4">
                <p className="min-w-0 truncate font-medium">
                  <Link
                    href={`/credit-notes/${note.id}`}
                    title={`${note.number}, ${note.parties.client.name}`}
                    className="after:absolute after:inset-0"
                  >
                    <bdi>{note.parties.client.name}</bdi> <span className="font-normal text-faint">{note.number}</span>
                  </Link>
                </p>
                <Amount
                  amount={note.amountGross}
                  currency={note.currency}
                  locale={reader.locale}
                  className="shrink-0 font-medium"
                />
              </div>
              <p className="text-pretty text-muted">
                {view.sentence}
                {view.status === 'failed' && view.reason && (
                  <span className="text-faint"> {VERDICT_LABELS[view.reason.verdict]}.</span>
                )}
              </p>
            </div>
          </li>
        )
      })}
    </ul>
  )
}
