import { z } from 'zod'

/** What a player is asked: to play a seed, and how much of it to tell. */
export const seedOrder = z.object({
  seed: z.int(),
  /** Fixes the number of steps. */
  length: z.int().positive().optional(),
  /** When to tell the schedule step by step; `shortened`: on failure, reduced to what the failure needs. */
  tell: z.enum(['always', 'on_failure', 'shortened']),
})
export type SeedOrder = z.infer<typeof seedOrder>

/** What a player answers once the seed is played. */
export const seedReport = z.object({
  seed: z.int(),
  failed: z.boolean(),
  steps: z.int(),
  /** How often all invariants were looked at, and how many single truths that were. */
  looks: z.int(),
  truths: z.int(),
  /** What went wrong on purpose, by its name. */
  faults: z.record(z.string(), z.int()),
  /** The longest that a quiet point took until everything was right, in seconds of the test's clock. */
  slowest: z.int(),
  /** Played again because the machine was too slow to tell its own slowness from Stripe's. */
  again: z.int(),
  told: z.array(z.string()),
})
export type SeedReport = z.infer<typeof seedReport>

/** The sums of many seeds. */
export type Sums = Omit<SeedReport, 'seed' | 'failed' | 'told'> & { schedules: number; failedSeeds: number[] }

export const nothingYet: Sums = {
  schedules: 0,
  steps: 0,
  looks: 0,
  truths: 0,
  faults: {},
  slowest: 0,
  again: 0,
  failedSeeds: [],
}

/** The sums with one more seed. */
export function plus(sums: Sums, report: SeedReport): Sums {
  const faults = { ...sums.faults }
  for (const [name, times] of Object.entries(report.faults)) faults[name] = (faults[name] ?? 0) + times
  return {
    schedules: sums.schedules + 1,
    steps: sums.steps + report.steps,
    looks: sums.looks + report.looks,
    truths: sums.truths + report.truths,
    faults,
    slowest: Math.max(sums.slowest, report.slowest),
    again: sums.again + report.again,
    failedSeeds: report.failed ? [...sums.failedSeeds, report.seed] : sums.failedSeeds,
  }
}

/** The sums in one line. */
export function inOneLine(sums: Sums, seconds: number): string {
  const count = (number: number) => number.toLocaleString('en')
  const faults = Object.values(sums.faults).reduce((total, times) => total + times, 0)
  return (
    `${count(sums.schedules)} schedules, ${count(sums.steps)} steps, ${count(faults)} faults, ` +
    `all invariants looked at ${count(sums.looks)} times (${count(sums.truths)} single truths), ` +
    `${sums.failedSeeds.length} failed, slowest to be right ${sums.slowest} s of test clock; ` +
    `${seconds.toFixed(0)} s, ${(sums.schedules / seconds).toFixed(1)} a second`
  )
}
