import { setTimeout as delay } from 'node:timers/promises'
import { type Run, runSchedule } from './run-schedule'
import { type Schedule, scheduleOf } from './schedule'
import { type SeedOrder, type SeedReport, seedOrder } from './seed-report'
import { startSimulatedWorld } from './simulated-world'

// One process of `npm run simulate`: a world of its own over the database of its environment, in which it plays the seeds
// that it is sent, one after the other, until nobody sends any more.

/**
 * The product waits for Stripe with a person's patience, a second and a half, and so can't tell a machine that stands still
 * from a Stripe that does. A schedule that fails after a step as slow as this proves nothing, and is played again.
 */
const TOO_SLOW_MS = 750
const MOST_TIMES_AGAIN = 5
/** Longer than the product works on at what it no longer waits for. */
const UNTIL_ALL_IS_STILL_MS = 10_000

const world = await startSimulatedWorld()

process.on('message', async (message) => {
  process.send?.(await play(seedOrder.parse(message)))
})
// Ctrl-C reaches every process of the terminal; the one that sends the seeds decides when it is over.
process.on('SIGINT', () => {})
process.on('disconnect', async () => {
  await world.close()
  process.exit()
})
process.send?.('ready')

async function play({ seed, length, tell }: SeedOrder): Promise<SeedReport> {
  const schedule = scheduleOf(seed, length)
  const { run, again } = await runFairly(schedule)
  const failed = run.violations.length > 0
  const told = failed && tell === 'shortened' ? await shortened(schedule) : { schedule, run }
  return {
    seed,
    failed,
    steps: run.steps,
    looks: run.looks,
    truths: run.truths,
    faults: run.faults,
    slowest: run.slowest,
    again,
    told: failed || tell === 'always' ? story(told.schedule, told.run) : [],
  }
}

async function runFairly(schedule: Schedule): Promise<{ run: Run; again: number }> {
  for (let again = 0; ; again++) {
    const run = await runSchedule(world, schedule, schedule.seed % 4 === 0)
    const proves = run.violations.length === 0 || run.slowestStepMs < TOO_SLOW_MS
    if (proves || again === MOST_TIMES_AGAIN) return { run, again }
    await delay(UNTIL_ALL_IS_STILL_MS)
  }
}

/** Leaves out whatever the failure does not need. */
async function shortened(schedule: Schedule): Promise<{ schedule: Schedule; run: Run }> {
  let shortest = { schedule, ...(await runFairly(schedule)) }
  for (let i = schedule.steps.length - 1; i >= 0; i--) {
    const shorter = { ...schedule, steps: shortest.schedule.steps.toSpliced(i, 1) }
    const { run, again } = await runFairly(shorter)
    if (run.violations.length > 0) shortest = { schedule: shorter, run, again }
  }
  return shortest
}

function story({ seed, payments }: Schedule, run: Run): string[] {
  return [
    ...(run.violations.length > 0 ? [`seed ${seed} breaks a promise (npm run simulate -- --seed ${seed})`] : []),
    `payments ${JSON.stringify(payments)}`,
    ...run.story.map((line) => `  ${line}`),
    ...run.violations.map(({ invariant, seen }) => `✗ ${invariant}\n    ${seen}`),
  ]
}
