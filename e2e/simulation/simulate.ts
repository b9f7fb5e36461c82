import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { migrate } from '../world/migrated-database'
import { createDatabase, startThrowawayPostgres } from '../world/postgres'
import { inOneLine, nothingYet, plus, type SeedOrder, seedReport } from './seed-report'

// npm run simulate -- --seeds 1000 [--from 1] [--jobs 2] | --seed 42 [--steps 25]

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    steps: { type: 'string' },
    minutes: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    keep: { type: 'boolean', default: false },
  },
})
const first = Number(values.seed ?? values.from)
const count = values.seed === undefined ? Number(values.seeds) : 1
const until = values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(values.minutes) * 60_000
/** How many seeds between two lines of progress, so that a run of hours can be followed and its sums survive it. */
const PROGRESS_EVERY = 1000

const environment = {
  LOG_LEVEL: 'fatal',
  ...process.env,
  STRIPE_SECRET_KEY: 'sk_test_simulation',
  STRIPE_WEBHOOK_SECRET: 'whsec_simulation',
  SMTP_URL: 'smtp://127.0.0.1:9',
  APP_URL: 'http://localhost:3000',
  AUTH_SECRET: 'a secret of the simulation, long enough to pass',
}

let next = first
let over = false
let sums = nothingYet
// Whoever stops a long run wants to know what it came to. A wrapper (npx, tsx) may pass the signal on a second time.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => (over = true))

const postgres = await startThrowawayPostgres()
const players: ChildProcess[] = []
let began = Date.now()
try {
  const template = 'simulation'
  await migrate(await createDatabase(postgres.adminUrl, template))
  for (let job = 1; job <= Math.min(Number(values.jobs), count); job++)
    players.push(startPlayer(await createDatabase(postgres.adminUrl, `${template}_${job}`, { template })))
  await Promise.all(players.map((player) => answerOf(player)))
  began = Date.now()
  await Promise.all(players.map(keepPlaying))
} finally {
  await Promise.all(
    players.map(async (player) => {
      if (player.exitCode !== null) return
      const ended = once(player, 'exit')
      if (player.connected) player.disconnect()
      await ended
    }),
  )
  await postgres.stop()
}
tellSums()
for (const [name, times] of Object.entries(sums.faults).toSorted(([, a], [, b]) => b - a))
  console.log(`${String(times).padStart(9)}  ${name}`)
if (sums.failedSeeds.length > 0) process.exitCode = 1

/** Each player has a database, a Stripe simulator and a process of its own: nothing of one can disturb another. */
function startPlayer(databaseUrl: string): ChildProcess {
  return fork(path.join(import.meta.dirname, 'play-seeds.ts'), {
    env: { ...environment, DATABASE_URL: databaseUrl },
    // Signals are ours: a player finishes the schedule it is at.
    detached: true,
    // Most of what a schedule makes is gone with it: with more room for what is young, little of it is ever looked at.
    execArgv: [...process.execArgv, '--max-semi-space-size=64'],
  })
}

async function keepPlaying(player: ChildProcess): Promise<void> {
  while (next < first + count && Date.now() < until && !over) {
    const order: SeedOrder = {
      seed: next++,
      ...(values.steps && { length: Number(values.steps) }),
      tell: values.seed !== undefined ? 'always' : values.keep ? 'on_failure' : 'shortened',
    }
    const answer = answerOf(player, order.seed)
    player.send(order)
    const report = seedReport.parse(await answer)
    sums = plus(sums, report)
    if (report.failed && !values.keep) over = true
    if (report.told.length > 0) console.log(report.told.join('\n'))
    if (sums.schedules % PROGRESS_EVERY === 0) tellSums()
  }
}

/** What the player says next; rejects when it dies instead. */
function answerOf(player: ChildProcess, seed?: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const died = () => reject(new Error(`a player died${seed === undefined ? '' : ` over seed ${seed}`}`))
    player.once('exit', died)
    player.once('message', (message) => {
      player.off('exit', died)
      resolve(message)
    })
  })
}

function tellSums(): void {
  const time = new Date().toISOString().slice(0, 19)
  const failed = sums.failedSeeds.length > 0 ? ` failed seeds: ${sums.failedSeeds.join(' ')}` : ''
  const again = sums.again > 0 ? `; ${sums.again} played again, the machine being too slow` : ''
  console.log(
    `${time}Z seeds ${first} to ${next - 1}: ${inOneLine(sums, (Date.now() - began) / 1000)}${again}${failed}`,
  )
}
