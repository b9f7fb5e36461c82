import { setTimeout as after } from 'node:timers/promises'
import { pingDatabase } from '@/lib/db'
import { workerSeenWithin } from '@/lib/worker/heartbeat-store'
import { answer, refuseMethods } from '../answers'

/** Longer than this is as good as no answer. */
const PATIENCE_MS = 2000
/** A worker notes that it lives every few seconds. */
const WORKER_SILENCE_SECONDS = 15

/** 200 when database and worker are well, 503 saying which of them is not. */
export async function GET(): Promise<Response> {
  const [database, worker] = await Promise.all([
    inTime(pingDatabase().then(() => true)),
    inTime(workerSeenWithin(WORKER_SILENCE_SECONDS)),
  ])
  if (database && worker) return answer({ status: 'ok' })
  const down = [...(database ? [] : ['database']), ...(worker ? [] : ['worker'])]
  return answer({ status: 'unavailable', down }, 503)
}

async function inTime(check: Promise<boolean>): Promise<boolean> {
  return Promise.race([check.catch(() => false), after(PATIENCE_MS, false, { ref: false })])
}

export const { POST, PUT, PATCH, DELETE } = refuseMethods('GET')
