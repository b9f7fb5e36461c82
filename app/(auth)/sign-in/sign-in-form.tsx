'use client'

import { useActionState, useRef } from 'react'
import { ActButton } from '@/components/ui/act-button'
import { Field } from '@/components/ui/field'
import { useFocusOnFirstError } from '@/components/ui/focus-on-first-error'
import { Notice } from '@/components/ui/notice'
import { signInAction } from './sign-in-action'

export function SignInForm({ next }: { next: string | undefined }) {
  const [state, action, busy] = useActionState(signInAction, { typed: {}, errors: {}, problem: null })
  const form = useRef<HTMLFormElement>(null)
  useFocusOnFirstError(form, state.errors)
  return (
    <form ref={form} action={action} noValidate className="mt-6 space-y-4">
      <div role="alert">{state.problem && !busy && <Notice tone="failed">{state.problem}</Notice>}</div>
      {next && <input type="hidden" name="next" value={next} />}
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
      <Field id="password" label="Password" error={state.errors.password}>
        {(wiring) => (
          <input {...wiring} type="password" name="password" autoComplete="current-password" className="control" />
        )}
      </Field>
      <div className="grid pt-1">
        <ActButton kind="primary" busy={busy} busyLabel="Signing in…">
          Sign in
        </ActButton>
      </div>
    </form>
  )
}
