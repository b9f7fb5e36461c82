import { Amount } from '@/components/ui/amount'
import type { SiteLink } from '@/components/ui/link-type'
import { sentenceCase } from '@/components/ui/sentence-case'
import { TONE_INK } from '@/components/ui/tone'
import { ToneMark } from '@/components/ui/tone-mark'
import { type CreditNote, refundFacts } from '@/lib/credit-notes/credit-note'
import type { Reader } from '@/lib/dates'
import { verdictSentence } from '@/lib/refunds/refund-reasons'
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
            <ToneMark tone={view.paidTwice ? 'failed' : view.mood} className="mt-0.5 size-4" />
            <div className="min-w-0 grow">
              <div className="flex items-baseline justify-between gap-4">
                <p className="min-w-0 font-medium">
                  <Link
                    href={`/credit-notes/${note.id}`}
                    title={`${note.number}, ${note.parties.client.name}`}
                    className="flex gap-x-1.5 max-md:flex-wrap after:absolute after:inset-0"
                  >
                    <bdi className="max-w-full min-w-0 truncate">{note.parties.client.name}</bdi>{' '}
                    <span className="font-normal whitespace-nowrap text-faint">{note.number}</span>
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
                {view.paidTwice && (
                  <strong className={`font-medium ${TONE_INK.failed}`}>Your client may have been paid twice. </strong>
                )}
                {view.sentence}
                {view.mood === 'needs_you' && view.reason && (
                  <span className="text-faint"> {sentenceCase(view.reason.title)}.</span>
                )}
                {view.status === 'failed' && view.reason && (
                  <span className="text-faint"> {verdictSentence(view.reason.verdict)}</span>
                )}
              </p>
            </div>
          </li>
        )
      })}
    </ul>
  )
}
