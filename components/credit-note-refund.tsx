import { type CreditNote, refundFacts, standingAlarms, type TimelineEntry } from '@/lib/credit-notes/credit-note'
import { dayIn, type Reader } from '@/lib/dates'
import { formatMoney } from '@/lib/money'
import {
  MANUAL_METHOD_NAMES,
  manualMethodsFor,
  REFUND_ACTION_LABELS,
  type RefundBannerView,
  refundBanner,
} from '@/lib/refunds/refund-status'
import type { MarkRefundedAction, RefundAction } from './refund-action-state'
import { RefundActs } from './refund-acts'
import { RefundBanner } from './refund-banner'
import { AdoptableRefund, NextTry, type NoteAction } from './refund-offers'
import { secondLook } from './second-look'
import type { SiteLink } from './ui/link-type'
import { sentenceCase } from './ui/sentence-case'

const CALM: Record<RefundBannerView['mood'], boolean> = {
  waiting: true,
  moving: true,
  needs_you: false,
  failed: false,
  done: true,
}

/** The refund banner of one credit note with its acts, which arrive as props. */
export function CreditNoteRefund({
  note,
  reader,
  today,
  title,
  timeline = [],
  markOpenInPlace = false,
  Link,
  actions,
}: {
  note: CreditNote
  reader: Reader
  /** The reader's calendar day, YYYY-MM-DD. */
  today: string
  title?: 'h2' | 'h3'
  /** The note's history, where the page shows it. */
  timeline?: readonly TimelineEntry[]
  markOpenInPlace?: boolean
  Link: SiteLink
  actions: {
    retry: RefundAction
    refresh: RefundAction
    markRefunded: MarkRefundedAction
    stopTries: NoteAction
    adopt: NoteAction
  }
}) {
  const { stopTries, adopt, ...acts } = actions
  const view = refundBanner(refundFacts(note), reader)
  const titleId = `refund-${note.id}`
  return (
    <RefundBanner
      view={view}
      titleId={titleId}
      title={title}
      timelineHref={`/credit-notes/${note.id}#timeline`}
      secondPayments={[...standingAlarms(timeline).values()]}
      Link={Link}
    >
      {view.adoptable && <AdoptableRefund noteId={note.id} refund={view.adoptable} reader={reader} adopt={adopt} />}
      {view.nextTry && <NextTry noteId={note.id} plan={view.nextTry} reader={reader} stop={stopTries} />}
      <RefundActs
        status={view.status}
        acts={view.actions}
        labels={REFUND_ACTION_LABELS}
        calm={CALM[view.mood] || view.status === 'requested' || view.adoptable !== null}
        secondLook={view.retryNeedsSecondLook ? secondLook(view.reason) : null}
        titleId={titleId}
        creditNoteHref={`/credit-notes/${note.id}`}
        facts={{
          creditNoteId: note.id,
          number: note.number,
          amount: formatMoney({ amount: note.amountGross, currency: note.currency }, reader.locale),
          clientName: note.parties.client.name,
          today,
          chargeback: chargebackOf(note, reader),
          outcomeUnknown: note.outcomeWithheld,
          methods: manualMethodsFor(note).map((method) => ({
            method,
            label: sentenceCase(MANUAL_METHOD_NAMES[method]),
          })),
        }}
        markOpenInPlace={markOpenInPlace}
        {...acts}
      />
    </RefundBanner>
  )
}

/** What is known of the chargeback that has paid a note, to fill in the form with; null where no dispute was lost. */
function chargebackOf(note: CreditNote, { timeZone }: Reader) {
  if (!manualMethodsFor(note).includes('chargeback')) return null
  return {
    reference: note.disputeId ?? '',
    refundedOn: note.disputeClosedAt && dayIn(timeZone, note.disputeClosedAt),
  }
}
