import { log } from '@/lib/log'

/** A person who pressed a button hears within two seconds (faults.md F20), whatever Stripe does. */
export const PATIENCE_MS = 1500

/**
 * Waits for work at Stripe, but not longer than a person should. True when it is done; otherwise it goes on by itself and
 * records its outcome, and should this process die, the attempt's scheduled resolution does.
 */
export async function answerInTime(work: Promise<void>): Promise<boolean> {
  const done = work.then(
    () => true,
    (error: unknown) => {
      log.error({ reason: error instanceof Error ? error.name : 'unknown' }, 'work at Stripe was cut short')
      return true
    },
  )
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS)
  })
  const inTime = await Promise.race([done, patience])
  clearTimeout(timer)
  return inTime
}
