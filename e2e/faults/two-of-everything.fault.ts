import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createApiKey } from '@/lib/auth/api-keys'
import { db, disconnectDatabase } from '@/lib/db'
import { expectEachMailOnce, forgetOthers, type Mail, startMail } from '../crash/crash-world'
import {
  type Desk,
  emailsOf,
  forgetJobs,
  issueNote,
  letLeaseLapse,
  type Note,
  openDesk,
  standing,
  timelineOf,
  trigger,
} from '../refunds/desk'
import { type Delivery, type StripeWorld, startStripe } from '../refunds/stripe-world'
import { ChildProcesses } from '../world/child-processes'
import { build, isBuilt } from '../world/next-build'
import { stripeSignature } from '../world/stripe/webhooks/signature'
import { type ProductProcess, startApp, startWorker } from './product-process'

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

type App = Awaited<ReturnType<typeof startApp>>

let stripe: StripeWorld
let mail: Mail
let apps: [App, App]
let desk: Desk
let authorization: string
const workers: ProductProcess[] = []

beforeAll(async () => {
  const logs = mkdtempSync(path.join(tmpdir(), 'requite-faults-'))
  if (!isBuilt()) await build(new ChildProcesses(logs), process.env)
  rmSync(logs, { recursive: true })
  stripe = await startStripe()
  mail = await startMail()
  apps = await Promise.all([startApp(), startApp()])
  // Each opens its connections: what a cold start costs on a busy machine is not what this is about.
  await Promise.all(apps.flatMap((app) => Array.from({ length: 10 }, () => fetch(`${app.url}/api/health`))))
}, 600_000)
afterAll(async () => {
  await Promise.all(apps.map((app) => app.end('SIGTERM')))
  await disconnectDatabase()
  await mail.close()
  await stripe.close()
})
beforeEach(async () => {
  await forgetOthers()
  await mail.empty()
  desk = await openDesk(await stripe.openAccount())
  authorization = `Bearer ${(await createApiKey(desk.freelancerId, 'faults')).key}`
})
afterEach(async () => {
  await stripe.forgetFaults()
  await Promise.all(workers.splice(0).map((worker) => worker.end('SIGTERM')))
})

async function startWorkers(...surroundings: Parameters<typeof startWorker>[0][]): Promise<ProductProcess[]> {
  const started = await Promise.all(surroundings.map((one) => startWorker(one)))
  workers.push(...started)
  return started
}

const asksForRefund = { method: 'POST', path: '/v1/refunds' }

/** A note whose refund Stripe has refused once; nothing is planned by itself. */
async function failedNote(): Promise<Note> {
  const note = await issueNote(desk)
  await stripe.plan({ kind: 'refusal', code: 'charge_disputed', ...asksForRefund })
  await trigger(note)
  expect(await standing(note)).toMatchObject({ refundStatus: 'failed' })
  await forgetJobs()
  return note
}

function press(app: App, note: Note, init: RequestInit = {}): Promise<Response> {
  const url = `${app.url}/api/credit-notes/${note.creditNoteId}/retry-refund`
  return fetch(url, { method: 'POST', headers: { authorization }, ...init })
}

function deliverTo(app: App, { rawBody, signature }: Delivery): Promise<Response> {
  return fetch(`${app.url}/api/stripe`, { method: 'POST', headers: { 'stripe-signature': signature }, body: rawBody })
}

async function timesAsked(): Promise<number> {
  const calls = await stripe.callsFor(desk.stripeAccountId)
  return calls.filter(({ method, path }) => method === 'POST' && path === '/v1/refunds').length
}

async function mailsSent(): Promise<number> {
  return db().outboxEmail.count({ where: { freelancerId: desk.freelancerId, state: 'sent' } })
}

/** Of many, every other goes to the other. */
function turn<T>(pair: readonly [T, T], index: number): T {
  return index % 2 === 0 ? pair[0] : pair[1]
}

/** The same news as an event of its own. */
function toldAnew(delivery: Delivery, id: string): Delivery {
  const rawBody = JSON.stringify({ ...z.looseObject({}).parse(JSON.parse(delivery.rawBody)), id })
  const secret = String(process.env.STRIPE_WEBHOOK_SECRET)
  return { ...delivery, id, rawBody, signature: stripeSignature(rawBody, [secret], Math.floor(Date.now() / 1000)) }
}

/** Asks again and again for some seconds; each is answered 200. Returns how many seconds it took. */
async function keepAsking(ask: () => Promise<Response>, seconds: number): Promise<number> {
  const began = performance.now()
  while (performance.now() - began < seconds * 1000) {
    const answer = await ask()
    await answer.text()
    expect(answer.status).toBe(200)
  }
  return (performance.now() - began) / 1000
}

