import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir, uptime } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { freePort, portOrAnother } from './ports'
import {
  isRoot,
  type PostgresBinaries,
  postgresBinaries,
  type UnprivilegedUser,
  unprivilegedUser,
} from './postgres-binaries'

export type RunningPostgres = {
  /** The server's own database `postgres`: the one from which others are made. */
  adminUrl: string
  port: number
  pid: number
  /** True when a server was already at work on this data, because whoever started it did not live to stop it. */
  reused: boolean
  /** Settles when the server is gone, for whatever reason. */
  death: Promise<Error>
  /** Ends the server; a throwaway one takes its data with it. */
  stop: () => Promise<void>
}

export type PostgresOptions = {
  /** Where the data lies; made on the first start. */
  dataDir: string
  /** The port to take if it is free. */
  port?: number
  /** False for tests: nothing is written safely, and stopping removes the data. */
  persistent: boolean
}

/**
 * Starts PostgreSQL on the loopback interface over the data in `dataDir`, or joins the server already at work there.
 * Rejects with the server's own last words when it does not come up.
 */
export async function startPostgres({ dataDir, port, persistent }: PostgresOptions): Promise<RunningPostgres> {
  const running = await joinRunning(dataDir)
  const server = running ?? (await startServer(dataDir, port, persistent))
  return {
    adminUrl: urlFor(dataDir, server.port),
    ...server,
    reused: running !== undefined,
    death: deathOf(server.pid),
    async stop() {
      await stopServer(server.pid)
      if (!persistent) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** A server for one test run, in the temp directory. */
export function startThrowawayPostgres(): Promise<RunningPostgres> {
  return startPostgres({ dataDir: mkdtempSync(path.join(tmpdir(), 'requite-test-postgres-')), persistent: false })
}

// --- databases --------------------------------------------------------------------------------------------------------

/** Makes a database, as a copy of `template` if one is given (nobody may be connected to it), and returns its URL. */
export async function createDatabase(
  adminUrl: string,
  name: string,
  options: { template?: string } = {},
): Promise<string> {
  const template = options.template ? ` TEMPLATE ${pg.escapeIdentifier(options.template)}` : ''
  await run(adminUrl, `CREATE DATABASE ${pg.escapeIdentifier(name)}${template}`)
  return databaseUrl(adminUrl, name)
}

/** Removes a database and ends every connection to it. */
export async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await run(adminUrl, `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`)
}

/** Makes the database unless it is there, and returns its URL. */
export async function ensureDatabase(adminUrl: string, name: string): Promise<string> {
  const { rowCount } = await run(adminUrl, 'SELECT FROM pg_database WHERE datname = $1', [name])
  return rowCount ? databaseUrl(adminUrl, name) : createDatabase(adminUrl, name)
}

function databaseUrl(adminUrl: string, name: string): string {
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return url.href
}

async function run(url: string, statement: string, values: string[] = []) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 })
  await client.connect()
  try {
    return await client.query(statement, values)
  } finally {
    await client.end()
  }
}

// --- the server -------------------------------------------------------------------------------------------------------

const passwordFile = (dataDir: string) => path.join(dataDir, 'requite-password')

function urlFor(dataDir: string, port: number): string {
  return `postgresql://postgres:${readFileSync(passwordFile(dataDir), 'utf8')}@127.0.0.1:${port}/postgres`
}

async function startServer(dataDir: string, wantedPort: number | undefined, persistent: boolean) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const binaries = postgresBinaries()
  const user = unprivilegedUser(dataDir)
  if (!existsSync(passwordFile(dataDir))) await createCluster(binaries, user, dataDir, persistent)

  const port = wantedPort === undefined ? await freePort() : await portOrAnother(wantedPort)
  const settings = { ...alwaysSettings, ...(persistent ? {} : throwawaySettings), port: String(port) }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = await servingAfterTheDead(() =>
    spawnIn(dataDir, user, binaries.postgres, ['-D', seenFromInside(dataDir), ...flags]),
  )
  if (server.pid === undefined) throw new Error('PostgreSQL is ready but has no process id.')
  letGo(server)
  return { port, pid: server.pid }
}

const alwaysSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/** Data that nobody will miss need not survive a power cut. */
const throwawaySettings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
}

