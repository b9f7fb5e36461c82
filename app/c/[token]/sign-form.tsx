'use client'

import { useActionState, useRef } from 'react'
import { ActButton } from '@/components/ui/act-button'
import { Field, FieldError } from '@/components/ui/field'
import { useFocusOnFirstError } from '@/components/ui/focus-on-first-error'
import { Notice } from '@/components/ui/notice'
import { signAction } from './sign-action'

/** Name, consent, signature. */
export function SignForm({ token, freelancerName }: { token: string; freelancerName: string }) {
  const [{ typed, errors, problem }, action, busy] = useActionState(signAction, {
    typed: {},
    errors: {},
    problem: null,
  })
  const form = useRef<HTMLFormElement>(null)
  useFocusOnFirstError(form, errors)
  return (
    <form ref={form} action={action} noValidate className="space-y-4">
      <input type="hidden" name="token" value={token} />
      <Field id="signed-by" label="Your name" error={errors.signedBy}>
        {(wiring) => (
          <input
            {...wiring}
            name="signedBy"
            required
            maxLength={120}
            autoComplete="name"
            dir="auto"
            defaultValue={typed.signedBy}
            className="control"
          />
        )}
      </Field>
      <div>
        <label className="flex gap-2.5 rounded-lg border border-edge px-3 py-2.5 has-aria-invalid:border-failed">
          <input
            type="checkbox"
            name="agreed"
            value="yes"
            required
            defaultChecked={typed.agreed === 'yes'}
            aria-invalid={errors.agreed ? true : undefined}
            aria-describedby={errors.agreed ? 'agreed-error' : undefined}
            className="mt-1 size-4 shrink-0 accent-accent"
          />
          <span>
            I agree to this change of what I have ordered from <bdi>{freelancerName}</bdi>.
          </span>
        </label>
        {errors.agreed && <FieldError id="agreed-error">{errors.agreed}</FieldError>}
      </div>
      <div role="alert">{problem && !busy && <Notice tone="failed">{problem}</Notice>}</div>
      <div className="grid sm:justify-start">
        <ActButton kind="primary" busy={busy} busyLabel="Signing…">
          Sign
        </ActButton>
      </div>
    </form>
  )
}
