import path from 'node:path'
import { z } from 'zod'
import { loadDotEnv } from './dot-env'
import { projectRoot } from './migrated-database'
import { portOrAnother } from './ports'
import { endLeftovers, stillRuns } from './process-identity'
import { announce, sayProgress } from './terminal'
import { startWorld } from './world'
import { type Ports, WorldFile } from './world-file'

// npm run demo, npm run dev: the whole of Requite and the world around it, until Ctrl-C.
const mode = z.enum(['demo', 'dev'], { error: 'up.ts takes one word: demo or dev' }).parse(process.argv[2])

const dataDir = path.join(projectRoot, '.data')
const file = new WorldFile(dataDir)

async function main() {
  const { holder } = file.notes
  if (holder && stillRuns(holder)) {
    console.error(`Requite is already up at ${holder.appUrl} (process ${holder.pid}).`)
    process.exit(1)
  }
  const ended = await endLeftovers(file.notes.children)
  if (ended.length) console.log(`The last run was cut off. Ended what it left behind: ${ended.join(', ')}.`)

  loadDotEnv()
  const ports = await choosePorts()
  console.log(`Starting Requite (${mode}) …`)

  const leaving = leaveOnSignal()
  const world = await startWorld({
    serve: mode === 'demo' ? 'build' : 'sources',
    dataDir,
    ports,
    given: process.env,
    webhookSecret: file.notes.webhookSecret,
    persistent: true,
    timeScale: 1,
    signal: leaving,
    onProcesses: (children) => file.note({ children }),
    progress: sayProgress,
  })
  const startedAt = Date.now() - process.uptime() * 1000
  file.note({
    // A port asked for once is no wish for the next time.
    ports: {
      ...ports,
      app: process.env.PORT ? file.notes.ports.app : ports.app,
      postgres: world.postgresPort ?? ports.postgres,
    },
    holder: { pid: process.pid, startedAt, appUrl: world.appUrl },
  })
  announce(world, dataDir)

  const death = await Promise.race([world.firstDeath, aborted(leaving)])
  if (death) console.error(`\n${death.message}\n\nStopping the rest …`)
  await world.stop()
  file.note({ holder: null })
  if (!death) console.log('Stopped.')
  process.exit(death ? 1 : 0)
}

/** Last time's ports again, so that bookmarks and sessions keep working; others where somebody else sits. */
async function choosePorts(): Promise<Ports> {
  const names = {
    app: 'The desk',
    simulator: 'The Stripe simulator',
    mailbox: 'The mailbox',
    smtp: "The mailbox's mail server",
  } as const
  const wanted = { ...file.notes.ports, ...(process.env.PORT && { app: Number(process.env.PORT) }) }
  const ports = { ...wanted }
  for (const key of ['app', 'simulator', 'mailbox', 'smtp'] as const) {
    ports[key] = await portOrAnother(wanted[key])
    if (ports[key] !== wanted[key])
      console.log(`Port ${wanted[key]} is taken. ${names[key]} is on ${ports[key]} instead.`)
  }
  return ports
}

function leaveOnSignal(): AbortSignal {
  const leaving = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!leaving.signal.aborted) console.log('\nStopping …')
      leaving.abort(signal)
    })
  }
  return leaving.signal
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })
}

main().catch((error: unknown) => {
  if (error === 'SIGINT' || error === 'SIGTERM' || error === 'SIGHUP') {
    console.log('Stopped.')
    process.exit(0)
  }
  console.error(error instanceof Error ? `\n${error.message}` : error)
  process.exit(1)
})