async function createCluster(
  binaries: PostgresBinaries,
  user: UnprivilegedUser | undefined,
  dataDir: string,
  persistent: boolean,
) {
  // Without our password file the cluster was never finished: somebody pulled the plug in the middle.
  rmSync(dataDir, { recursive: true, force: true })
  mkdirSync(dataDir, { mode: 0o700 })
  if (user) chownSync(dataDir, user.uid, user.gid)

  const password = randomBytes(18).toString('base64url')
  const secretDir = mkdtempSync(path.join(tmpdir(), 'requite-postgres-'))
  const secret = path.join(secretDir, 'password')
  try {
    writeFileSync(secret, password, { mode: 0o600 })
    if (user) for (const entry of [secretDir, secret]) chownSync(entry, user.uid, user.gid)
    const initdb = spawnIn(dataDir, user, binaries.initdb, [
      `--pgdata=${seenFromInside(dataDir)}`,
      `--pwfile=${secret}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // The same order of words on every machine, whatever languages it has installed.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(persistent ? [] : ['--no-sync']),
    ])
    await succeeded(initdb)
  } finally {
    rmSync(secretDir, { recursive: true })
  }
  // Written last: it stands for a cluster that is complete.
  writeFileSync(passwordFile(dataDir), password, { mode: 0o600 })
}

/**
 * How the server names its data. As root it is another user, who may not be able to walk down to this folder (a home with
 * mode 0700): it is put inside while still root, and from then on "where I stand" is a path that needs no walking.
 */
function seenFromInside(dataDir: string): string {
  return isRoot && process.platform === 'linux' ? '/proc/self/cwd' : path.resolve(dataDir)
}

function spawnIn(dataDir: string, user: UnprivilegedUser | undefined, program: string, args: string[]) {
  return spawn(program, args, {
    cwd: dataDir,
    ...user,
    // A process group of its own: Ctrl-C in the terminal must not end the database before those who still write to it.
    detached: true,
    env: { NODE_ENV: process.env.NODE_ENV, PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

/**
 * The server once it is ready. Of one that was killed, processes may be left that have not noticed yet: they hold its memory,
 * and until the last is gone a new one refuses to start. Only the server itself can tell when that is.
 */
async function servingAfterTheDead(start: () => ChildProcess): Promise<ChildProcess> {
  for (const deadline = Date.now() + 60_000; ; await delay(100)) {
    const server = start()
    try {
      await said(server, 'database system is ready to accept connections')
      return server
    } catch (error) {
      const occupied = error instanceof Error && error.message.includes('pre-existing shared memory block')
      if (!occupied || Date.now() > deadline) throw error
    }
  }
}

/** A script that leaves the server running can still end. The log is read on, so that the server never waits for a reader. */
function letGo(server: ChildProcess) {
  server.unref()
  if (server.stderr instanceof Socket) server.stderr.unref()
}

function said(server: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    server.once('error', reject)
    // Its last words may come after its exit.
    server.once('close', () => reject(new Error(`PostgreSQL did not start:\n${log.trim()}`)))
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-4000)
      if (log.includes(words)) resolve()
    })
  })
}

async function succeeded(initdb: ChildProcess): Promise<void> {
  let log = ''
  initdb.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000)
  })
  const [code] = await once(initdb, 'close')
  if (code !== 0) throw new Error(`PostgreSQL could not make its data folder:\n${log.trim()}`)
}

/**
 * The server at work on this data right now, whoever started it. Its lock file alone proves nothing (it may be a dead
 * one's), nor does one refused connection (it may be coming up or going down).
 */
async function joinRunning(dataDir: string): Promise<{ port: number; pid: number } | undefined> {
  const lock = path.join(dataDir, 'postmaster.pid')
  // A lock from before the machine was switched on names a process number that may be anybody's by now.
  if (existsSync(lock) && statSync(lock).mtimeMs < Date.now() - uptime() * 1000) rmSync(lock)
  for (const deadline = Date.now() + 5000; Date.now() < deadline; await delay(50)) {
    if (!existsSync(lock) || !existsSync(passwordFile(dataDir))) return undefined
    const lines = readFileSync(lock, 'utf8')
    const [pid, , , port] = lines.split('\n').map(Number)
    if (!pid || !isAlive(pid)) return undefined
    if (port && (await isServing(urlFor(dataDir, port), lines))) return { port, pid }
  }
  return undefined
}

/** Whether the server at this address is the one that wrote this lock, and not a stranger on the same port. */
async function isServing(adminUrl: string, lock: string): Promise<boolean> {
  try {
    const { rows } = await run(adminUrl, "SELECT pg_read_file('postmaster.pid') = $1 AS ours", [lock])
    return rows[0]?.ours === true
  } catch {
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** A server that was joined is nobody's child of ours, so that only looking tells. */
function deathOf(pid: number): Promise<Error> {
  return new Promise((resolve) => {
    const looking = setInterval(() => {
      if (isAlive(pid)) return
      clearInterval(looking)
      resolve(new Error('PostgreSQL ended.'))
    }, 500).unref()
  })
}

/** Open transactions roll back, then the server ends; one that does not within 10 s is cut off and recovers next time. */
async function stopServer(pid: number): Promise<void> {
  for (const [signal, seconds] of [
    ['SIGINT', 10],
    ['SIGQUIT', 5],
  ] as const) {
    if (!isAlive(pid)) return
    process.kill(pid, signal)
    for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline && isAlive(pid); ) await delay(20)
  }
}
