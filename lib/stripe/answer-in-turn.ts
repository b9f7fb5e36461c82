import { subscribe } from 'node:diagnostics_channel'
import { IncomingMessage } from 'node:http'

/** For so long after a person's request the next is expected: a page is more than one, and may be slow. */
const AT_THE_DESK_MS = 3000
/**
 * So far apart webhooks are answered meanwhile, twenty a second. Keeping and applying them takes the cores that the desk
 * needs: where they were busy already, it waited 2.7 times as long at fifty a second as at ten (decision 12).
 */
const APART_MS = 50
/** No answer is held back longer than this, however many wait: Stripe must not take us for dead. */
const PATIENCE_MS = 3000

/** What machines ask, who may be kept waiting; a probe every second must not make it look as if somebody worked here. */
const OF_MACHINES = /^\/api\/(stripe|health)(\?|$)/

// Next loads lib more than once in a process; this is loaded by the webhook's route alone, so that there is one of each.
let lastAtTheDesk = Number.NEGATIVE_INFINITY
let lastTurn = Number.NEGATIVE_INFINITY

subscribe('http.server.request.start', (message) => {
  if (typeof message !== 'object' || message === null || !('request' in message)) return
  const { request } = message
  if (request instanceof IncomingMessage && !OF_MACHINES.test(request.url ?? '')) lastAtTheDesk = performance.now()
})

/**
 * Returns when a webhook that has been dealt with may be answered: at once while nobody is at the desk, each in its turn
 * while somebody is. Without it callers that send the next as soon as the last is answered keep the process busy, and each
 * person waits behind all of them (faults.md F42). Nothing is lost by the wait: what was sent is kept before.
 */
export async function turnToAnswer(): Promise<void> {
  const now = performance.now()
  if (now - lastAtTheDesk > AT_THE_DESK_MS) return
  const turn = Math.max(now, lastTurn + APART_MS)
  const wait = Math.min(turn - now, PATIENCE_MS)
  if (wait < PATIENCE_MS) lastTurn = turn
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
}
