import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { db, disconnectDatabase } from '@/lib/db'
import { forgetOthers, type Mail, startMail } from '../crash/crash-world'
import { type Desk, issueNote, letLeaseLapse, type Note, openDesk, standing } from '../refunds/desk'
import { type StripeWorld, startStripe } from '../refunds/stripe-world'
import { type ProductProcess, startWorker } from './product-process'
import { startWire, type Wire } from './proxy'

// Starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

let stripe: StripeWorld
let mail: Mail
let desk: Desk
let wire: Wire
let worker: ProductProcess

beforeAll(async () => {
  stripe = await startStripe()
  mail = await startMail()
})
afterAll(async () => {
  await disconnectDatabase()
  await mail.close()
  await stripe.close()
})
beforeEach(async () => {
  await forgetOthers()
  desk = await openDesk(await stripe.openAccount())
  wire = await startWire(String(process.env.DATABASE_URL))
})
afterEach(async () => {
  await stripe.forgetFaults()
  await worker.end('SIGKILL')
  await wire.close()
})

/** A worker whose way to the database leads over the wire. */
async function startWiredWorker(): Promise<void> {
  worker = await startWorker({ env: { DATABASE_URL: wire.through(String(process.env.DATABASE_URL)) } })
}

async function timesCalled(method: string, path: string): Promise<number> {
  const calls = await stripe.callsFor(desk.stripeAccountId)
  return calls.filter((call) => call.method === method && call.path === path).length
}

async function jobsHeld(): Promise<number> {
  const [row] = await db().$queryRaw<{ held: number }[]>`
    SELECT count(*)::int AS held FROM graphile_worker.jobs WHERE locked_at IS NOT NULL`
  return row?.held ?? 0
}

/** Waits until Stripe's answer is booked, once, and nothing is held any more. */
async function expectOneRefund(note: Note): Promise<void> {
  const booked = { refundStatus: expect.stringMatching(/^(requested|succeeded)$/), attemptOpen: false }
  await expect.poll(() => standing(note), { timeout: 60_000, interval: 50 }).toMatchObject(booked)
  expect(await timesCalled('POST', '/v1/refunds')).toBe(1)
  expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
  await expect.poll(jobsHeld, { timeout: 20_000, interval: 50 }).toBe(0)
}

describe('the database goes away, and comes back to the same worker', () => {
  test('the refund that it was asking for is booked, and asked for once', async () => {
    await stripe.plan({ kind: 'delay_after', milliseconds: 4000, method: 'POST', path: '/v1/refunds' })
    const note = await issueNote(desk)
    await startWiredWorker()
    await expect.poll(() => timesCalled('POST', '/v1/refunds'), { timeout: 20_000, interval: 20 }).toBe(1)
    await wire.refuse()
    await worker.said('triggering a refund was cut short')
    await worker.said('heartbeat missed')
    await wire.pass()

    await letLeaseLapse(note)
    await db().$executeRaw`SELECT graphile_worker.add_job('sweep-refunds')`
    await expectOneRefund(note)
  })

  test('a job that failed for it is put back, and the next jobs are done', async () => {
    await stripe.plan({ kind: 'delay_after', milliseconds: 4000, method: 'GET', path: '/v1/events' })
    await startWiredWorker()
    await expect.poll(() => timesCalled('GET', '/v1/events'), { timeout: 20_000, interval: 20 }).toBe(1)
    await wire.refuse()
    await worker.said('a part of the sweep was cut short')
    await worker.said('heartbeat missed')
    await wire.pass()

    await expectOneRefund(await issueNote(desk))
  })
})

test('a database that may only be read for a while ends no worker either', async () => {
  const url = String(process.env.DATABASE_URL)
  const outside = new pg.Client({ connectionString: url })
  await outside.connect()
  const database = pg.escapeIdentifier(new URL(url).pathname.slice(1))
  // What holds for a database holds for connections to come.
  const reconnect = async () => {
    await wire.refuse()
    await wire.pass()
  }
  await stripe.plan({ kind: 'delay_after', milliseconds: 4000, method: 'GET', path: '/v1/events' })
  await startWiredWorker()
  await expect.poll(() => timesCalled('GET', '/v1/events'), { timeout: 20_000, interval: 20 }).toBe(1)
  await outside.query(`ALTER DATABASE ${database} SET default_transaction_read_only = on`)
  try {
    await reconnect()
    await worker.said('heartbeat missed')
  } finally {
    await outside.query(`ALTER DATABASE ${database} RESET default_transaction_read_only`)
    await outside.end()
  }
  await reconnect()

  await expectOneRefund(await issueNote(desk))
})

test('told to stop (SIGTERM) while the database is away, a worker does not wait for it', async () => {
  await startWiredWorker()
  await wire.refuse()
  await worker.said('heartbeat missed')
  expect(await worker.end('SIGTERM')).toBe(1)
})
