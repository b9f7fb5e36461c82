import type { ReactNode } from 'react'
import { Brand } from './brand'
import type { Tone } from './tone'
import { ToneMark } from './tone-mark'

/** A whole page that says one thing: not found, no access, something broke. */
export function StatePage({ tone, title, children }: { tone: Tone; title: string; children: ReactNode }) {
  return (
    <div className="mx-auto flex min-h-dvh max-w-lg flex-col px-5 py-6 md:py-10">
      <header>
        <Brand />
      </header>
      <main id="main" className="flex grow flex-col justify-center pb-24">
        <ToneMark tone={tone} className="size-9" />
        <h1 className="mt-5 text-2xl leading-8 font-semibold tracking-tight">{title}</h1>
        <div className="mt-2 space-y-5 text-base leading-6 text-pretty text-muted">{children}</div>
      </main>
    </div>
  )
}
