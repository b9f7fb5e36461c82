import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { projectRoot } from '../world/migrated-database'
import { freePort } from '../world/ports'

/** A process of the product's, in the hands of a test. */
export type ProductProcess = {
  pid: number
  /** Resolves once it has said so. */
  said: (words: string) => Promise<void>
  /** How it ended: its exit code, or the signal that ended it. */
  ended: Promise<number | string>
  output: () => string
  /** Sends a signal to this very process; resolves when it is gone. */
  end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<number | string>
}

type Surroundings = { env?: Record<string, string>; preload?: readonly string[] }

/** Runs a TypeScript file in a process of its own, in the environment of this test file. */
export function startProcess(args: readonly string[], { env = {}, preload = [] }: Surroundings = {}): ProductProcess {
  return run([...['tsx', ...preload].flatMap((module) => ['--import', module]), ...args], env)
}

/** The worker, ready. */
export async function startWorker(surroundings: Surroundings = {}): Promise<ProductProcess> {
  const worker = startProcess(['lib/worker/main.ts'], surroundings)
  await worker.said('worker ready')
  return worker
}

/** The production build of the app, serving on a port of its own. */
export async function startApp(): Promise<ProductProcess & { url: string }> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const next = ['node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1', '-p', String(port)]
  const app = run(next, { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', PORT: String(port), APP_URL: url })
  await app.said('Ready in')
  return { ...app, url }
}

function run(args: readonly string[], env: Record<string, string>): ProductProcess {
  const child = spawn(process.execPath, args, {
    cwd: projectRoot,
    env: { ...process.env, NODE_OPTIONS: '', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return inHands(child)
}

function inHands(child: ChildProcess): ProductProcess {
  const { pid, stdout, stderr } = child
  if (pid === undefined || !stdout || !stderr) throw new Error('the process did not start')
  let output = ''
  const heard = new EventEmitter()
  for (const stream of [stdout, stderr]) {
    stream.on('data', (bytes) => {
      output += bytes
      heard.emit('more')
    })
  }
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => {
    if (typeof code === 'number') return code
    return String(signal)
  })
  return {
    pid,
    ended,
    output: () => output,
    async said(words) {
      while (!output.includes(words)) {
        const over = await Promise.race([once(heard, 'more').then(() => null), ended])
        if (over !== null && !output.includes(words))
          throw new Error(`it ended (${over}) before it was ready:\n${output}`)
      }
    },
    async end(signal) {
      child.kill(signal)
      return ended
    },
  }
}
