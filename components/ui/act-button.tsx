'use client'

import type { MouseEventHandler, ReactNode } from 'react'

/**
 * A submit button that can't be pressed twice. Both labels share one cell, so nothing moves when the words change; it
 * stays focusable while it waits, or a keyboard would lose its place.
 */
export function ActButton({
  kind,
  busy,
  blocked = busy,
  busyLabel,
  onClick,
  name,
  value,
  children,
}: {
  kind: 'primary' | 'plain' | 'quiet'
  busy: boolean
  /** Another act is under way. */
  blocked?: boolean
  busyLabel: string
  onClick?: MouseEventHandler<HTMLButtonElement>
  name?: string
  value?: string
  children: ReactNode
}) {
  const looks = { primary: 'button-primary', plain: 'button-plain', quiet: 'button-quiet' }
  return (
    <button
      type="submit"
      name={name}
      value={value}
      aria-disabled={blocked || undefined}
      onClick={(event) => {
        // The second click of a double click comes before React has drawn the first one's wait.
        if (blocked || event.detail > 1) event.preventDefault()
        else onClick?.(event)
      }}
      className={`button ${looks[kind]} ${blocked ? 'opacity-70' : ''}`}
    >
      <span className="grid">
        <span className={`col-start-1 row-start-1 ${busy ? 'invisible' : ''}`}>{children}</span>
        <span className={`col-start-1 row-start-1 ${busy ? '' : 'invisible'}`}>{busyLabel}</span>
      </span>
    </button>
  )
}
