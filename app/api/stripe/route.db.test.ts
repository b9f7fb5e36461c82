import { randomUUID } from 'node:crypto'
import Stripe from 'stripe'
import { beforeEach, expect, test } from 'vitest'
import { RATE_LIMITS } from '@/lib/auth/rate-limit-rules'
import { db } from '@/lib/db'
import { POST } from './route'

// While a secret rolls, both are ours.
const [OLD, NEW, OTHER] = ['whsec_old', 'whsec_new', 'whsec_of_somebody_else']
process.env.STRIPE_WEBHOOK_SECRET = `${OLD},${NEW}`

beforeEach(async () => {
  await db().$executeRaw`TRUNCATE stripe_events, rate_limits`
})

function eventBody(over: Record<string, unknown> = {}): string {
  const id = `evt_${randomUUID().replaceAll('-', '')}`
  const object = { id: 're_1', object: 'refund' }
  const created = Math.floor(Date.now() / 1000)
  return JSON.stringify({ id, object: 'event', type: 'refund.updated', created, data: { object }, ...over })
}

function sign(payload: string, { secret = OLD, secondsAgo = 0 } = {}): string {
  const timestamp = Math.floor(Date.now() / 1000) - secondsAgo
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp })
}

function deliver(body: string, signature: string | null = sign(body)): Promise<Response> {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' }
  if (signature !== null) headers['stripe-signature'] = signature
  return POST(new Request('http://localhost/api/stripe', { method: 'POST', body, headers }))
}

async function kept(): Promise<{ events: number; jobs: number }> {
  const [jobs] = await db().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM graphile_worker.jobs WHERE task_identifier = 'apply-stripe-event'`
  return { events: await db().stripeEvent.count(), jobs: jobs?.count ?? 0 }
}

test('an event is kept with its job before it is answered 200', async () => {
  const before = await kept()
  expect((await deliver(eventBody())).status).toBe(200)
  expect(await kept()).toEqual({ events: 1, jobs: before.jobs + 1 })
})

test('the same delivery a hundred times, one after the other and all at once, is kept once', async () => {
  const before = await kept()
  const body = eventBody()
  for (let i = 0; i < 50; i++) expect((await deliver(body)).status).toBe(200)
  const crowd = await Promise.all(Array.from({ length: 50 }, () => deliver(body)))
  expect(new Set(crowd.map(({ status }) => status))).toEqual(new Set([200]))
  expect(await kept()).toEqual({ events: 1, jobs: before.jobs + 1 })
})

test('fifty deliveries at once of one new event are kept once', async () => {
  const before = await kept()
  const body = eventBody()
  const crowd = await Promise.all(Array.from({ length: 50 }, () => deliver(body)))
  expect(new Set(crowd.map(({ status }) => status))).toEqual(new Set([200]))
  expect(await kept()).toEqual({ events: 1, jobs: before.jobs + 1 })
})

const body = eventBody()
const signed = sign(body)
const [timePart = '', ownSignature] = signed.split(',')
test.each([
  ['no signature', body, null],
  ['an empty signature', body, ''],
  ['a signature that is none', body, 't=1,v1=deadbeef'],
  ['somebody else’s secret', body, sign(body, { secret: OTHER })],
  ['only a v0 signature', body, sign(body).replace('v1=', 'v0=')],
  ['one byte altered', body.replace('refund.updated', 'refund.updateD'), sign(body)],
  ['another time than the signed one', body, `t=${Number(timePart.slice(2)) - 1},${ownSignature}`],
  ['a time six minutes ago', body, sign(body, { secondsAgo: 360 })],
  ['a time an hour ahead', body, sign(body, { secondsAgo: -3600 })],
  ['a time that is no time', body, signed.replace(timePart, 't=soon')],
])('%s is answered 400 and leaves no row', async (_what, sent, signature) => {
  const response = await deliver(sent, signature)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { code: 'invalid_signature' } })
  expect(await db().stripeEvent.count()).toBe(0)
})

test('while a secret rolls, either signs, and so do both together', async () => {
  const both = `${sign(body, { secret: OTHER })},${sign(body, { secret: NEW }).split(',')[1]}`
  for (const signature of [sign(body, { secret: OLD }), sign(body, { secret: NEW }), both]) {
    expect((await deliver(body, signature)).status).toBe(200)
  }
})

test('a signature is good for five minutes, not for less', async () => {
  expect((await deliver(body, sign(body, { secondsAgo: 290 }))).status).toBe(200)
})

test.each([
  ['half an object', '{"id":'],
  ['a bare word', '"evt_1"'],
  ['null', 'null'],
  ['an event without an id', eventBody({ id: undefined })],
  ['an event whose id is no event’s', eventBody({ id: 'evt_1; drop table stripe_events' })],
  ['an event from the year 300000', eventBody({ created: 9_999_999_999_999 })],
])('%s, rightly signed, is answered 400 and harms nothing', async (_what, sent) => {
  const response = await deliver(sent)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { code: 'malformed_event' } })
  expect(await db().stripeEvent.count()).toBe(0)
})

test('an event of a kind that nobody knows is kept and answered 200', async () => {
  expect((await deliver(eventBody({ type: 'invoice.will_be_due' }))).status).toBe(200)
  expect(await db().stripeEvent.count()).toBe(1)
})

test('a client’s name with a NUL in it does not make an event undeliverable', async () => {
  expect((await deliver(eventBody({ data: { object: { name: 'Ada\u0000' } } }))).status).toBe(200)
})

test('what could not be kept is never answered 200, and is taken once the database is well', async () => {
  await db().$executeRaw`ALTER TABLE stripe_events RENAME TO stripe_events_away`
  const refused = await deliver(body)
  await db().$executeRaw`ALTER TABLE stripe_events_away RENAME TO stripe_events`
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).not.toBeNull()
  expect((await deliver(body)).status).toBe(200)
})

test('whoever sends too many bad signatures is told to wait; Stripe’s own deliveries from there are still taken', async () => {
  const { times } = RATE_LIMITS.bad_signature_per_address
  const answers = new Set<number>()
  for (let i = 0; i <= times; i++) answers.add((await deliver('{}', 't=1,v1=0')).status)
  expect(answers).toEqual(new Set([400, 429]))
  expect((await deliver(body)).status).toBe(200)
})
