import { z } from 'zod'
import { db } from '@/lib/db'

/** How many sweeps are kept to look back on. */
const KEPT = 2000

/** What one sweep did, by kind. */
export type SweepCounts = {
  attemptsResolved: number
  triesMade: number
  refundsBegun: number
  refundsRead: number
  balancesHealed: number
  accountsRead: number
  eventsMissed: number
  /** Kept long ago and unhandled since: taken up again, and of these what this version still cannot apply. */
  eventsTakenUp: number
  eventsUnreadable: number
}

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

/** What a sweep puts right. */
export const SWEEP_FINDING_KINDS = [
  'attempt_resolved',
  'try_made',
  'refund_begun',
  'news_read',
  'balance_topped_up',
  'events_missed',
] as const
export type SweepFindingKind = (typeof SWEEP_FINDING_KINDS)[number]

export type SweepFinding = {
  id: string
  kind: SweepFindingKind
  quantity: number
  at: Date
  /** Null for what concerns no note in particular. */
  creditNote: { id: string; number: string } | null
}

/** Notes what a sweep has put right, for the freelancer to see. */
export async function writeSweepFinding(finding: {
  freelancerId: string
  creditNoteId?: string
  kind: SweepFindingKind
  quantity?: number
}): Promise<void> {
  await db().sweepFinding.create({ data: finding })
}

/** Deletes findings of more than a quarter of a year ago; returns how many. */
export async function forgetOldFindings(): Promise<number> {
  return db().$executeRaw`DELETE FROM sweep_findings WHERE at < now() - interval '90 days'`
}

/** What sweeps have put right for a freelancer, the latest first. */
export async function listSweepFindings(freelancerId: string, limit: number): Promise<SweepFinding[]> {
  const rows = await db().sweepFinding.findMany({
    where: { freelancerId },
    orderBy: { id: 'desc' },
    take: limit,
    include: { creditNote: { select: { id: true, number: true } } },
  })
  return rows.map(({ id, kind, quantity, at, creditNote }) => ({
    id: String(id),
    kind: z.enum(SWEEP_FINDING_KINDS).parse(kind),
    quantity,
    at,
    creditNote,
  }))
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
