import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { z } from 'zod'
import { createApiKey } from '@/lib/auth/api-keys'
import { disconnectDatabase } from '@/lib/db'
import { startProcess } from '../faults/product-process'
import { freePort } from '../world/ports'
import { startThrowawayWorld, type ThrowawayWorld } from '../world/throwaway-world'
import { median, quantile } from './measure'

// npm run bench:flood: how long a freelancer waits at the desk while callers that never pause send webhooks to the same
// process (faults.md F42). Beside it the same callers at a server of their own, for they share the machine's cores with the
// app. The three take turns; medians of the rounds.

const ROUNDS = 5
const SECONDS = 6
const CALLERS = 12

type Round = { calm: number; elsewhere: number; flood: number; answers: Record<string, number>; applied: number }

async function main(): Promise<void> {
  const world = await startThrowawayWorld()
  const barePort = await freePort()
  const bare = startProcess(['e2e/bench/bare-server.ts'], { env: { PORT: `${barePort}` } })
  const database = new pg.Client({ connectionString: world.databaseUrl })
  try {
    await Promise.all([bare.said('ready'), database.connect()])
    await compare(world, `http://127.0.0.1:${barePort}`, database)
  } finally {
    await database.end()
    await bare.end('SIGTERM')
    await world.stop()
  }
}

async function compare(world: ThrowawayWorld, bareUrl: string, database: pg.Client): Promise<void> {
  const ask = await desk(world, database)
  const event = await refundEvent(database)
  const webhooks = `${world.appUrl}/api/stripe`
  const rounds: Round[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const calm = await timesOf(ask)
    const elsewhere = await duringFlood(bareUrl, event, world.webhookSecret, () => timesOf(ask))
    const flood = await duringFlood(webhooks, event, world.webhookSecret, () => timesOf(ask))
    const applied = await untilApplied(database)
    const [p99OfCalm, p99OfElsewhere, p99OfFlood] = [calm, elsewhere.times, flood.times].map((t) => quantile(t, 0.99))
    console.log(
      `p50 / p99 in ms: calm ${told(calm)}, callers elsewhere ${told(elsewhere.times)}, flood ${told(flood.times)}`,
      `${JSON.stringify(flood.answers)}, all applied ${applied.toFixed(1)} s later`,
    )
    // The first round warms everything up.
    if (round > 0)
      rounds.push({
        calm: p99OfCalm ?? 0,
        elsewhere: p99OfElsewhere ?? 0,
        flood: p99OfFlood ?? 0,
        answers: flood.answers,
        applied,
      })
  }
  const of = (value: (round: Round) => number) => median(rounds.map(value))
  console.log(`
desk p99, calm                           ${of(({ calm }) => calm).toFixed(1)} ms
desk p99, ${CALLERS} callers at another server     ${of(({ elsewhere }) => elsewhere).toFixed(1)} ms
desk p99, ${CALLERS} callers at /api/stripe        ${of(({ flood }) => flood).toFixed(1)} ms
in a flood ÷ calm                        ${of(({ flood, calm }) => flood / calm).toFixed(2)}   (goal: at most 2)
callers elsewhere ÷ calm                 ${of(({ elsewhere, calm }) => elsewhere / calm).toFixed(2)}   (what they cost the machine without the app)
webhooks answered 200, a second          ${Math.round(of(({ answers }) => (answers[200] ?? 0) / SECONDS))}
webhooks shed with 503, a second         ${Math.round(of(({ answers }) => (answers[503] ?? 0) / SECONDS))}
all applied, after the flood's end       ${of(({ applied }) => applied).toFixed(1)} s   (goal: at most 5)`)
}

function told(times: readonly number[]): string {
  return `${quantile(times, 0.5).toFixed(1)} / ${quantile(times, 0.99).toFixed(1)}`
}

/** The demo's freelancer at their list of credit notes, through the API: the shortest way to the same data and its rights. */
async function desk(world: ThrowawayWorld, database: pg.Client): Promise<() => Promise<number>> {
  const found = await database.query(
    `SELECT f.id FROM freelancers f JOIN users u ON u.id = f.user_id WHERE u.email = 'freelancer@example.com'`,
  )
  const { id } = z.object({ id: z.uuid() }).parse(found.rows[0])
  Object.assign(process.env, {
    APP_URL: world.appUrl,
    DATABASE_URL: world.databaseUrl,
    STRIPE_SECRET_KEY: 'sk_test_benchmark',
    STRIPE_WEBHOOK_SECRET: world.webhookSecret,
    STRIPE_API_BASE: world.simulatorUrl,
    SMTP_URL: 'smtp://127.0.0.1:9',
    MAIL_FROM: 'Requite <refunds@requite.example>',
    AUTH_SECRET: 'a secret of the benchmark, long enough to pass',
  })
  const { key } = await createApiKey(id, 'benchmark')
  await disconnectDatabase()
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const headers = { authorization: `Bearer ${key}` }
  return () =>
    new Promise((resolve, reject) => {
      const request = http.get(`${world.appUrl}/api/credit-notes`, { agent, headers }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0))
      })
      request.once('error', reject)
    })
}

/** News of a refund of the demo's, to be told again and again as new events. Stripe tells it once the app is up. */
async function refundEvent(database: pg.Client): Promise<string> {
  const told = await until(async () => {
    const { rows } = await database.query(
      `SELECT payload::text FROM stripe_events WHERE type LIKE 'refund.%' AND handled_at IS NOT NULL LIMIT 1`,
    )
    return rows[0]
  })
  return z.object({ payload: z.string() }).parse(told).payload
}

/** Asks again and again for some seconds; returns how long each took, in milliseconds. */
async function timesOf(ask: () => Promise<number>): Promise<number[]> {
  const times: number[] = []
  for (const end = performance.now() + SECONDS * 1000; performance.now() < end; ) {
    const began = performance.now()
    const status = await ask()
    if (status !== 200) throw new Error(`the desk was answered ${status}`)
    times.push(performance.now() - began)
  }
  return times
}

let runs = 0

async function duringFlood(
  target: string,
  event: string,
  secret: string,
  measure: () => Promise<number[]>,
): Promise<{ times: number[]; answers: Record<string, number> }> {
  const callers = startProcess(['e2e/bench/flood-callers.ts'], {
    env: { TARGET: target, CALLERS: `${CALLERS}`, EVENT: event, SECRET: secret, RUN: `${runs++}` },
  })
  await callers.said('flooding')
  const times = await measure().finally(() => callers.end('SIGTERM'))
  const [, answers] = /^answers (.+)$/m.exec(callers.output()) ?? []
  if (!answers) throw new Error(`the callers did not say what they were answered:\n${callers.output()}`)
  const counted = z.record(z.string(), z.number()).parse(JSON.parse(answers))
  const wrong = Object.keys(counted).filter((status) => status !== '200' && status !== '503')
  if (wrong.length > 0) throw new Error(`webhooks were answered ${wrong.join(', ')}`)
  return { times, answers: counted }
}

/** Waits until every kept event is applied; returns for how many seconds. */
async function untilApplied(database: pg.Client): Promise<number> {
  const began = performance.now()
  await until(async () => {
    const { rows } = await database.query('SELECT FROM stripe_events WHERE handled_at IS NULL LIMIT 1')
    return rows.length === 0
  })
  return (performance.now() - began) / 1000
}

async function until<T>(look: () => Promise<T>): Promise<T> {
  while (true) {
    const seen = await look()
    if (seen) return seen
    await pause(50)
  }
}

await main()
