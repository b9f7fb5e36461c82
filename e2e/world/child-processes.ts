import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { projectRoot } from './migrated-database'

export type Task = {
  /** As people are told about it: "the worker". */
  name: string
  /** Arguments for Node. */
  args: string[]
  env: NodeJS.ProcessEnv
  /** True to show what it says in the terminal as well as it comes, and keep no log. */
  inTerminal?: boolean
}

export type StartedChild = { name: string; pid: number; startedAt: number }

/** A child that ended although nobody asked it to. */
export class ChildEnded extends Error {
  constructor(task: Task, how: string, log: string | undefined) {
    const lastWords = log && lastLines(log)
    super(`${task.name} ${how}.${lastWords ? ` Its last words:\n\n${lastWords}\n\nAll of them: ${log}` : ''}`)
  }
}

/**
 * The processes of one world. Each runs in a process group of its own: Ctrl-C reaches only us, and we end them in order,
 * each with whatever it has started itself.
 */
export class ChildProcesses {
  private readonly running = new Map<ChildProcess, StartedChild>()
  private readonly stopping = new Set<ChildProcess>()
  private tellOfDeath: (ended: ChildEnded) => void = () => {}
  private over = false

  /** Settles when a server among the children ends by itself. */
  readonly firstDeath = new Promise<ChildEnded>((resolve) => {
    this.tellOfDeath = resolve
  })

  constructor(
    private readonly logDir: string,
    private readonly onChange: (children: StartedChild[]) => void = () => {},
  ) {
    mkdirSync(logDir, { recursive: true })
  }

  /** Starts a server and resolves once `readyUrl` answers 2xx; rejects when it ends before, or takes too long. */
  async serve(task: Task, readyUrl: string, patienceSeconds = 120): Promise<ChildProcess> {
    const child = this.spawn(task)
    const ended = howItEnded(child)
    ended.then((how) => {
      if (!this.stopping.has(child)) this.tellOfDeath(new ChildEnded(task, how, this.logOf(task)))
    })
    const gaveUp = new AbortController()
    try {
      const outcome = await Promise.race([
        answers(readyUrl, gaveUp.signal),
        ended,
        delay(patienceSeconds * 1000, `did not get ready in ${patienceSeconds} s`, { signal: gaveUp.signal }),
      ])
      if (outcome !== READY) throw new ChildEnded(task, outcome, this.logOf(task))
      return child
    } finally {
      gaveUp.abort()
    }
  }

  /** Runs a program to its end; rejects with its last words when it fails. */
  async run(task: Task): Promise<void> {
    const child = this.spawn(task)
    const how = await howItEnded(child)
    if (how !== 'ended') throw new ChildEnded(task, how, this.logOf(task))
  }

  /** Asks a child to end, and ends it and its own children the hard way if it does not within ten seconds. */
  async stop(child: ChildProcess): Promise<void> {
    this.stopping.add(child)
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = howItEnded(child)
    child.kill('SIGTERM')
    await Promise.race([ended, delay(10_000, undefined, { ref: false })])
    endGroup(child.pid)
    await ended
  }

  /** Ends all that still run, side by side, and starts no more: a step still under way must not leave a child behind. */
  async stopAll(): Promise<void> {
    this.over = true
    await Promise.all([...this.running.keys()].map((child) => this.stop(child)))
  }

  private spawn(task: Task): ChildProcess {
    if (this.over) throw new Error(`${task.name} was not started: the world is going down.`)
    const log = this.logOf(task)
    // Straight into a file: a child whose reader has died would die of its next line.
    const output = log ? openSync(log, 'w') : 'inherit'
    const child = spawn(process.execPath, task.args, {
      cwd: projectRoot,
      env: task.env,
      detached: true,
      stdio: ['ignore', output, output],
    })
    if (typeof output === 'number') closeSync(output)
    if (child.pid !== undefined) this.running.set(child, { name: task.name, pid: child.pid, startedAt: Date.now() })
    this.onChange([...this.running.values()])
    child.once('exit', () => {
      this.running.delete(child)
      this.onChange([...this.running.values()])
    })
    return child
  }

  private logOf({ name, inTerminal }: Task): string | undefined {
    return inTerminal ? undefined : path.join(this.logDir, `${name.toLowerCase().replace(/\W+/g, '-')}.log`)
  }
}

/** Ends a process group at once; nothing happens if it is gone. */
export function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Already gone, which is what we want.
  }
}

const READY = Symbol('ready')

async function answers(url: string, signal: AbortSignal): Promise<typeof READY> {
  while (!signal.aborted) {
    try {
      const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(5000)]) })
      await response.body?.cancel()
      if (response.ok) break
    } catch {
      // Not listening yet.
    }
    await delay(50)
  }
  return READY
}

async function howItEnded(child: ChildProcess): Promise<string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  if (child.signalCode) return `was ended by ${child.signalCode}`
  return child.exitCode === 0 ? 'ended' : `ended with exit code ${child.exitCode}`
}

function lastLines(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-20).join('\n')
}
