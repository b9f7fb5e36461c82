import type { ReactNode } from 'react'
import type { Tone } from '@/components/ui/tone'
import { ToneMark } from '@/components/ui/tone-mark'

/** A page of the desk that says one thing, with the navigation still at hand. */
export function DeskState({ tone, title, children }: { tone: Tone; title: string; children: ReactNode }) {
  return (
    <div className="mx-auto max-w-md pt-[12vh] text-center">
      <ToneMark tone={tone} className="mx-auto size-8" />
      <h1 className="mt-4 text-xl leading-7 font-semibold tracking-tight">{title}</h1>
      <div className="mt-2 space-y-5 text-pretty text-muted">{children}</div>
    </div>
  )
}
