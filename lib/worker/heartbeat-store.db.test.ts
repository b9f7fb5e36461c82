import { EventEmitter } from 'node:events'
import { Logger, run, type WorkerEvents } from 'graphile-worker'
import { expect, test } from 'vitest'
import { db } from '@/lib/db'
import { beat, releaseJobsOfTheDead, sayGoodbye } from './heartbeat-store'

/** A worker, as main.ts starts it, in the midst of a job that never ends. */
async function workerInAJob(): Promise<string[]> {
  const workerIds: string[] = []
  const events: WorkerEvents = new EventEmitter()
  events.on('pool:create', ({ workerPool }) => workerIds.push(workerPool.id))
  let begun = () => {}
  const hasBegun = new Promise<void>((resolve) => {
    begun = resolve
  })
  await run({
    connectionString: process.env.DATABASE_URL ?? '',
    concurrency: 1,
    events,
    noHandleSignals: true,
    logger: new Logger(() => () => {}),
    taskList: {
      endless: () => {
        begun()
        return new Promise(() => {})
      },
    },
  })
  await db().$queryRaw`SELECT FROM graphile_worker.add_job('endless', queue_name => 'a-lane')`
  await hasBegun
  return workerIds
}

async function locks(): Promise<number> {
  const [row] = await db().$queryRaw<{ locks: number }[]>`
    SELECT ((SELECT count(*) FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL)
      + (SELECT count(*) FROM graphile_worker._private_job_queues WHERE locked_by IS NOT NULL))::int AS locks`
  return row?.locks ?? 0
}

test('jobs and lanes of a worker that died are free again, those of a living one are not', async () => {
  const workerIds = await workerInAJob()
  await beat(workerIds)
  expect(await releaseJobsOfTheDead()).toBe(0)
  expect(await locks()).toBe(2)

  await db().$executeRaw`UPDATE worker_heartbeats SET seen_at = now() - interval '1 minute'`
  expect(await releaseJobsOfTheDead()).toBe(1)
  expect(await locks()).toBe(0)

  // One that stops in good order leaves nothing locked either, and is off the list.
  const stopping = await workerInAJob()
  await beat(stopping)
  await sayGoodbye(stopping)
  expect(await locks()).toBe(0)
  expect(await db().workerHeartbeat.count()).toBe(0)
})

test('a worker that died before it said a word leaves no job locked either; one that has only just begun keeps its own', async () => {
  await workerInAJob()
  expect(await releaseJobsOfTheDead()).toBe(0)
  expect(await locks()).toBe(2)
  await db().$executeRaw`UPDATE graphile_worker._private_jobs SET locked_at = locked_at - interval '1 minute'`
  expect(await releaseJobsOfTheDead()).toBe(1)
  expect(await locks()).toBe(0)
})
