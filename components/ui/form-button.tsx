'use client'

import type { ReactNode } from 'react'
import { useFormStatus } from 'react-dom'
import { ActButton } from './act-button'

/** The submit button of a form whose whole answer is the page redrawn: until then it says that it is at work. */
export function FormButton({
  kind,
  busyLabel,
  children,
}: {
  kind: 'primary' | 'plain' | 'quiet'
  busyLabel: string
  children: ReactNode
}) {
  const { pending } = useFormStatus()
  return (
    <ActButton kind={kind} busy={pending} busyLabel={busyLabel}>
      {children}
    </ActButton>
  )
}
