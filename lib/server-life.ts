import { subscribe } from 'node:diagnostics_channel'
import { IncomingMessage, Server } from 'node:http'
import { EnvironmentError, env } from './env'
import { stopLiveChanges } from './live-changes'
import { log } from './log'

/** How long a caller may take to send its headers. Node looks every 30 seconds. */
const HEADERS_TIMEOUT_MS = 15_000
/** How long a body may take to arrive; a little more than the API gives, which answers before it closes. */
const BODY_TIMEOUT_MS = 12_000

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
  const servers = new Set<Server>()
  limitRequestTime(servers)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      log.info({ signal }, 'stopping: requests under way are finished first')
      stopLiveChanges()
      // A connection whose last request has just ended would be kept for the next one, which never comes.
      setInterval(() => {
        for (const server of servers) server.closeIdleConnections()
      }, 100).unref()
    })
  }
}

/**
 * Nobody keeps a connection for nothing: Next makes the HTTP server and keeps it to itself, but Node shows it with each
 * request. A page's body is waited for before the proxy's refusal is sent, so that an endless one must be cut here.
 */
function limitRequestTime(servers: Set<Server>): void {
  subscribe('http.server.request.start', (message) => {
    if (typeof message !== 'object' || message === null || !('server' in message) || !('request' in message)) return
    const { server, request } = message
    if (!(server instanceof Server) || !(request instanceof IncomingMessage)) return
    servers.add(server)
    server.headersTimeout = HEADERS_TIMEOUT_MS
    if (request.method === 'GET') return
    const deadline = setTimeout(() => request.socket.destroy(), BODY_TIMEOUT_MS)
    request.once('end', () => clearTimeout(deadline))
    request.once('close', () => clearTimeout(deadline))
  })
}
