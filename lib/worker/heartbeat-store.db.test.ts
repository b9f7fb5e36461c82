import { EventEmitter } from 'node:events'
import { Logger, run, type WorkerEvents } from 'graphile-worker'
import { beforeEach, expect, test } from 'vitest'
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

const JUDGE = ['a worker that watches']

/** Time passes in which nobody beats. */
async function letPass(seconds: number): Promise<void> {
  await db().$executeRaw`
    UPDATE worker_heartbeats SET seen_at = seen_at - ${seconds} * interval '1 second',
      unbroken_since = unbroken_since - ${seconds} * interval '1 second'`
  await db().$executeRaw`
    UPDATE graphile_worker._private_jobs SET locked_at = locked_at - ${seconds} * interval '1 second' WHERE locked_at IS NOT NULL`
}

/** Time passes, beat by beat of these workers. */
async function beatFor(seconds: number, workerIds: readonly string[]): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 2) {
    await letPass(2)
    await beat(workerIds)
  }
}

/** The judge alone beats on, without a break: what the test has done since its last beat took real time as well. */
async function nobodyElseBeats(seconds: number): Promise<void> {
  await beat(JUDGE)
  await beatFor(seconds, JUDGE)
}

beforeEach(async () => {
  await db().$executeRaw`DELETE FROM worker_heartbeats`
  await beat(JUDGE)
  await beatFor(10, JUDGE)
})

test('jobs and lanes of a worker that died are free again within ten seconds, those of a living one are not', async () => {
  const workerIds = await workerInAJob()
  await beat(workerIds)
  expect(await releaseJobsOfTheDead(JUDGE)).toBe(0)
  expect(await locks()).toBe(2)

  await nobodyElseBeats(8)
  expect(await releaseJobsOfTheDead(JUDGE)).toBe(1)
  expect(await locks()).toBe(0)

  // One that stops in good order leaves nothing locked either, and is off the list.
  const stopping = await workerInAJob()
  await beat(stopping)
  await sayGoodbye(stopping)
  expect(await locks()).toBe(0)
  expect(await db().workerHeartbeat.count({ where: { workerId: { in: stopping } } })).toBe(0)
})

test('whoever was out itself takes nobody for dead: after an outage every worker keeps the job it is at', async () => {
  const atAJob = await workerInAJob()
  await beat(atAJob)
  await letPass(30)
  // The database is back. What hung meanwhile arrives at once, from one of them alone.
  for (let hung = 0; hung < 3; hung++) {
    await beat(JUDGE)
    expect(await releaseJobsOfTheDead(JUDGE)).toBe(0)
  }
  await beatFor(4, JUDGE)
  expect(await releaseJobsOfTheDead(JUDGE)).toBe(0)
  await beat(atAJob)
  await beatFor(6, [...JUDGE, ...atAJob])
  expect(await releaseJobsOfTheDead(JUDGE)).toBe(0)
  expect(await locks()).toBe(2)

  // One that the outage has cost its life is found all the same.
  await nobodyElseBeats(8)
  expect(await releaseJobsOfTheDead(JUDGE)).toBe(1)
  expect(await locks()).toBe(0)
})

test('a worker that has only just begun, or never said a word, takes nobody for dead', async () => {
  const atAJob = await workerInAJob()
  await beat(atAJob)
  await letPass(30)
  await beat(['a worker that has begun'])
  expect(await releaseJobsOfTheDead(['a worker that has begun'])).toBe(0)
  expect(await releaseJobsOfTheDead(['a worker that is yet to begin'])).toBe(0)
  expect(await locks()).toBe(2)
  await sayGoodbye(atAJob)
})

test('a worker that died before it said a word leaves no job locked either; one that has only just begun keeps its own', async () => {
  await workerInAJob()
  expect(await releaseJobsOfTheDead(JUDGE)).toBe(0)
  expect(await locks()).toBe(2)
  await nobodyElseBeats(8)
  expect(await releaseJobsOfTheDead(JUDGE)).toBe(1)
  expect(await locks()).toBe(0)
})

test('a lane that two workers held, one of which was wrongly taken for dead, is free once neither is at a job of it', async () => {
  const lockLane = (name: string, secondsAgo: number) => db().$executeRaw`
    INSERT INTO graphile_worker._private_job_queues (queue_name, locked_by, locked_at)
    VALUES (${name}, 'a worker', now() - ${secondsAgo} * interval '1 second')`
  await lockLane('held for long', 8)
  await lockLane('taken just now', 1)
  await releaseJobsOfTheDead(JUDGE)
  const held = await db().$queryRaw<{ name: string }[]>`
    SELECT queue_name AS name FROM graphile_worker._private_job_queues WHERE locked_at IS NOT NULL`
  expect(held).toEqual([{ name: 'taken just now' }])
  await db().$executeRaw`DELETE FROM graphile_worker._private_job_queues WHERE locked_by = 'a worker'`
})
