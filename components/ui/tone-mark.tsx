import type { ReactNode } from 'react'
import { TONE_INK, type Tone } from './tone'

/** One shape per tone, told apart without colour: open ring, turning arrow, diamond, octagon, ticked disc. */
const SHAPES: Record<Tone, ReactNode> = {
  waiting: (
    <>
      <circle cx="8" cy="8" r="6.25" strokeDasharray="2.4 2.1" />
      <path d="M8 5v3.25l2 1.25" />
    </>
  ),
  moving: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M5 8h5.5M8.25 5.5 10.75 8l-2.5 2.5" />
    </>
  ),
  needs_you: (
    <>
      <path d="M8 1.2 14.8 8 8 14.8 1.2 8Z" fill="currentColor" />
      <path className="stroke-surface" d="M8 5v3.4M8 10.9v.1" />
    </>
  ),
  failed: (
    <>
      <path d="M5.2 1.25h5.6l3.95 3.95v5.6l-3.95 3.95H5.2L1.25 10.8V5.2Z" fill="currentColor" />
      <path className="stroke-surface" d="m5.75 5.75 4.5 4.5m0-4.5-4.5 4.5" />
    </>
  ),
  done: (
    <>
      <circle cx="8" cy="8" r="6.75" fill="currentColor" />
      <path className="stroke-surface" d="m5 8.25 2.1 2.1L11.2 6" />
    </>
  ),
}

/** The shape of a tone; always beside a word, so hidden from screen readers. */
export function ToneMark({ tone, className = 'size-4' }: { tone: Tone; className?: string }) {
  return (
    <svg
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className={`shrink-0 ${TONE_INK[tone]} ${className}`}
    >
      {SHAPES[tone]}
    </svg>
  )
}
