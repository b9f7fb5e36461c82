import { FormButton } from '@/components/ui/form-button'
import { Moment } from '@/components/ui/moment'
import { Notice } from '@/components/ui/notice'
import type { Reader } from '@/lib/dates'
import type { RefundBannerView } from '@/lib/refunds/refund-status'

/** A server action on a note whose whole answer is the page redrawn. */
export type NoteAction = (form: FormData) => Promise<void>

/** What Requite will do by itself, and the way to stop it. */
export function NextTry({
  noteId,
  plan,
  reader,
  stop,
}: {
  noteId: string
  plan: NonNullable<RefundBannerView['nextTry']>
  reader: Reader
  stop: NoteAction
}) {
  return (
    <form action={stop} className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <input type="hidden" name="creditNoteId" value={noteId} />
      <p className="text-muted">
        Requite tries again by itself: next try <Moment at={plan.at} reader={reader} />, {plan.ordinal} of {plan.of}.
      </p>
      <div className="print:hidden">
        <FormButton kind="quiet" busyLabel="Stopping…">
          Stop trying
        </FormButton>
      </div>
    </form>
  )
}

/** A refund that somebody made in Stripe's Dashboard and that may be this credit note's. */
export function AdoptableRefund({
  noteId,
  refund,
  reader,
  adopt,
}: {
  noteId: string
  refund: NonNullable<RefundBannerView['adoptable']>
  reader: Reader
  adopt: NoteAction
}) {
  return (
    <Notice tone="needs_you">
      <form action={adopt} className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <input type="hidden" name="creditNoteId" value={noteId} />
        <input type="hidden" name="stripeRefundId" value={refund.stripeRefundId} />
        <p className="grow basis-80 text-pretty">
          Stripe shows a refund of the same payment and amount that was made outside Requite,{' '}
          <Moment at={refund.createdAt} reader={reader} />. If it is this one, adopt it: it is followed from then on,
          and your client is not paid twice.
        </p>
        <div className="print:hidden">
          <FormButton kind="primary" busyLabel="Adopting…">
            Adopt this refund
          </FormButton>
        </div>
      </form>
    </Notice>
  )
}
