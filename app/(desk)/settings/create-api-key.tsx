'use client'

import { useActionState } from 'react'
import { ActButton } from '@/components/ui/act-button'
import { Field } from '@/components/ui/field'
import { Notice } from '@/components/ui/notice'
import { createApiKeyAction } from './api-key-actions'

export function CreateApiKey() {
  const [state, action, busy] = useActionState(createApiKeyAction, { typed: '', error: null, made: null })
  return (
    <>
      <form
        action={action}
        noValidate
        className="grid items-start gap-3 px-4 pb-4 sm:grid-cols-[minmax(0,1fr)_auto] md:px-5"
      >
        <Field id="key-name" label="Name of the new key" error={state.error ?? undefined}>
          {(wiring) => (
            <input
              {...wiring}
              name="name"
              defaultValue={state.typed}
              maxLength={80}
              autoComplete="off"
              placeholder="Bookkeeping"
              className="control placeholder:text-faint"
            />
          )}
        </Field>
        <div className="sm:pt-6.5">
          <ActButton kind="plain" busy={busy} busyLabel="Creating…">
            Create key
          </ActButton>
        </div>
      </form>
      <div role="status" className="not-empty:px-4 not-empty:pb-4 md:not-empty:px-5">
        {state.made && !busy && (
          <Notice tone="done">
            <p>
              The key <bdi className="font-medium">{state.made.name}</bdi>. Copy it now: it is shown this once and can’t
              be read again.
            </p>
            <p className="mt-1 font-mono text-[0.8125rem] wrap-anywhere select-all">{state.made.key}</p>
          </Notice>
        )}
      </div>
    </>
  )
}
