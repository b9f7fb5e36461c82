import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { db } from '@/lib/db'
import type { VerifiedEvent } from './event-inbox'
import { keepEvent } from './keep-event'

function newEvent(rawBody = '{"data":{"object":{}}}'): VerifiedEvent {
  const id = `evt_${randomUUID().replaceAll('-', '')}`
  return { id, type: 'refund.updated', stripeAccountId: null, createdAt: new Date(), rawBody }
}

async function kept(events: VerifiedEvent[]): Promise<number> {
  return db().stripeEvent.count({ where: { id: { in: events.map(({ id }) => id) } } })
}

async function jobsOf(events: VerifiedEvent[]): Promise<number> {
  const [jobs] = await db().$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM graphile_worker._private_jobs
    WHERE payload->>'eventId' = ANY(${events.map(({ id }) => id)}::text[])`
  return jobs?.count ?? 0
}

test('of many events at once each is kept, with one job each', async () => {
  const events = Array.from({ length: 300 }, () => newEvent())
  const answers = await Promise.all([...events, ...events].map(keepEvent))
  expect(new Set(answers)).toEqual(new Set([true]))
  expect(await kept(events)).toBe(events.length)
  expect(await jobsOf(events)).toBe(events.length)
})

test('one that can’t be kept takes none of those it came with along', async () => {
  const broken = newEvent('no JSON at all')
  const before = Array.from({ length: 5 }, () => newEvent())
  const after = Array.from({ length: 5 }, () => newEvent())
  const answers = await Promise.allSettled([...before, broken, ...after].map(keepEvent))
  expect(answers.map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(1)
  expect(answers[before.length]?.status).toBe('rejected')
  expect(await kept([...before, ...after])).toBe(10)
  expect(await kept([broken])).toBe(0)
})

test('when too many wait, the next is told to come again, and every one that was taken is kept', async () => {
  const events = Array.from({ length: 1500 }, () => newEvent())
  const answers = await Promise.all(events.map(keepEvent))
  const taken = events.filter((_event, index) => answers[index])
  expect(taken.length).toBeGreaterThanOrEqual(1000)
  expect(taken.length).toBeLessThan(events.length)
  expect(await kept(events)).toBe(taken.length)
  expect(await keepEvent(newEvent())).toBe(true)
})

test('letters that PostgreSQL’s JSON can’t hold are kept as what stands in for them', async () => {
  const event = newEvent('{"name":"a\\u0000b\\ud800c\\udc00d","whole":"\\ud83d\\ude00"}')
  expect(await keepEvent(event)).toBe(true)
  const { payload } = await db().stripeEvent.findUniqueOrThrow({ where: { id: event.id } })
  expect(payload).toEqual({ name: 'a\ufffdb\ufffdc\ufffdd', whole: '😀' })
})
