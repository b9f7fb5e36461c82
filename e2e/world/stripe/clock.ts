/** The simulator's clock: the machine's time, and how fast its waits pass. */
export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number
  /** Seconds since the epoch, as Stripe writes times. */
  seconds(): number
  /** A wait of the real Stripe, in seconds, turned into milliseconds on this machine. */
  scaled(seconds: number): number
}

/** A clock whose waits last `timeScale` times as long as the real ones (0.01: a hundred times faster). */
export function startClock(timeScale: number): Clock {
  return {
    now: () => Date.now(),
    seconds: () => Math.floor(Date.now() / 1000),
    scaled: (seconds) => Math.round(seconds * 1000 * timeScale),
  }
}
