import type { ReactNode } from 'react'
import { TONE_LINE, TONE_WASH, type Tone } from './tone'
import { ToneMark } from './tone-mark'

/** A calm line about what just came of an act. `role` makes it announced where no live region stands around it. */
export function Notice({ tone, role, children }: { tone: Tone; role?: 'status' | 'alert'; children: ReactNode }) {
  return (
    <div role={role} className={`flex gap-2 rounded-lg border px-3 py-2 ${TONE_WASH[tone]} ${TONE_LINE[tone]}`}>
      <ToneMark tone={tone} className="mt-0.5 size-4" />
      <div className="min-w-0">{children}</div>
    </div>
  )
}
