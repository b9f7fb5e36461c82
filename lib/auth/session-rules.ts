const HOUR = 60 * 60

/** A sign-in ends this long after it began, however busy it is. */
export const SESSION_LIFE_SECONDS = 14 * 24 * HOUR
/** A sign-in that nobody used for this long is over. */
export const SESSION_IDLE_SECONDS = 24 * HOUR
/** Use is noted at most this often: a page view must not always be a write. */
export const SESSION_NOTE_SECONDS = 5 * 60

/** What to do with a session that is used now: go on, go on and note it, or end it. */
export function sessionUse(lastUsedAt: Date, now: Date): 'go_on' | 'note' | 'end' {
  const idleSeconds = (now.getTime() - lastUsedAt.getTime()) / 1000
  if (idleSeconds > SESSION_IDLE_SECONDS) return 'end'
  return idleSeconds > SESSION_NOTE_SECONDS ? 'note' : 'go_on'
}
