import { parseArgs } from 'node:util'
import { migrate } from '../world/migrated-database'
import { createDatabase, startThrowawayPostgres } from '../world/postgres'
import { runSchedule } from './run-schedule'
import { inWords, type Schedule, scheduleOf } from './schedule'
import { startSimulatedWorld } from './simulated-world'

// npm run simulate -- --seeds 1000 [--from 1] | --seed 42 [--steps 25]

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    steps: { type: 'string' },
    minutes: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const first = Number(values.seed ?? values.from)
const count = values.seed === undefined ? Number(values.seeds) : 1
const length = values.steps === undefined ? undefined : Number(values.steps)
const until = values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(values.minutes) * 60_000

Object.assign(process.env, {
  STRIPE_SECRET_KEY: 'sk_test_simulation',
  STRIPE_WEBHOOK_SECRET: 'whsec_simulation',
  SMTP_URL: 'smtp://127.0.0.1:9',
  APP_URL: 'http://localhost:3000',
  AUTH_SECRET: 'a secret of the simulation, long enough to pass',
})
const postgres = await startThrowawayPostgres()
const databaseUrl = await createDatabase(postgres.adminUrl, 'simulation')
await migrate(databaseUrl)
process.env.DATABASE_URL = databaseUrl
const world = await startSimulatedWorld()

const total = { schedules: 0, steps: 0, faults: 0, checks: 0, slowest: 0, failed: 0 }
const began = Date.now()
try {
  for (let seed = first; seed < first + count && Date.now() < until; seed++) {
    const schedule = scheduleOf(seed, length)
    const run = await runSchedule(world, schedule, seed % 4 === 0)
    total.schedules++
    total.steps += run.steps
    total.faults += run.faults
    total.checks += run.checks
    total.slowest = Math.max(total.slowest, run.slowest)
    if (run.violations.length > 0) {
      total.failed++
      await tell(schedule)
      process.exitCode = 1
      if (!values.keep) break
    } else if (values.seed !== undefined) console.log(run.story.join('\n'))
  }
} finally {
  await world.close()
  await postgres.stop()
}
const seconds = (Date.now() - began) / 1000
console.log(
  `${total.schedules} schedules, ${total.steps} steps, ${total.faults} faults, invariants checked ${total.checks} times, ` +
    `${total.failed} failed, slowest to be right ${total.slowest} s of test clock; ${seconds.toFixed(1)} s, ${(total.schedules / seconds).toFixed(1)} a second`,
)

/** Leaves out whatever the failure does not need, and tells what is left. */
async function tell(schedule: Schedule): Promise<void> {
  let shortest = schedule
  for (let i = schedule.steps.length - 1; i >= 0 && !values.keep; i--) {
    const shorter = { ...shortest, steps: shortest.steps.toSpliced(i, 1) }
    const run = await runSchedule(world, shorter, schedule.seed % 4 === 0)
    if (run.violations.length > 0) shortest = shorter
  }
  const run = await runSchedule(world, shortest, schedule.seed % 4 === 0)
  console.log(`\nseed ${schedule.seed} breaks a promise (npm run simulate -- --seed ${schedule.seed})`)
  console.log(`payments ${JSON.stringify(schedule.payments)}`)
  for (const line of run.story.length > 0 ? run.story : shortest.steps.map(inWords)) console.log(`  ${line}`)
  for (const { invariant, seen } of run.violations) console.log(`✗ ${invariant}\n    ${seen}`)
}
