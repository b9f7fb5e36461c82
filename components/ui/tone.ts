/** The five moods a thing can be in. Each has its own shape and word as well: colour never speaks alone. */
export type Tone = 'waiting' | 'moving' | 'needs_you' | 'failed' | 'done'

/** Ink of a tone, for marks and labels. */
export const TONE_INK: Record<Tone, string> = {
  waiting: 'text-waiting',
  moving: 'text-moving',
  needs_you: 'text-needs',
  failed: 'text-failed',
  done: 'text-done',
}

/** Ground of a tone. */
export const TONE_WASH: Record<Tone, string> = {
  waiting: 'bg-waiting-wash',
  moving: 'bg-moving-wash',
  needs_you: 'bg-needs-wash',
  failed: 'bg-failed-wash',
  done: 'bg-done-wash',
}

/** Border of a tone. */
export const TONE_LINE: Record<Tone, string> = {
  waiting: 'border-waiting-line',
  moving: 'border-moving-line',
  needs_you: 'border-needs-line',
  failed: 'border-failed-line',
  done: 'border-done-line',
}
