import { ChildProcess, execFileSync } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createDatabase, type RunningPostgres, startPostgres } from './postgres'

// Making data and starting servers over it takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let folder: string
let dataDir: string
let started: RunningPostgres[]

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'requite-postgres-test-'))
  dataDir = path.join(folder, 'closed to others', 'data')
  // As in the home of a root user: whoever runs PostgreSQL in root's place cannot walk down here.
  mkdirSync(path.dirname(dataDir), { mode: 0o700 })
  started = []
})

afterEach(async () => {
  for (const server of started) await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function start(options: Partial<Parameters<typeof startPostgres>[0]> = {}) {
  const server = await startPostgres({ dataDir, persistent: true, ...options })
  started.push(server)
  return server
}

async function rows(url: string, statement: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

test('data in a folder that only its owner may enter is served, and is there again after a stop', async () => {
  const first = await start()
  const url = await createDatabase(first.adminUrl, 'kept')
  await rows(url, "CREATE TABLE note AS SELECT 'still here' AS text")
  await first.stop()
  expect(existsSync(path.join(dataDir, 'postmaster.pid'))).toBe(false)

  const second = await start()
  expect(second.reused).toBe(false)
  const again = new URL(second.adminUrl)
  again.pathname = '/kept'
  expect(await rows(again.href, 'SELECT text FROM note')).toEqual([{ text: 'still here' }])
})

test('a server whose starter was killed is joined, not fought over', async () => {
  const module = pathToFileURL(path.join(import.meta.dirname, 'postgres.ts')).href
  const script = `
    const { startPostgres } = await import(${JSON.stringify(module)})
    const { port } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, persistent: true })
    process.stdout.write(String(port), () => process.kill(process.pid, 'SIGKILL'))`
  const port = await new Promise<string>((resolve) => {
    try {
      execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { encoding: 'utf8' })
    } catch (error) {
      resolve(error instanceof Error && 'stdout' in error ? String(error.stdout) : '')
    }
  })
  const joined = await start()
  expect(joined).toMatchObject({ reused: true, port: Number(port) })
  expect(await rows(joined.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('a server that was killed itself comes back with what it had committed', async () => {
  const first = await start()
  await rows(first.adminUrl, 'CREATE TABLE note AS SELECT 1 AS one')
  process.kill(first.pid, 'SIGKILL')
  expect((await first.death).message).toBe('PostgreSQL ended.')
  const second = await start()
  expect(second.reused).toBe(false)
  expect(await rows(second.adminUrl, 'SELECT one FROM note')).toEqual([{ one: 1 }])
})

/** Resolves when the next process that is started from here has ended. */
function nextProcessEnds(): Promise<void> {
  return new Promise((resolve) => {
    subscribe('child_process', function look(started) {
      if (typeof started !== 'object' || started === null || !('process' in started)) return
      if (!(started.process instanceof ChildProcess)) return
      unsubscribe('child_process', look)
      started.process.once('close', () => resolve())
    })
  })
}

test('what a killed server has left behind is waited for', async () => {
  const first = await start()
  const orphan = new pg.Client({ connectionString: first.adminUrl })
  orphan.on('error', () => {})
  await orphan.connect()
  const [{ pid }] = (await orphan.query('SELECT pg_backend_pid() AS pid')).rows
  // Stopped, it cannot notice that its server is dead, and end.
  process.kill(pid, 'SIGSTOP')
  process.kill(first.pid, 'SIGKILL')
  await first.death
  const refused = nextProcessEnds()
  const starting = start()
  await Promise.race([starting, refused]).finally(() => process.kill(pid, 'SIGKILL'))
  const second = await starting
  expect(second.reused).toBe(false)
  expect(await rows(second.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('a taken port is left to whoever has it', async () => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => squatter.once('listening', resolve))
  const address = squatter.address()
  const taken = address !== null && typeof address === 'object' ? address.port : 0
  const server = await start({ port: taken })
  expect(server.port).not.toBe(taken)
  expect(await rows(server.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  squatter.close()
})

test('a throwaway server takes its data with it', async () => {
  const server = await start({ persistent: false })
  await server.stop()
  expect(existsSync(dataDir)).toBe(false)
})

test('only this machine is let in, and only with the password', async () => {
  const server = await start()
  expect(await rows(server.adminUrl, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
  const stranger = new URL(server.adminUrl)
  stranger.password = 'guessed'
  await expect(rows(stranger.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
  expect(readFileSync(path.join(dataDir, 'pg_hba.conf'), 'utf8')).not.toMatch(/^host.*trust$/m)
})

test('the end of a data folder half made is a fresh start', async () => {
  mkdirSync(path.join(dataDir, 'base'), { recursive: true })
  const server = await start()
  expect(await rows(server.adminUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})
