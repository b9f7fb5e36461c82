import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { db, disconnectDatabase } from '@/lib/db'
import { sweepRefunds } from '@/lib/refunds/sweep-refunds'
import { parseEvent, storeEvent, takeUpUnhandledEvents } from '@/lib/stripe/event-inbox'
import { type Desk, expectPromisesKept, forgetJobs, issueNote, openDesk, standing, trigger } from './desk'
import { type StripeWorld, startStripe } from './stripe-world'

let stripe: StripeWorld
let desk: Desk

beforeAll(async () => {
  stripe = await startStripe()
})
afterAll(async () => {
  await disconnectDatabase()
  await stripe.close()
})
beforeEach(async () => {
  await forgetJobs()
  desk = await openDesk(await stripe.openAccount())
  // A webhook that is lost is not found in Stripe's list either: the event that is kept is all there is.
  await stripe.plan({ kind: 'unavailable', method: 'GET', path: '/v1/events', times: 1000 })
})
afterEach(async () => {
  await db().$executeRaw`UPDATE stripe_events SET handled_at = now() WHERE handled_at IS NULL`
  await stripe.forgetFaults()
  await expectPromisesKept(stripe, desk)
})

/** Keeps an event as the door does, and loses its job as if its tries were used up. */
async function keepWithoutJob(rawBody: string): Promise<string> {
  const event = parseEvent(rawBody)
  if (!event) throw new Error('no event')
  await storeEvent(event)
  await forgetJobs()
  return event.id
}

/** The news that a refund of the note has been made, kept and never applied. */
async function unheardNews(): Promise<{ note: Awaited<ReturnType<typeof issueNote>>; eventId: string }> {
  const note = await issueNote(desk)
  await trigger(note)
  const [created] = await stripe.webhooksOf(desk.stripeAccountId, ['refund.created'])
  return { note, eventId: await keepWithoutJob(created?.rawBody ?? '') }
}

async function unreadableEvent(): Promise<string> {
  const { rawBody } = (await stripe.webhooksOf(desk.stripeAccountId, ['refund.created'])).at(-1) ?? { rawBody: '' }
  const told = z.looseObject({ data: z.looseObject({ object: z.looseObject({}) }) }).parse(JSON.parse(rawBody))
  const object = { ...told.data.object, amount: 'a form of next year' }
  return keepWithoutJob(JSON.stringify({ ...told, id: `evt_${randomUUID().replaceAll('-', '')}`, data: { object } }))
}

const timePasses = (eventId: string) =>
  db().$executeRaw`UPDATE stripe_events SET look_again_at = now() WHERE id = ${eventId}`

const eventOf = (id: string) => db().stripeEvent.findUniqueOrThrow({ where: { id } })

test('an event that nobody handles is applied by the sweep once it is some minutes old, and not before', async () => {
  const { note, eventId } = await unheardNews()
  expect((await sweepRefunds()).eventsTakenUp).toBe(0)
  expect(await standing(note)).toMatchObject({ refundStatus: 'requested' })
  await timePasses(eventId)
  expect(await sweepRefunds()).toMatchObject({ eventsTakenUp: 1, eventsUnreadable: 0 })
  expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded' })
  expect(await eventOf(eventId)).toMatchObject({ handledAt: expect.any(Date), outcome: 'applied' })
  await timePasses(eventId)
  expect((await sweepRefunds()).eventsTakenUp).toBe(0)
})

test('an event that cannot be read is never called handled: it is counted, and tried again with growing gaps', async () => {
  await unheardNews()
  const eventId = await unreadableEvent()
  const gaps: number[] = []
  for (let look = 1; look <= 3; look++) {
    await timePasses(eventId)
    const before = Date.now()
    expect(await sweepRefunds()).toMatchObject({ eventsUnreadable: 1 })
    const event = await eventOf(eventId)
    expect(event).toMatchObject({ handledAt: null, outcome: 'unreadable', looks: look })
    gaps.push(Math.round(((event.lookAgainAt?.getTime() ?? 0) - before) / 60_000))
  }
  expect(gaps).toEqual([4, 8, 16])
  expect((await sweepRefunds()).eventsTakenUp).toBe(0)
})

test('a version that can read what an older one could not applies it', async () => {
  const { note, eventId } = await unheardNews()
  await db()
    .$executeRaw`UPDATE stripe_events SET outcome = 'unreadable', looks = 12, look_again_at = now() WHERE id = ${eventId}`
  await sweepRefunds()
  expect(await standing(note)).toMatchObject({ refundStatus: 'succeeded' })
  expect(await eventOf(eventId)).toMatchObject({ handledAt: expect.any(Date), outcome: 'applied' })
})

test('takers at the same time share the unhandled events, the oldest first, and none waits for another', async () => {
  const { eventId: oldest } = await unheardNews()
  const ids = [oldest, await unreadableEvent(), await unreadableEvent(), await unreadableEvent()]
  for (const id of ids) await timePasses(id)
  expect(await takeUpUnhandledEvents(1)).toEqual([oldest])
  const shares = await Promise.all([takeUpUnhandledEvents(2), takeUpUnhandledEvents(2)])
  expect(shares.flat().toSorted()).toEqual(ids.slice(1).toSorted())
})
