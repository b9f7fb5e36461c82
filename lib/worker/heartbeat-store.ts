import { db } from '@/lib/db'

/** A worker not heard of for this long counts as dead, found at the next beat of another. Its jobs wait ten seconds at most. */
const DEAD_AFTER_SECONDS = 7

/**
 * A longer silence between two beats of a worker's own breaks the row of its beats: it was out itself. Whoever was silent for
 * less was not out for long enough for anybody else to be taken for dead.
 */
const UNBROKEN_SECONDS = 5

/** Says that these workers are alive, on the database's clock. */
export async function beat(workerIds: readonly string[]): Promise<void> {
  await db().$executeRaw`
    INSERT INTO worker_heartbeats AS h (worker_id, seen_at, unbroken_since)
    SELECT unnest(${workerIds}::text[]), now(), now()
    ON CONFLICT (worker_id) DO UPDATE SET seen_at = excluded.seen_at,
      unbroken_since = CASE WHEN h.seen_at > now() - ${UNBROKEN_SECONDS} * interval '1 second'
        THEN h.unbroken_since ELSE excluded.unbroken_since END`
}

/**
 * Hands the jobs of dead workers to the living: a job that a killed process held would stay locked for hours. Dead is who
 * was not heard of for a while, and who holds a job but never said a word: a worker takes jobs the moment it starts. Returns
 * how many were dead. Jobs are safe to run twice, should one only have been slow.
 *
 * Only who has beaten without a break for as long may judge: after an outage of the database all have fallen silent, and the
 * first that is back would have the others' emails sent a second time. So everybody has had time to be heard of again. One
 * beat after the gap would not do: beats that hung during it arrive all at once.
 */
export async function releaseJobsOfTheDead(judges: readonly string[]): Promise<number> {
  const dead = await db().$queryRaw<{ workerId: string }[]>`
    WITH judge AS (
      SELECT FROM worker_heartbeats
      WHERE worker_id = ANY(${judges}::text[]) AND seen_at > now() - ${UNBROKEN_SECONDS} * interval '1 second'
        AND unbroken_since <= now() - ${DEAD_AFTER_SECONDS} * interval '1 second'
    ), fallen_silent AS (
      DELETE FROM worker_heartbeats
      WHERE seen_at < now() - ${DEAD_AFTER_SECONDS} * interval '1 second' AND EXISTS (SELECT FROM judge)
      RETURNING worker_id
    )
    SELECT worker_id AS "workerId" FROM fallen_silent
    UNION
    SELECT j.locked_by FROM graphile_worker.jobs j
    WHERE j.locked_at < now() - ${DEAD_AFTER_SECONDS} * interval '1 second' AND EXISTS (SELECT FROM judge)
      AND NOT EXISTS (SELECT FROM worker_heartbeats h WHERE h.worker_id = j.locked_by)`
  const ids = dead.map(({ workerId }) => workerId)
  if (ids.length > 0) await db().$queryRaw`SELECT graphile_worker.force_unlock_workers(${ids}::text[])::text`
  await freeForgottenLanes()
  return dead.length
}

/**
 * Frees lanes that are locked although nobody is at a job of theirs. So it ends where somebody was taken for dead and was not:
 * whoever finishes a job first deletes it, and the other, who then holds the lane, finds no job by which to free it.
 */
async function freeForgottenLanes(): Promise<void> {
  await db().$executeRaw`
    UPDATE graphile_worker._private_job_queues q SET locked_by = NULL, locked_at = NULL
    WHERE q.locked_at < now() - ${DEAD_AFTER_SECONDS} * interval '1 second'
      AND NOT EXISTS (SELECT FROM graphile_worker._private_jobs j WHERE j.job_queue_id = q.id AND j.locked_by IS NOT NULL)`
}

/**
 * Takes workers off the list when they have stopped in good order. graphile-worker does not wait for the outcome of its last
 * jobs to be written before it closes its pool: what they still hold would stay locked for hours.
 */
export async function sayGoodbye(workerIds: readonly string[]): Promise<void> {
  await db().$queryRaw`SELECT graphile_worker.force_unlock_workers(${workerIds}::text[])::text`
  await db().$executeRaw`DELETE FROM worker_heartbeats WHERE worker_id = ANY(${workerIds}::text[])`
}

/** True when any worker was heard of within these seconds. */
export async function workerSeenWithin(seconds: number): Promise<boolean> {
  const rows = await db().$queryRaw<{ seen: boolean }[]>`
    SELECT EXISTS (SELECT FROM worker_heartbeats WHERE seen_at > now() - ${seconds} * interval '1 second') AS seen`
  return rows[0]?.seen ?? false
}
