import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { z } from 'zod'
import { env } from './env'
import { describeFailure } from './failures'
import { log } from './log'

/** The channel on which a trigger tells of every change to a credit note (migrations, timeline_entries). */
const CHANNEL = 'requite_changes'
const LONGEST_PAUSE_MS = 10_000
/** A page is drawn, then it begins to listen: what changed in between is as long ago as this at most. */
const DRAWING_MS = 10_000

const notice = z.object({ freelancerId: z.string(), creditNoteId: z.string() })

/** A listener for one freelancer's changes. */
export type Listener = {
  freelancerId: string
  /** The credit note through whose link a client listens; null for the freelancer's own desk. */
  link: string | null
  /** Called with the credit note that changed; with null when changes may have been missed and any may have changed. */
  changed: (creditNoteId: string | null) => void
  /** Called once when this process stops. */
  stopped: () => void
}

type LiveChanges = {
  listeners: Set<Listener>
  /** When each freelancer's last change was told, for as long as a page may still be on its way. */
  lastChange: Map<string, number>
  /** When the connection last came back after it had been lost. */
  backAt: number | null
  listening: boolean
  stopping: boolean
  client: pg.Client | null
}

declare global {
  // Next loads lib more than once in a process (pages, routes, instrumentation): the connection must still be one.
  var requiteLiveChanges: LiveChanges | undefined
}

function live(): LiveChanges {
  globalThis.requiteLiveChanges ??= {
    listeners: new Set(),
    lastChange: new Map(),
    backAt: null,
    listening: false,
    stopping: false,
    client: null,
  }
  return globalThis.requiteLiveChanges
}

/**
 * Tells the listener of every change to the freelancer's credit notes from now on, whichever process made it; returns how
 * to end that. All listeners share one connection of the process, which comes back by itself when it is lost.
 */
export function listenForChanges(listener: Listener): () => void {
  const state = live()
  if (state.stopping) {
    listener.stopped()
    return () => {}
  }
  state.listeners.add(listener)
  if (!state.listening) {
    state.listening = true
    void keepListening(state)
  }
  const missedAt = Math.max(state.lastChange.get(listener.freelancerId) ?? -Infinity, state.backAt ?? -Infinity)
  if (performance.now() - missedAt < DRAWING_MS) {
    queueMicrotask(() => state.listeners.has(listener) && listener.changed(null))
  }
  return () => state.listeners.delete(listener)
}

/** More open pages than a person has; each costs memory here. */
const MOST_AT_THE_DESK = 40
/** One client, their colleagues and their screens. */
const MOST_AT_ONE_LINK = 20
/** Many clients may watch at once; this bounds what one freelancer's links can cost. */
const MOST_AT_ALL_LINKS = 200

/** Whether one more may listen. Each kind is counted by itself: no crowd of clients keeps the freelancer or another client out. */
export function mayListen({ freelancerId, link }: Pick<Listener, 'freelancerId' | 'link'>): boolean {
  const own = [...live().listeners].filter((listener) => listener.freelancerId === freelancerId)
  if (link === null) return own.filter((listener) => listener.link === null).length < MOST_AT_THE_DESK
  const clients = own.filter((listener) => listener.link !== null)
  return (
    clients.length < MOST_AT_ALL_LINKS && clients.filter((listener) => listener.link === link).length < MOST_AT_ONE_LINK
  )
}

/** Ends every listener and the connection: a process that stops must not wait for pages that stay open. */
export function stopLiveChanges(): void {
  const state = live()
  state.stopping = true
  for (const listener of state.listeners) listener.stopped()
  state.listeners.clear()
  void state.client?.end()
}

/** Connects, listens until the connection is lost, and begins again, waiting longer after each failure in a row. */
async function keepListening(state: LiveChanges): Promise<void> {
  let failures = 0
  let lost = false
  while (!state.stopping) {
    try {
      await listenUntilLost(state, () => {
        failures = 0
        if (lost) state.backAt = performance.now()
        // Whatever happened while nobody listened is not told again: neither to these nor to pages that are on their way.
        for (const listener of state.listeners) listener.changed(null)
      })
    } catch (error) {
      log.warn({ failure: describeFailure(error) }, 'not hearing of changes')
    }
    failures += 1
    lost = true
    await pause(Math.min(LONGEST_PAUSE_MS, 100 * 2 ** failures) * (0.5 + Math.random() / 2))
  }
}

async function listenUntilLost(state: LiveChanges, listening: () => void): Promise<void> {
  const client = new pg.Client({
    connectionString: env().DATABASE_URL,
    connectionTimeoutMillis: 4000,
    keepAlive: true,
    application_name: 'requite live changes',
  })
  const lost = new Promise<void>((resolve, reject) => {
    client.once('end', resolve)
    client.once('error', reject)
  })
  // Awaited below; until then a rejection must not count as unhandled.
  lost.catch(() => {})
  client.on('notification', ({ payload }) => tell(state, payload))
  try {
    await client.connect()
    state.client = client
    await client.query(`LISTEN ${CHANNEL}`)
    listening()
    await lost
  } finally {
    state.client = null
    await client.end().catch(() => {})
  }
}

function tell(state: LiveChanges, payload: string | undefined): void {
  const change = readNotice(payload)
  if (!change) {
    log.warn('a change was told in words that nobody understands')
    return
  }
  rememberChange(state, change.freelancerId)
  for (const listener of state.listeners) {
    if (listener.freelancerId === change.freelancerId) listener.changed(change.creditNoteId)
  }
}

function rememberChange(state: LiveChanges, freelancerId: string): void {
  const now = performance.now()
  for (const [id, at] of state.lastChange) {
    // Oldest first, for a change moves its freelancer to the end.
    if (now - at < DRAWING_MS) break
    state.lastChange.delete(id)
  }
  state.lastChange.delete(freelancerId)
  state.lastChange.set(freelancerId, now)
}

function readNotice(payload: string | undefined): z.infer<typeof notice> | null {
  try {
    return notice.parse(JSON.parse(payload ?? ''))
  } catch {
    return null
  }
}
