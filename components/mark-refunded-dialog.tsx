'use client'

import { type ReactNode, type RefObject, useEffect, useId } from 'react'
import type { MarkRefundedState, RefundActionAnswer } from './refund-action-state'
import { ActButton } from './ui/act-button'
import { Field, FieldError } from './ui/field'
import { Notice } from './ui/notice'

/** What the dialog shows of the credit note, written for the reader. */
export type MarkRefundedFacts = {
  creditNoteId: string
  number: string
  amount: string
  clientName: string
  /** The reader's calendar day, YYYY-MM-DD. */
  today: string
  /** The likeliest first. */
  methods: readonly { method: string; label: string }[]
  /** What is known of the chargeback that has paid the note; null where no dispute was lost. */
  chargeback: { reference: string; refundedOn: string | null } | null
  /** Stripe may have paid this, and nobody here can see whether it has. */
  outcomeUnknown: boolean
}

/**
 * The form behind "Mark refunded". A modal dialog with JavaScript; without it the page draws it open and in place
 * (`?mark=refunded`), and the same form posts.
 */
export function MarkRefundedDialog({
  dialogRef,
  openInPlace,
  facts,
  state,
  problem,
  action,
  pending,
}: {
  dialogRef: RefObject<HTMLDialogElement | null>
  openInPlace: boolean
  facts: MarkRefundedFacts
  state: MarkRefundedState
  /** Why it was refused, for as long as that holds. */
  problem: RefundActionAnswer | null
  action: (form: FormData) => void
  pending: boolean
}) {
  const { errors, typed } = state
  const id = useId()

  // Drawn open by the server: with JavaScript it becomes the modal that a click would have opened.
  useEffect(() => {
    const dialog = dialogRef.current
    if (!openInPlace || !dialog || dialog.matches(':modal')) return
    dialog.close()
    dialog.showModal()
  }, [dialogRef, openInPlace])

  useEffect(() => {
    if (state.answer) dialogRef.current?.close()
    else dialogRef.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [dialogRef, state])

  return (
    <dialog
      ref={dialogRef}
      open={openInPlace}
      aria-labelledby={`${id}-title`}
      className="w-full max-w-lg rounded-2xl border bg-surface text-ink in-place:static in-place:mx-0 in-place:mt-4 modal:m-auto modal:max-h-[calc(100dvh-2rem)] modal:w-[calc(100%-2rem)] modal:overflow-y-auto modal:shadow-float print:hidden"
    >
      {/* A page that stays open hears of the lost dispute: what was filled in before then is filled in anew. */}
      <form key={facts.chargeback ? 'chargeback' : 'by hand'} action={action} noValidate>
        <input type="hidden" name="creditNoteId" value={facts.creditNoteId} />
        {facts.outcomeUnknown && <input type="hidden" name="outcome" value="unknown" />}
        <div className="space-y-4 p-5 md:p-6">
          <div>
            <h2 id={`${id}-title`} className="text-lg leading-6 font-semibold tracking-tight">
              Mark {facts.number} as refunded
            </h2>
            <p className="mt-1.5 text-pretty text-muted">
              For <span className="nums font-medium text-ink">{facts.amount}</span>{' '}
              {facts.chargeback ? 'that the lost dispute has given back to' : 'that you have sent to'}{' '}
              <bdi className="font-medium text-ink">{facts.clientName}</bdi>
              {facts.chargeback ? ' through their bank' : ' yourself, outside Stripe'}. Your client gets a confirmation
              by email. This is permanent: Stripe can’t be asked for this credit note afterwards.
            </p>
          </div>
          {facts.outcomeUnknown && (
            <Notice tone="needs_you">
              <strong className="font-semibold">Stripe may have paid this.</strong> It was asked once, its answer never
              arrived, and it has not let Requite look since. Look in your Stripe Dashboard first. If the refund is
              there, send nothing more and give its number as the reference.
            </Notice>
          )}
          <div className="grid gap-4 sm:grid-cols-2">
            <Field id={`${id}-method`} label="How the money went" error={errors.method}>
              {(wiring) => (
                <select {...wiring} key={typed.method} name="method" defaultValue={typed.method} className="control">
                  {facts.methods.map(({ method, label }) => (
                    <option key={method} value={method}>
                      {label}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Field id={`${id}-date`} label="Date" error={errors.refundedOn}>
              {(wiring) => (
                <input
                  {...wiring}
                  type="date"
                  name="refundedOn"
                  required
                  max={facts.today}
                  defaultValue={typed.refundedOn ?? facts.chargeback?.refundedOn ?? facts.today}
                  className="control nums"
                />
              )}
            </Field>
          </div>
          <Field
            id={`${id}-reason`}
            label="Reason or reference"
            hint={`${facts.chargeback ? 'The dispute’s number at Stripe.' : 'For example the transfer’s reference.'} It stands on the credit note and in your client’s email.`}
            error={errors.reason}
          >
            {(wiring) => (
              <textarea
                {...wiring}
                name="reason"
                required
                maxLength={500}
                rows={2}
                dir="auto"
                defaultValue={typed.reason ?? facts.chargeback?.reference}
                className="control field-sizing-content max-h-40 min-h-16"
              />
            )}
          </Field>
          {facts.outcomeUnknown && (
            <Tick id={`${id}-looked`} name="looked" ticked={typed.looked === 'yes'} error={errors.looked}>
              I have looked at this payment in my Stripe Dashboard.
            </Tick>
          )}
          <Tick id={`${id}-left`} name="moneyLeft" ticked={typed.moneyLeft === 'yes'} error={errors.moneyLeft}>
            The money has really left my account.
          </Tick>
        </div>
        <div role="alert" className="px-5 not-empty:pb-5 md:px-6 md:not-empty:pb-6">
          {problem && !pending && <Notice tone={problem.tone}>{problem.text}</Notice>}
        </div>
        <div className="flex flex-wrap-reverse justify-end gap-2 border-t bg-canvas px-5 py-3.5 md:px-6">
          <button
            type="submit"
            formMethod="dialog"
            formNoValidate
            onClick={(event) => {
              event.preventDefault()
              dialogRef.current?.close()
            }}
            className="button button-quiet"
          >
            Cancel
          </button>
          <ActButton kind="primary" busy={pending} busyLabel="Marking…">
            Mark refunded
          </ActButton>
        </div>
      </form>
    </dialog>
  )
}

/** Something that the freelancer must have done, said by ticking it. */
function Tick({
  id,
  name,
  ticked,
  error,
  children,
}: {
  id: string
  name: string
  ticked: boolean
  error: string | undefined
  children: ReactNode
}) {
  return (
    <div>
      <label className="flex gap-2.5 rounded-lg border border-edge px-3 py-2.5 has-aria-invalid:border-failed">
        <input
          type="checkbox"
          name={name}
          value="yes"
          required
          defaultChecked={ticked}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? `${id}-error` : undefined}
          className="mt-0.5 size-4 shrink-0 accent-accent"
        />
        <span>{children}</span>
      </label>
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
    </div>
  )
}
