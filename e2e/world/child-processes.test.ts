import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ChildProcesses, type StartedChild } from './child-processes'
import { freePort } from './ports'
import { endLeftovers, stillRuns } from './process-identity'

let folder: string
let processes: ChildProcesses
let noted: StartedChild[]

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'requite-children-'))
  noted = []
  processes = new ChildProcesses(folder, (children) => {
    noted = children
  })
})

afterEach(async () => {
  await processes.stopAll()
  rmSync(folder, { recursive: true, force: true })
})

/** A program of a few lines, told its port by the environment. */
function program(source: string, port = 0) {
  const file = path.join(folder, 'program.mjs')
  writeFileSync(file, source)
  return { name: 'The program', args: [file], env: { ...process.env, PROGRAM_PORT: String(port) } }
}

const server = `
  import { createServer } from 'node:http'
  createServer((_request, response) => response.end('well')).listen(process.env.PROGRAM_PORT, '127.0.0.1')`

async function served(extra = '') {
  const port = await freePort()
  return processes.serve(program(server + extra, port), `http://127.0.0.1:${port}`)
}

test('a server is ready once it answers, and gone once it is stopped', async () => {
  const child = await served()
  expect(noted).toMatchObject([{ name: 'The program', pid: child.pid }])
  expect(noted.every(stillRuns)).toBe(true)
  const [note] = noted
  await processes.stop(child)
  expect(child.signalCode).toBe('SIGTERM')
  expect(note && stillRuns(note)).toBe(false)
  expect(noted).toEqual([])
})

test('a server that ends before it is ready is reported with its last words', async () => {
  const failing = program('console.error("the port is mine"); process.exit(3)')
  await expect(processes.serve(failing, 'http://127.0.0.1:9')).rejects.toThrow(
    /ended with exit code 3.*the port is mine/s,
  )
})

test('a server that ends later is told of, one that was asked to end is not', async () => {
  const asked = await served()
  await processes.stop(asked)
  const child = await served()
  process.kill(child.pid ?? 0, 'SIGKILL')
  expect((await processes.firstDeath).message).toContain('The program was ended by SIGKILL')
})

test('a server that does not get ready is given up', async () => {
  const mute = program('setInterval(() => {}, 1000)')
  await expect(processes.serve(mute, 'http://127.0.0.1:9', 0.5)).rejects.toThrow('did not get ready in 0.5 s')
})

test('a program that fails is reported, one that ends well is not', async () => {
  await processes.run(program('process.exit(0)'))
  await expect(processes.run(program('throw new Error("no data")'))).rejects.toThrow(/exit code 1.*no data/s)
})

test('once the world goes down nothing more is started', async () => {
  await processes.stopAll()
  await expect(served()).rejects.toThrow('the world is going down')
})

test('what a killed run left behind is ended, and a process that only has its number is let alone', async () => {
  const child = await served()
  const [note] = noted
  if (!note) throw new Error('The child was not noted.')
  expect(await endLeftovers([{ ...note, startedAt: note.startedAt - 3_600_000 }])).toEqual([])
  expect(child.exitCode).toBe(null)
  expect(await endLeftovers([note])).toEqual(['The program'])
  expect(stillRuns(note)).toBe(false)
})
