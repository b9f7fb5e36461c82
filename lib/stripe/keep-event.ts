import { databaseOut } from '@/lib/failures'
import { storeEvents, type VerifiedEvent } from './event-inbox'

/** Statements under way at a time: a flood of webhooks must leave connections to the people at their desks. */
const AT_ONCE = 2
/** Events in one statement. */
const TOGETHER = 50
/** Events that may wait; they are answered within a second or two even then. */
const WAITING_AT_MOST = 1000

type Waiting = { event: VerifiedEvent; kept: () => void; failed: (error: unknown) => void }

const waiting: Waiting[] = []
let underWay = 0

/**
 * Keeps an event and returns once it is durable: alone when nothing else is going on, and together with whatever else has
 * arrived when something is, so that many at once cost little more than one. False when too many wait already: then
 * Stripe must send it again later. Throws when the database could not keep it.
 */
export async function keepEvent(event: VerifiedEvent): Promise<boolean> {
  if (waiting.length >= WAITING_AT_MOST) return false
  await new Promise<void>((kept, failed) => {
    waiting.push({ event, kept, failed })
    void keepWaiting()
  })
  return true
}

async function keepWaiting(): Promise<void> {
  if (underWay >= AT_ONCE || waiting.length === 0) return
  underWay += 1
  await keepTogether(waiting.splice(0, TOGETHER))
  underWay -= 1
  void keepWaiting()
}

async function keepTogether(batch: Waiting[]): Promise<void> {
  try {
    await storeEvents(batch.map(({ event }) => event))
    for (const { kept } of batch) kept()
  } catch (error) {
    // Whoever waits behind a database that is out would only wait for it once more (faults.md F46).
    if (databaseOut(error)) for (const { failed } of [...batch, ...waiting.splice(0)]) failed(error)
    // One that can't be kept must not take the others with it.
    else if (batch.length === 1) for (const { failed } of batch) failed(error)
    else for (const one of batch) await keepTogether([one])
  }
}
