import { db } from '@/lib/db'
import type { SweepCounts } from './sweep-refunds'

/** How many sweeps are kept to look back on. */
const KEPT = 2000

/** Notes that a sweep has begun, and returns its id. */
export async function beginSweep(): Promise<bigint> {
  const { id } = await db().sweepRun.create({ data: {}, select: { id: true } })
  return id
}

/** Notes what a sweep found, and forgets those of long ago. */
export async function endSweep(id: bigint, counts: SweepCounts): Promise<void> {
  await db().$executeRaw`
    UPDATE sweep_runs SET finished_at = now(), counts = ${JSON.stringify(counts)}::jsonb WHERE id = ${id}`
  await db().$executeRaw`DELETE FROM sweep_runs WHERE id <= ${id} - ${KEPT}::bigint`
}

/** When the last sweep that came to its end did so; null before the first. */
export async function lastSweepAt(): Promise<Date | null> {
  const last = await db().sweepRun.findFirst({
    where: { finishedAt: { not: null } },
    orderBy: { id: 'desc' },
    select: { finishedAt: true },
  })
  return last?.finishedAt ?? null
}
