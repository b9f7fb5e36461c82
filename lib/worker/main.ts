import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { Logger, type Runner, run, type WorkerEvents } from 'graphile-worker'
import { disconnectDatabase } from '@/lib/db'
import { env } from '@/lib/env'
import { describeFailure } from '@/lib/failures'
import { log } from '@/lib/log'
import { beat, releaseJobsOfTheDead, sayGoodbye } from './heartbeat-store'
import { outlastingOutages } from './outlast-outages'
import { CRONTAB, TASKS } from './tasks'

/**
 * How often the worker says that it is alive, and looks for others that are not. What heartbeat-store.ts waits for is several
 * of these: one that comes late on a busy machine must not count as death.
 */
const HEARTBEAT_MS = 1000

/** Jobs at once: each waits for Stripe, SMTP or the database most of its time. */
const CONCURRENCY = 6

if (existsSync('.env')) process.loadEnvFile('.env')

async function main(): Promise<void> {
  const workerIds: string[] = []
  const events: WorkerEvents = new EventEmitter()
  // Jobs are locked in the name of the pool, not of the one worker in it that runs them.
  events.on('pool:create', ({ workerPool }) => workerIds.push(workerPool.id))
  const runner = await run({
    connectionString: env().DATABASE_URL,
    taskList: outlastingOutages(TASKS, () => beat(workerIds)),
    crontab: CRONTAB,
    concurrency: CONCURRENCY,
    // Jobs that are due now are heard of at once; this is for those that were put off.
    pollInterval: 500,
    noHandleSignals: true,
    logger: new Logger(() => (level, message, meta) => {
      if (level !== 'error' && level !== 'warning') return
      // What a job threw stands in the message as well: it may quote a query and so a client.
      const failure = meta?.error === undefined ? null : describeFailure(meta.error)
      const told = failure ? message.split(' with error ', 1)[0] : message
      log.warn({ source: 'graphile-worker', ...(failure && { failure }) }, told)
    }),
    events,
  })
  await startHeart(workerIds)
  await runner.addJob('sweep-refunds', {}, { jobKey: 'sweep-at-start' })
  log.info('worker ready')
  stopOnSignals(runner, workerIds)
  await runner.promise
}

async function startHeart(workerIds: string[]): Promise<void> {
  const beatOnce = async () => {
    try {
      await beat(workerIds)
      const dead = await releaseJobsOfTheDead(workerIds)
      if (dead > 0) log.warn({ dead }, 'took over from workers that died')
    } catch (error) {
      log.warn({ reason: error instanceof Error ? error.name : 'unknown' }, 'heartbeat missed')
    }
  }
  await beatOnce()
  setInterval(beatOnce, HEARTBEAT_MS).unref()
}

function stopOnSignals(runner: Runner, workerIds: readonly string[]): void {
  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    await runner.stop()
    await sayGoodbye(workerIds)
    await disconnectDatabase()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exit(1)
})
