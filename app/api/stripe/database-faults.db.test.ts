import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import Stripe from 'stripe'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { db, disconnectDatabase } from '@/lib/db'
import { log } from '@/lib/log'
import { startWire } from '../../../e2e/faults/proxy'
import { POST } from './route'

// The app reaches its database over a wire that the tests hold; they themselves look on another one.
const directUrl = String(process.env.DATABASE_URL)
const wire = await startWire(directUrl)
process.env.DATABASE_URL = wire.through(directUrl)
const outside = new pg.Client({ connectionString: directUrl })
await outside.connect()

/** Nothing hangs longer than this, in milliseconds (faults.md F46). */
const LONGEST = 5000

beforeEach(async () => {
  await wire.pass()
  await outside.query('TRUNCATE stripe_events')
  await outside.query('DELETE FROM graphile_worker._private_jobs')
})
afterAll(async () => {
  await outside.end()
  await wire.close()
  await disconnectDatabase()
})

function newEvent(): string {
  const id = `evt_${randomUUID().replaceAll('-', '')}`
  const object = { id: 're_1', object: 'refund' }
  const created = Math.floor(Date.now() / 1000)
  return JSON.stringify({ id, object: 'event', type: 'refund.updated', created, data: { object } })
}

function deliver(payload = newEvent()): Promise<Response> {
  const secret = String(process.env.STRIPE_WEBHOOK_SECRET)
  const headers = { 'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload, secret }) }
  return POST(new Request('http://localhost/api/stripe', { method: 'POST', body: payload, headers }))
}

async function kept() {
  const { rows } = await outside.query(`
    SELECT (SELECT count(*)::int FROM stripe_events) AS events, (SELECT count(*)::int FROM graphile_worker.jobs) AS jobs`)
  return rows[0]
}

async function timed(answer: Promise<Response>): Promise<{ status: number; ms: number }> {
  const began = performance.now()
  const { status } = await answer
  return { status, ms: performance.now() - began }
}

describe('the database', () => {
  test('is down when Stripe calls: never 200, and the same delivery is taken once it is back', async () => {
    const event = newEvent()
    expect((await deliver()).status).toBe(200)
    await wire.refuse()
    const down = await timed(deliver(event))
    expect(down.status).toBe(503)
    expect(down.ms).toBeLessThan(LONGEST)
    await wire.pass()
    expect((await deliver(event)).status).toBe(200)
    expect(await kept()).toEqual({ events: 2, jobs: 2 })
  })

  test('falls silent when Stripe calls: 503 within five seconds', async () => {
    expect((await deliver()).status).toBe(200)
    wire.stall()
    const silent = await timed(deliver())
    expect(silent.status).toBe(503)
    expect(silent.ms).toBeLessThan(LONGEST)
    await wire.refuse()
  })

  test('is read-only: 503, nothing kept, and taken as soon as it may be written', async () => {
    const name = new URL(directUrl).pathname.slice(1)
    const event = newEvent()
    await outside.query(`ALTER DATABASE ${pg.escapeIdentifier(name)} SET default_transaction_read_only = on`)
    await reconnect()
    expect((await deliver(event)).status).toBe(503)
    await outside.query(`ALTER DATABASE ${pg.escapeIdentifier(name)} RESET default_transaction_read_only`)
    await reconnect()
    expect(await kept()).toEqual({ events: 0, jobs: 0 })
    expect((await deliver(event)).status).toBe(200)
    expect(await kept()).toEqual({ events: 1, jobs: 1 })
  })

  test('commits, but its answer is lost: not 200, and the redelivery is a no-op', async () => {
    const event = newEvent()
    await db().$queryRaw`SELECT 1`
    wire.loseAnswerTo('INSERT INTO stripe_events')
    expect((await deliver(event)).status).toBe(503)
    expect(wire.answersLost()).toBe(1)
    await expect.poll(kept).toEqual({ events: 1, jobs: 1 })
    expect((await deliver(event)).status).toBe(200)
    expect(await kept()).toEqual({ events: 1, jobs: 1 })
  })

  test('holds a lock and every connection waits for it: each delivery is answered 503 within five seconds', async () => {
    await outside.query('BEGIN')
    await outside.query('LOCK TABLE stripe_events IN ACCESS EXCLUSIVE MODE')
    const crowd = (size: number) => Array.from({ length: size }, () => timed(deliver()))
    const first = crowd(20)
    // These find every connection taken, and the lock still held once they get one.
    await setTimeout(1000)
    const answers = await Promise.all([...first, ...crowd(400)])
    await outside.query('ROLLBACK')
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]))
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(LONGEST)
    expect(await kept()).toEqual({ events: 0, jobs: 0 })
    expect((await deliver()).status).toBe(200)
  })
})

test('more webhooks than may wait at a time: shed with 503 and Retry-After, and each that is answered 200 is kept', async () => {
  await outside.query('BEGIN')
  await outside.query('LOCK TABLE stripe_events IN ACCESS EXCLUSIVE MODE')
  const said = vi.spyOn(log, 'warn')
  const answers = Array.from({ length: 1500 }, () => deliver())
  // While the lock is held nothing else is answered.
  await Promise.race(answers)
  await outside.query('ROLLBACK')
  const counts = new Map<number, number>()
  for (const { status, headers } of await Promise.all(answers)) {
    counts.set(status, (counts.get(status) ?? 0) + 1)
    if (status !== 200) expect(headers.get('retry-after')).toMatch(/^\d+$/)
  }
  expect([...counts.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([])
  expect(counts.get(503)).toBeGreaterThan(0)
  // Turned away for their number, and not only because the lock was waited for in vain.
  expect(said.mock.calls.filter(([, words]) => words === 'event not kept: too many wait').length).toBeGreaterThan(0)
  const taken = counts.get(200) ?? 0
  expect(await kept()).toEqual({ events: taken, jobs: taken })
})

/** Settings of a database reach new connections only. */
async function reconnect(): Promise<void> {
  await wire.refuse()
  await wire.pass()
}