async function untilStatus(note: Note, refundStatus: string, timeout = 30_000): Promise<void> {
  await expect.poll(() => standing(note), { timeout, interval: 50 }).toMatchObject({ refundStatus, attemptOpen: false })
}

/** Booked as made; the sweep may have read by now that it is completed. */
async function untilOnItsWay(note: Note): Promise<void> {
  const booked = { refundStatus: expect.stringMatching(/^(requested|succeeded)$/), attemptOpen: false }
  await expect.poll(() => standing(note), { timeout: 40_000, interval: 50 }).toMatchObject(booked)
}

describe('two apps and two workers on one database behave as one', () => {
  test('Retry pressed twenty times over both apps asks Stripe once; the others are refused with the status', async () => {
    const note = await failedNote()
    const before = await timesAsked()
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => press(turn(apps, at), note)))
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 409)).toHaveLength(19)
    for (const refused of answers.filter(({ status }) => status === 409)) {
      expect(await refused.json()).toMatchObject({
        error: { code: 'refund_not_retryable', details: { status: expect.stringMatching(/^(pending|requested)$/) } },
      })
    }
    await untilOnItsWay(note)
    expect((await timesAsked()) - before).toBe(1)
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(1)
  })

  test('fifty deliveries of one event at once over both apps: 200 each, one effect, one email', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    await startWorkers({}, {})
    const [delivery] = await stripe.webhooksOf(desk.stripeAccountId, ['refund.created'])
    if (!delivery) throw new Error('no webhook')
    const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => deliverTo(turn(apps, at), delivery)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    await untilStatus(note, 'succeeded')
    expect(await db().stripeEvent.count({ where: { id: delivery.id } })).toBe(1)
    expect((await timelineOf(note)).filter(({ kind }) => kind === 'refund_succeeded')).toHaveLength(1)
    expect(await emailsOf(note)).toEqual(['refund_completed'])
    await expect.poll(mailsSent, { timeout: 30_000 }).toBe(2)
    await expectEachMailOnce(mail, desk)
  })

  test('a worker that is killed in the midst of a job: the other has its job within ten seconds', async () => {
    const [doomed] = await startWorkers({})
    await mail.plan({ mode: 'hang', times: 1 })
    await issueNote(desk)
    const triesOfMail = async () =>
      (await db().outboxEmail.findFirst({ where: { freelancerId: desk.freelancerId } }))?.tries
    await expect.poll(triesOfMail, { timeout: 20_000, interval: 50 }).toBe(1)
    await startWorkers({})
    await doomed?.end('SIGKILL')
    const killed = performance.now()
    await expect.poll(triesOfMail, { timeout: 20_000, interval: 50 }).toBe(2)
    expect(performance.now() - killed).toBeLessThan(10_000)
    await expect.poll(mailsSent, { timeout: 30_000, interval: 50 }).toBe(1)
    await expectEachMailOnce(mail, desk)
  })

  test('two workers whose clocks are ten minutes off, one each way: nothing is asked twice, nothing is sent twice', async () => {
    const offBy = (minutes: number) => ({
      preload: ['./e2e/faults/shift-clock.mjs'],
      env: { CLOCK_OFF_BY: String(minutes * 60_000) },
    })
    const notes = [await issueNote(desk), await issueNote(desk), await issueNote(desk)]
    // One of them was left behind by a process that is still alive: its lease holds on every clock.
    const [held] = notes
    if (!held) throw new Error('no note')
    await stripe.plan({ kind: 'timeout_before', milliseconds: 20, ...asksForRefund })
    await trigger(held)
    await db().$executeRaw`
      UPDATE refund_attempts SET state = 'in_flight', lease_until = now() + interval '5 minutes'
      WHERE credit_note_id = ${held.creditNoteId}::uuid`
    const before = await timesAsked()
    await startWorkers(offBy(10), offBy(-10))
    for (const note of notes.slice(1)) await untilOnItsWay(note)
    expect((await timesAsked()) - before).toBe(2)
    expect(await standing(held)).toMatchObject({ refundStatus: 'pending', attemptOpen: true })

    await letLeaseLapse(held)
    await db().$executeRaw`SELECT graphile_worker.add_job('sweep-refunds')`
    await untilOnItsWay(held)
    for (const delivery of await stripe.webhooksOf(desk.stripeAccountId)) await deliverTo(apps[0], delivery)
    for (const note of notes) await untilStatus(note, 'succeeded')
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(3)
    await expect.poll(mailsSent, { timeout: 30_000 }).toBe(6)
    await expectEachMailOnce(mail, desk)
  })
})

