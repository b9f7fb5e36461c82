'use client'

import { type ReactNode, useActionState, useEffect, useRef, useState } from 'react'
import type { RefundAction as Act, RefundStatus } from '@/lib/refunds/refund-status'
import { MarkRefundedDialog, type MarkRefundedFacts } from './mark-refunded-dialog'
import type { MarkRefundedAction, MarkRefundedState, RefundAction, RefundActionAnswer } from './refund-action-state'
import { ActButton } from './ui/act-button'
import { Notice } from './ui/notice'

const UNTOUCHED: MarkRefundedState = { typed: {}, errors: {}, problem: null, answer: null }

/** The acts on a refund, the first being the primary one, and the answer to the last of them. */
export function RefundActs({
  status,
  acts,
  labels,
  calm,
  secondLook,
  titleId,
  creditNoteHref,
  facts,
  markOpenInPlace,
  retry,
  refresh,
  markRefunded,
}: {
  status: RefundStatus
  acts: readonly Act[]
  /** The words on the buttons; they come from the server so that the catalogue of reasons stays there. */
  labels: Readonly<Record<Act, string>>
  /** Nothing asks for a decision: no act stands out. */
  calm: boolean
  /** What to know before a retry that can't help; null when Retry is pressed straight away. */
  secondLook: string | null
  /** The banner's sentence: focus goes there when the pressed button is gone. */
  titleId: string
  creditNoteHref: string
  facts: MarkRefundedFacts
  markOpenInPlace: boolean
  retry: RefundAction
  refresh: RefundAction
  markRefunded: MarkRefundedAction
}) {
  const [retried, retryForm, retrying] = useActionState(retry, null)
  const [refreshed, refreshForm, refreshing] = useActionState(refresh, null)
  const [marked, markForm, marking] = useActionState(markRefunded, UNTOUCHED)
  const dialog = useRef<HTMLDialogElement>(null)
  const busy = retrying || refreshing || marking
  const answer = [retried, refreshed, marked.answer].reduce((latest, one) =>
    one && (!latest || one.at > latest.at) ? one : latest,
  )

  useEffect(() => {
    if (answer && document.activeElement === document.body) document.getElementById(titleId)?.focus()
  }, [answer, titleId])

  // The money moved on after the answer: the banner says where to.
  const holds = (one: RefundActionAnswer | null) => one !== null && (one.status === null || one.status === status)
  const said = holds(answer) ? answer : null
  const problem = holds(marked.problem) ? marked.problem : null

  // A try that begins while somebody fills the form in may fail: they must not find it gone, nor what they typed.
  const markable = acts.includes('mark_refunded')
  const [wasMarkable, setWasMarkable] = useState(markable)
  if (markable && !wasMarkable) setWasMarkable(true)
  const undecided = status === 'pending' || status === 'failed'
  const formStands = markable || (undecided && (wasMarkable || problem !== null))

  const look = (act: Act) => (act === acts[0] && !calm ? 'primary' : 'plain')
  const hidden = <input type="hidden" name="creditNoteId" value={facts.creditNoteId} />
  const forms: Record<Act, ReactNode> = {
    retry: (
      <form action={retryForm}>
        {hidden}
        <ActButton
          kind={secondLook ? 'plain' : look('retry')}
          busy={retrying}
          blocked={busy}
          busyLabel="Asking Stripe…"
        >
          {labels.retry}
        </ActButton>
      </form>
    ),
    refresh: (
      <form action={refreshForm}>
        {hidden}
        <ActButton kind={look('refresh')} busy={refreshing} blocked={busy} busyLabel="Asking Stripe…">
          {labels.refresh}
        </ActButton>
      </form>
    ),
    mark_refunded: (
      <form method="get" action={creditNoteHref}>
        <ActButton
          kind={look('mark_refunded')}
          name="mark"
          value="refunded"
          busy={marking}
          blocked={busy}
          busyLabel="Marking…"
          onClick={(event) => {
            event.preventDefault()
            dialog.current?.showModal()
          }}
        >
          {labels.mark_refunded}
        </ActButton>
      </form>
    ),
    download_pdf: (
      <a href={`${creditNoteHref}/pdf`} download className={`button button-${look('download_pdf')}`}>
        {labels.download_pdf}
      </a>
    ),
  }

  return (
    <div className="print:hidden">
      <div className="flex flex-wrap items-start gap-2">
        {acts.map((act) =>
          act === 'retry' && secondLook ? (
            <details key={act} className="group open:basis-full">
              <summary className="button button-quiet">
                Retry anyway
                <svg
                  viewBox="0 0 16 16"
                  className="size-3.5 group-open:rotate-180"
                  fill="none"
                  stroke="currentColor"
                  strokeWidth="1.75"
                  strokeLinecap="round"
                  strokeLinejoin="round"
                  aria-hidden="true"
                >
                  <path d="m4 6 4 4 4-4" />
                </svg>
              </summary>
              <div className="mt-2 flex flex-wrap items-center justify-between gap-x-6 gap-y-3 rounded-lg border border-dashed border-edge px-3.5 py-3">
                <p className="max-w-prose grow basis-80 text-pretty">{secondLook}</p>
                {forms.retry}
              </div>
            </details>
          ) : (
            <div key={act}>{forms[act]}</div>
          ),
        )}
      </div>
      <div role="status" className="not-empty:mt-3">
        {said && !busy && <Notice tone={said.tone}>{said.text}</Notice>}
      </div>
      {formStands && (
        <MarkRefundedDialog
          dialogRef={dialog}
          openInPlace={markOpenInPlace}
          facts={facts}
          state={marked}
          problem={problem}
          action={markForm}
          pending={marking}
        />
      )}
    </div>
  )
}
