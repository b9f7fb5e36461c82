import type { CreditNote } from '@/lib/credit-notes/credit-note'
import type { Reader } from '@/lib/dates'
import { clientRefundWords } from './client-refund-words'
import { TONE_LINE, TONE_WASH } from './ui/tone'
import { ToneMark } from './ui/tone-mark'

/** Where the client's money is, in their words; changes are read out. */
export function ClientRefund({
  note,
  freelancerName,
  reader,
}: {
  note: CreditNote
  freelancerName: string
  reader: Reader
}) {
  const { tone, sentence, more } = clientRefundWords(note, freelancerName, reader)
  return (
    <section
      aria-labelledby="refund"
      data-status={note.refundStatus}
      className={`overflow-hidden rounded-xl border bg-surface shadow-card print:shadow-none ${TONE_LINE[tone]}`}
    >
      <div className={`flex gap-3 px-4 py-4 md:px-6 ${TONE_WASH[tone]}`}>
        <ToneMark tone={tone} className="mt-0.5 size-6" />
        <h2 id="refund" tabIndex={-1} aria-live="polite" className="text-lg leading-7 font-semibold tracking-tight">
          {sentence}
        </h2>
      </div>
      <div className="space-y-3 px-4 py-4 text-pretty md:px-6">
        <p dir="auto" className="wrap-anywhere">
          {more}
        </p>
        {note.traceNumber && (note.refundStatus === 'succeeded' || note.refundStatus === 'requested') && (
          <p>
            Can’t find it? Give your bank this trace number:{' '}
            <span className="nums font-mono text-[0.9375em] font-medium select-all">{note.traceNumber}</span>
          </p>
        )}
      </div>
    </section>
  )
}
