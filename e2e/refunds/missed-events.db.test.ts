import { afterAll, beforeAll, expect, test } from 'vitest'
import { db, disconnectDatabase } from '@/lib/db'
import { fetchMissedEvents } from '@/lib/stripe/fetch-missed-events'
import { type Desk, issueNote, openDesk } from './desk'
import { type StripeWorld, startStripe } from './stripe-world'

let stripe: StripeWorld

beforeAll(async () => {
  stripe = await startStripe()
})
afterAll(async () => {
  await disconnectDatabase()
  await stripe.close()
})

async function deskWithMissedEvents(): Promise<Desk> {
  const desk = await openDesk(await stripe.openAccount())
  await issueNote(desk)
  return desk
}

test('an account whose list never answers does not keep the others from being read', async () => {
  const desks = [await deskWithMissedEvents(), await deskWithMissedEvents()]
  for (const { stripeAccountId: account } of desks)
    await stripe.plan({ kind: 'reset_before', method: 'GET', path: '/v1/events', times: 1000, account })

  // Time for one account a look, as when each holds the sweep until its deadline.
  const oneAccount = async () => {
    const { missed } = await fetchMissedEvents(() => false, 1)
    return missed.map(({ freelancerId }) => freelancerId)
  }
  expect(await oneAccount()).toEqual([])
  const [silent] = (await stripe.allCalls()).filter(({ path }) => path === '/v1/events')
  const other = desks.find(({ stripeAccountId }) => stripeAccountId !== silent?.account)
  await stripe.forgetFaults()
  await stripe.plan({
    kind: 'reset_before',
    method: 'GET',
    path: '/v1/events',
    times: 1000,
    account: silent?.account ?? '',
  })
  expect(await oneAccount()).toEqual([other?.freelancerId])
})

test('a list that did not answer is asked again soon, not only at the account’s next turn', async () => {
  const desk = await deskWithMissedEvents()
  await stripe.plan({ kind: 'reset_before', method: 'GET', path: '/v1/events', account: desk.stripeAccountId })
  const heard = async () => (await fetchMissedEvents(() => false)).missed.map(({ freelancerId }) => freelancerId)
  expect(await heard()).not.toContain(desk.freelancerId)
  await db().$executeRaw`UPDATE event_cursors SET read_at = read_at - interval '15 seconds'`
  expect(await heard()).toContain(desk.freelancerId)
})

test('an account is read again within half a minute, so that two messages lost one after the other cost no more than one', async () => {
  const desk = await deskWithMissedEvents()
  const isRead = async () => {
    const before = (await stripe.callsFor(desk.stripeAccountId)).length
    await fetchMissedEvents(() => false)
    return (await stripe.callsFor(desk.stripeAccountId)).length > before
  }
  expect(await isRead()).toBe(true)
  expect(await isRead()).toBe(false)
  await db().$executeRaw`UPDATE event_cursors SET read_at = read_at - interval '30 seconds'`
  expect(await isRead()).toBe(true)
})

test('an event that was listed only after every look by time had passed it is found as undelivered', async () => {
  await stripe.act('/deliveries/pause')
  const desk = await deskWithMissedEvents()
  const kept = () => db().stripeEvent.count({ where: { stripeAccountId: desk.stripeAccountId } })
  await db().$executeRaw`
    UPDATE event_cursors SET read_until = now() + interval '1 hour', read_at = now() - interval '1 hour'
    WHERE stripe_account_id = ${desk.stripeAccountId}`
  expect(await kept()).toBe(0)
  const { missed } = await fetchMissedEvents(() => false)
  expect(missed).toContainEqual({ freelancerId: desk.freelancerId, events: await kept() })
  expect(await kept()).toBeGreaterThan(0)
  await stripe.act('/deliveries/resume')
})
