import type { ReactNode } from 'react'
import type { Tone } from './tone'
import { ToneMark } from './tone-mark'

/** What stands where a list has nothing to show: why it is empty and what would fill it. */
export function EmptyState({ tone, title, children }: { tone: Tone; title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center px-6 py-12 text-center">
      <ToneMark tone={tone} className="size-7" />
      <p className="mt-3 font-semibold">{title}</p>
      <div className="mt-1 max-w-md text-pretty text-muted">{children}</div>
    </div>
  )
}
