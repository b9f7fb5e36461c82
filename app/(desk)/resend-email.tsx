'use client'

import { useActionState } from 'react'
import { ActButton } from '@/components/ui/act-button'
import { Field } from '@/components/ui/field'
import { resendEmailAction } from './email-actions'

/** Corrects the address of an email that was refused or came back, and has it sent again. */
export function ResendEmail({ emailId, recipient }: { emailId: string; recipient: string }) {
  const [state, action, busy] = useActionState(resendEmailAction, { typed: null, error: null })
  return (
    <form action={action} noValidate className="mt-2.5 grid gap-2 print:hidden">
      <input type="hidden" name="emailId" value={emailId} />
      <Field id={`to-${emailId}`} label="Send it to" error={state.error ?? undefined}>
        {(wiring) => (
          <input
            {...wiring}
            type="email"
            name="recipient"
            autoComplete="off"
            defaultValue={state.typed ?? recipient}
            className="control"
          />
        )}
      </Field>
      <div>
        <ActButton kind="plain" busy={busy} busyLabel="Sending…">
          Send again
        </ActButton>
      </div>
    </form>
  )
}
