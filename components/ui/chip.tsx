import type { ReactNode } from 'react'
import { TONE_INK, TONE_LINE, TONE_WASH, type Tone } from './tone'
import { ToneMark } from './tone-mark'

/** A short state: shape, word and colour. */
export function Chip({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center gap-1.5 whitespace-nowrap rounded-full border py-0.5 pr-2.5 pl-1.5 text-[0.8125rem] leading-4.5 font-medium ${TONE_WASH[tone]} ${TONE_LINE[tone]} ${TONE_INK[tone]}`}
    >
      <ToneMark tone={tone} className="size-3.5" />
      {children}
    </span>
  )
}
