import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Server } from 'node:http'
import { EnvironmentError, env } from './env'
import { stopLiveChanges } from './live-changes'
import { log } from './log'

/** How long a caller may take to send its headers, and the whole of its request: nobody keeps a connection for nothing. */
const HEADERS_TIMEOUT_MS = 15_000
const REQUEST_TIMEOUT_MS = 30_000

/**
 * Checks the environment, and ends the process when it is wrong: better than failing at the first refund. Readies the
 * server for its end: on SIGTERM Next lets requests finish, but would wait for ever for open streams.
 */
export function beginServing(): void {
  try {
    env()
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping: requests under way are finished first')
      stopLiveChanges()
    })
  }
  limitRequestTime()
}

/** Next makes the HTTP server and keeps it to itself; Node shows it with the first request. */
function limitRequestTime(): void {
  const channel = 'http.server.request.start'
  const onRequest = (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('server' in message)) return
    if (!(message.server instanceof Server)) return
    message.server.headersTimeout = HEADERS_TIMEOUT_MS
    message.server.requestTimeout = REQUEST_TIMEOUT_MS
    unsubscribe(channel, onRequest)
  }
  subscribe(channel, onRequest)
}
