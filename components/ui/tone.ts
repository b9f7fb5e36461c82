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

/** Ground and border of a tone, for banners, chips and notices. */
export const TONE_GROUND: Record<Tone, string> = {
  waiting: 'bg-waiting-wash border-waiting-line',
  moving: 'bg-moving-wash border-moving-line',
  needs_you: 'bg-needs-wash border-needs-line',
  failed: 'bg-failed-wash border-failed-line',
  done: 'bg-done-wash border-done-line',
}