describe('told to stop (SIGTERM)', () => {
  test('an app with twenty requests open answers each of them, and then it is gone', async () => {
    const app = await startApp()
    const notes: Note[] = []
    for (let at = 0; at < 20; at++) notes.push(await failedNote())
    await stripe.plan({ kind: 'delay_after', milliseconds: 1000, times: 20, ...asksForRefund })
    const before = await timesAsked()
    const answers = notes.map((note) => press(app, note))
    await expect.poll(async () => (await timesAsked()) - before, { timeout: 20_000, interval: 20 }).toBe(20)
    const ended = app.end('SIGTERM')
    for (const answer of await Promise.all(answers)) {
      expect(answer.status).toBe(200)
      expect(await answer.json()).toMatchObject({ refundStatus: expect.stringMatching(/^(pending|requested)$/) })
    }
    // By its own hand after the last answer: 128 + SIGTERM, not the signal itself.
    expect(await ended).toBe(143)
    await expect(fetch(app.url)).rejects.toThrow()
    // Where Stripe's answer came after the person's, nobody was left to book it: a worker finds it, one refund each.
    for (const note of notes) await letLeaseLapse(note)
    await startWorkers({})
    for (const note of notes) await untilOnItsWay(note)
    expect(await stripe.refundsOf(desk.stripeAccountId)).toHaveLength(20)
  })

  test('a worker finishes the refund it is at, and leaves nothing locked', async () => {
    const note = await issueNote(desk)
    await stripe.plan({ kind: 'delay_after', milliseconds: 1000, ...asksForRefund })
    const [worker] = await startWorkers({})
    await expect.poll(timesAsked, { timeout: 20_000, interval: 20 }).toBe(1)
    expect(await worker?.end('SIGTERM')).toBe(0)
    expect(await standing(note)).toMatchObject({
      refundStatus: expect.stringMatching(/^(requested|succeeded)$/),
      attemptOpen: false,
    })
    const [locked] = await db().$queryRaw<{ jobs: number }[]>`
      SELECT count(*)::int AS jobs FROM graphile_worker.jobs WHERE locked_at IS NOT NULL`
    expect(locked).toEqual({ jobs: 0 })
  })
})

describe('a flood of webhooks', () => {
  // How long the desk waits is for the benchmark to say (npm run bench:flood): here all share the machine's cores.
  test('is answered 200 or shed with 503, gives way to the desk, and every event that was taken is applied', async () => {
    const note = await issueNote(desk)
    await trigger(note)
    const [delivery] = await stripe.webhooksOf(desk.stripeAccountId, ['refund.created'])
    if (!delivery) throw new Error('no webhook')
    await startWorkers({})
    const atDesk = () => fetch(`${apps[0].url}/api/credit-notes`, { headers: { authorization } })
    await keepAsking(atDesk, 1)

    let flooding = true
    const answers: { status: number; retryAfter: string | null }[] = []
    const taken = new Set<string>()
    const caller = async (from: number) => {
      for (let sent = 0; flooding; sent++) {
        const told = toldAnew(delivery, `evt_flood${from}x${sent}`)
        const { status, headers } = await deliverTo(apps[0], told)
        answers.push({ status, retryAfter: headers.get('retry-after') })
        if (status === 200) taken.add(told.id)
      }
    }
    const flood = Array.from({ length: 12 }, (_, from) => caller(from))
    const seconds = await keepAsking(atDesk, 6).finally(() => {
      flooding = false
    })
    const answeredMeanwhile = answers.length
    await Promise.all(flood)

    expect(taken.size).toBeGreaterThan(0)
    const shed = answers.filter(({ status }) => status !== 200)
    for (const answer of shed) expect(answer).toEqual({ status: 503, retryAfter: expect.stringMatching(/^\d+$/) })
    // Twenty a second, and those that were at the door.
    expect(answeredMeanwhile).toBeLessThanOrEqual(Math.ceil(seconds * 20) + 12)
    const applied = () => db().stripeEvent.count({ where: { id: { in: [...taken] }, handledAt: { not: null } } })
    await expect.poll(applied, { timeout: 60_000, interval: 200 }).toBe(taken.size)
    await untilStatus(note, 'succeeded')
    expect((await emailsOf(note)).filter((moment) => moment === 'refund_completed')).toHaveLength(1)
  })
})
