import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startApp, startProcess } from '../faults/product-process'
import { ChildProcesses } from '../world/child-processes'
import { migrate } from '../world/migrated-database'
import { build, isBuilt } from '../world/next-build'
import { freePort } from '../world/ports'
import { createDatabase, startThrowawayPostgres } from '../world/postgres'
import { stripeSignature } from '../world/stripe/webhooks/signature'
import { type Delivery, median, post } from './measure'

// npm run bench: how many webhooks a second Requite keeps, beside what the same machine can do at most in the same minute.
// Sides take turns, so that a machine that slows down slows all of them; medians of the rounds.

const ROUNDS = 5
const REQUESTS = 2000
const CONNECTIONS = 16
const SECRET = 'whsec_benchmark'

type Side = { name: string; url: string; deliveries: () => Delivery[]; status: number; perSecond: number[] }

async function main(): Promise<void> {
  const postgres = await startThrowawayPostgres()
  try {
    const databaseUrl = await createDatabase(postgres.adminUrl, 'bench')
    Object.assign(process.env, {
      DATABASE_URL: databaseUrl,
      STRIPE_SECRET_KEY: 'sk_test_benchmark',
      STRIPE_WEBHOOK_SECRET: SECRET,
      STRIPE_API_BASE: 'http://127.0.0.1:9',
      SMTP_URL: 'smtp://127.0.0.1:9',
      MAIL_FROM: 'Requite <refunds@requite.example>',
      AUTH_SECRET: 'a secret of the benchmark, long enough to pass',
    })
    await migrate(databaseUrl)
    const logs = mkdtempSync(path.join(tmpdir(), 'requite-bench-'))
    if (!isBuilt()) await build(new ChildProcesses(logs), process.env)
    rmSync(logs, { recursive: true })

    const barePort = await freePort()
    const [app, bare] = [await startApp(), startProcess(['e2e/bench/bare-inbox.ts'], { env: { PORT: `${barePort}` } })]
    await bare.said('ready')
    try {
      await compare(app.url, `http://127.0.0.1:${barePort}`)
    } finally {
      await Promise.all([app.end('SIGTERM'), bare.end('SIGTERM')])
    }
  } finally {
    await postgres.stop()
  }
}

async function compare(appUrl: string, bareUrl: string): Promise<void> {
  let kept: Delivery[] = []
  const fresh = () => {
    kept = Array.from({ length: REQUESTS }, newDelivery)
    return kept
  }
  const sides: Side[] = [
    // Every method that a route does not have is answered by a handler that does nothing.
    {
      name: 'empty POST route of the same build',
      url: `${appUrl}/api/health`,
      deliveries: fresh,
      status: 405,
      perSecond: [],
    },
    { name: 'webhooks, first delivery', url: `${appUrl}/api/stripe`, deliveries: fresh, status: 200, perSecond: [] },
    {
      name: 'webhooks, the same again',
      url: `${appUrl}/api/stripe`,
      deliveries: () => kept,
      status: 200,
      perSecond: [],
    },
    { name: 'node:http, verify, one statement', url: bareUrl, deliveries: fresh, status: 200, perSecond: [] },
  ]
  for (let round = 0; round <= ROUNDS; round++) {
    for (const side of sides) {
      const perSecond = await send(side)
      // The first round warms everything up.
      if (round > 0) side.perSecond.push(perSecond)
    }
  }
  const [empty = 0, first = 0, again = 0, bare = 0] = sides.map(({ perSecond }) => median(perSecond))
  for (const { name, perSecond } of sides) console.log(`${name.padEnd(38)}${Math.round(median(perSecond))} a second`)
  console.log(`
webhooks ÷ empty route      ${(first / empty).toFixed(2)}   (goal: at least 0.85)
webhooks ÷ bare node:http   ${(first / bare).toFixed(2)}   (goal: at least 0.40)
time of a duplicate ÷ first ${(first / again).toFixed(2)}   (goal: at most 0.80)`)
}

function newDelivery(): Delivery {
  const id = `evt_${randomUUID().replaceAll('-', '')}`
  const created = Math.floor(Date.now() / 1000)
  const refund = { id: 're_bench', object: 'refund', amount: 1000, currency: 'eur', status: 'succeeded', metadata: {} }
  const event = {
    id,
    object: 'event',
    api_version: '2026-10-28.endive',
    created,
    type: 'refund.updated',
    account: 'acct_bench',
  }
  const rawBody = JSON.stringify({ ...event, data: { object: refund }, livemode: false, pending_webhooks: 1 })
  return { rawBody, signature: stripeSignature(rawBody, [SECRET], created) }
}

/** Sends a side's deliveries over so many connections; returns how many a second were answered as they must be. */
async function send({ url, deliveries, status }: Side): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const waiting = deliveries().slice()
  const began = performance.now()
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        const got = await post(agent, url, next)
        if (got !== status) throw new Error(`${url} answered ${got}`)
      }
    }),
  )
  const seconds = (performance.now() - began) / 1000
  agent.destroy()
  return REQUESTS / seconds
}

await main()
