'use client'

import { useActionState, useRef } from 'react'
import { ActButton } from '@/components/ui/act-button'
import { Field } from '@/components/ui/field'
import { useFocusOnFirstError } from '@/components/ui/focus-on-first-error'
import { Notice } from '@/components/ui/notice'
import { signUpAction } from './sign-up-action'

export function SignUpForm({ passwordMinLength }: { passwordMinLength: number }) {
  const [state, action, busy] = useActionState(signUpAction, { typed: {}, errors: {}, problem: null })
  const form = useRef<HTMLFormElement>(null)
  useFocusOnFirstError(form, state.errors)
  return (
    <form ref={form} action={action} noValidate className="mt-6 space-y-4">
      <div role="alert">{state.problem && !busy && <Notice tone="failed">{state.problem}</Notice>}</div>
      <Field
        id="business-name"
        label="Business name"
        hint="The name your clients know you by. It stands on credit notes."
        error={state.errors.businessName}
      >
        {(wiring) => (
          <input
            {...wiring}
            name="businessName"
            autoComplete="organization"
            dir="auto"
            defaultValue={state.typed.businessName}
            className="control"
          />
        )}
      </Field>
      <Field id="email" label="Email" error={state.errors.email}>
        {(wiring) => (
          <input
            {...wiring}
            type="email"
            name="email"
            autoComplete="username"
            defaultValue={state.typed.email}
            className="control"
          />
        )}
      </Field>
      <Field
        id="password"
        label="Password"
        hint={`At least ${passwordMinLength} characters. A few words in a row do well.`}
        error={state.errors.password}
      >
        {(wiring) => (
          <input {...wiring} type="password" name="password" autoComplete="new-password" className="control" />
        )}
      </Field>
      <div className="grid pt-1">
        <ActButton kind="primary" busy={busy} busyLabel="Opening your desk…">
          Open your desk
        </ActButton>
      </div>
    </form>
  )
}
