import { createServer } from 'node:http'
import qs from 'qs'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { openDesk } from '@/e2e/refunds/desk'
import { listBody } from '@/e2e/world/stripe/api/lists'
import { Refusal } from '@/e2e/world/stripe/api/refusals'
import { db, disconnectDatabase } from '@/lib/db'
import { claimUnreadAccount } from './event-cursor-store'
import { fetchMissedEvents, lastReadOfEvents, remembersAccount } from './fetch-missed-events'

// Hundreds of events are kept one by one, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

/** What Stripe has to tell of each account, oldest first. */
const told = new Map<string, { id: string; created: number }[]>()
/** The account of each call that Stripe was asked for a list with. */
let calls: string[] = []
/** What happens while Stripe is being asked. */
let meanwhile: (account: string) => Promise<void>

const number = z.coerce.number().int().optional()
const query = z.object({
  created: z.object({ gte: number, lt: number }),
  limit: z.coerce.number().int(),
  starting_after: z.string().optional(),
  delivery_success: z.string().optional(),
})

/** Stripe's list of events and nothing else, long as the simulator's can't be made. */
const server = createServer(async (request, response) => {
  const account = String(request.headers['stripe-account'])
  calls.push(account)
  await meanwhile(account)
  const { delivery_success, ...params } = query.parse(qs.parse(String(request.url?.split('?')[1])))
  const events = delivery_success ? [] : (told.get(account) ?? [])
  const body = listBody('/v1/events', 'event', params, events, (event) => ({
    ...event,
    object: 'event',
    type: 'account.updated',
    livemode: false,
    data: { object: { id: account, charges_enabled: true } },
  }))
  const [status, answer] = body instanceof Refusal ? [body.status, body.body('req_1')] : [200, body]
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
})

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = z.object({ port: z.int() }).parse(server.address())
  process.env.STRIPE_API_BASE = `http://127.0.0.1:${port}`
})
afterAll(async () => {
  await disconnectDatabase()
  await new Promise((closed) => server.close(closed))
})
beforeEach(async () => {
  await db().$executeRaw`UPDATE event_cursors SET read_at = now() + interval '1 hour'`
  calls = []
  meanwhile = async () => {}
})

const never = () => false
const SECONDS_OF_OUTAGE = 3 * 86_400

/** An account that was last read three days ago, in another life of the database, and of which so many events are listed since. */
async function unreadAccount(agesInSeconds: readonly number[]): Promise<string> {
  const account = `acct_${crypto.randomUUID()}`
  await openDesk(account)
  await db().$executeRaw`
    UPDATE event_cursors SET read_until = now() - ${SECONDS_OF_OUTAGE} * interval '1 second', read_in = 'an earlier one'
    WHERE stripe_account_id = ${account}`
  for (const age of agesInSeconds.toSorted((one, other) => other - one)) tell(account, age)
  return account
}

/** Something happens on the account, so many seconds ago. */
function tell(account: string, age: number): void {
  const event = { id: `evt_${crypto.randomUUID().replaceAll('-', '')}`, created: Math.floor(Date.now() / 1000) - age }
  told.set(account, [...(told.get(account) ?? []), event])
}

function kept(stripeAccountId: string): Promise<number> {
  return db().stripeEvent.count({ where: { stripeAccountId } })
}

async function letPass(seconds: number): Promise<void> {
  await db().$executeRaw`UPDATE event_cursors SET read_at = read_at - ${seconds} * interval '1 second'`
}

/** So many events, this far apart, the oldest so many seconds ago. */
function events(count: number, apart: number, oldest: number): number[] {
  return Array.from({ length: count }, (_, at) => oldest - Math.floor(at * apart))
}

describe('an account is read by one process at a time', () => {
  test('sweeps that overlap read each account once, and none waits for another', async () => {
    const accounts = [await unreadAccount([5]), await unreadAccount([5]), await unreadAccount([5])]
    let goOn = () => {}
    const answered = new Promise<void>((resolve) => {
      goOn = resolve
    })
    let isAsked = () => {}
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve
    })
    meanwhile = async (account) => {
      if (account !== calls[0]) return
      isAsked()
      await answered
    }
    const first = fetchMissedEvents(never)
    await asked
    await Promise.all([fetchMissedEvents(never), fetchMissedEvents(never), fetchMissedEvents(never)])
    goOn()
    await first
    // By time, and what could not be delivered.
    expect(calls.toSorted()).toEqual([...accounts, ...accounts].toSorted())
  })

  test('accounts of an earlier life of the database come first, then the longest unread', async () => {
    const [recent, old, forgotten] = [await unreadAccount([]), await unreadAccount([]), await unreadAccount([])]
    await db().$executeRaw`
      UPDATE event_cursors SET read_at = read_at - interval '1 hour' WHERE stripe_account_id = ${old}`
    await db().$executeRaw`
      UPDATE event_cursors SET read_at = now(), tried_in = 'an earlier one' WHERE stripe_account_id = ${forgotten}`
    const claimed = [await claimUnreadAccount(25), await claimUnreadAccount(25), await claimUnreadAccount(25)]
    expect(claimed.map((cursor) => cursor?.stripeAccountId)).toEqual([forgotten, old, recent])
    expect(await claimUnreadAccount(25)).toBeNull()
  })

  test('what a process has taken up that then died is read within half a minute, and not remembered before', async () => {
    const account = await unreadAccount([5])
    expect(await claimUnreadAccount(25)).toMatchObject({ stripeAccountId: account })
    expect(await fetchMissedEvents(never)).toMatchObject({ accounts: 0 })
    expect(await remembersAccount(account)).toBe(false)
    await letPass(26)
    expect(await fetchMissedEvents(never)).toMatchObject({ accounts: 1, missed: [{ events: 1 }] })
  })

  test('a reading that takes long is left to whoever is at it', async () => {
    const account = await unreadAccount(events(210, 600, 200_000))
    const claimedByOthers: unknown[] = []
    meanwhile = async () => {
      await letPass(20)
      claimedByOthers.push(await claimUnreadAccount(25))
    }
    expect(await fetchMissedEvents(never)).toMatchObject({ missed: [{ events: 210 }] })
    expect(claimedByOthers).toEqual([null, null, null, null])
    expect(await kept(account)).toBe(210)
  })

  test('one that was never read says so until it has been, whoever is at it', async () => {
    const account = await unreadAccount([5])
    await db().$executeRaw`DELETE FROM event_cursors WHERE stripe_account_id = ${account}`
    expect(await claimUnreadAccount(25)).toMatchObject({ stripeAccountId: account })
    expect(await lastReadOfEvents(account)).toBeNull()
  })
})

describe('a sweep’s time is up', () => {
  test('no more events are handed on, and the account is taken up again soon', async () => {
    const account = await unreadAccount(events(60, 1, 100))
    let asked = 0
    await fetchMissedEvents(() => ++asked > 11)
    expect(await kept(account)).toBe(10)
    expect(await fetchMissedEvents(never)).toMatchObject({ accounts: 0 })
    await letPass(11)
    expect(await fetchMissedEvents(never)).toMatchObject({ missed: [{ events: 50 }] })
  })

  test.each([
    ['spread', events(230, 1000, SECONDS_OF_OUTAGE)],
    ['all in one second', events(230, 0, SECONDS_OF_OUTAGE)],
  ])(
    'a long outage is caught up with from where the last sweep stopped, however little time there is: %s',
    async (_, ages) => {
      const account = await unreadAccount(ages)
      for (let known = 0; known < ages.length; known += 30) {
        expect(await kept(account)).toBe(known)
        expect(await remembersAccount(account)).toBe(false)
        let asked = 0
        await fetchMissedEvents(() => ++asked > 31)
        await db()
          .$executeRaw`UPDATE stripe_events SET handled_at = now(), outcome = 'applied' WHERE handled_at IS NULL`
        await letPass(11)
      }
      expect(await kept(account)).toBe(ages.length)
      expect(await remembersAccount(account)).toBe(true)
    },
  )

  test('what happened while an earlier outage is caught up with is read at the next turn', async () => {
    const account = await unreadAccount(events(20, 1000, SECONDS_OF_OUTAGE))
    let asked = 0
    await fetchMissedEvents(() => ++asked > 11)
    // An hour ago, that is.
    await db().$executeRaw`
      UPDATE event_cursors SET paused_begun_at = paused_begun_at - interval '1 hour' WHERE stripe_account_id = ${account}`
    tell(account, 1800)
    await letPass(11)
    expect(await fetchMissedEvents(never)).toMatchObject({ missed: [{ events: 10 }] })
    await letPass(26)
    expect(await fetchMissedEvents(never)).toMatchObject({ missed: [{ events: 1 }] })
  })

  test.each([
    [
      'the database has begun another life',
      (account: string) => db().$executeRaw`
      UPDATE event_cursors SET tried_in = 'an earlier one' WHERE stripe_account_id = ${account}`,
    ],
    [
      'Stripe has forgotten the event to go on from',
      async (account: string) => {
        await db()
          .$executeRaw`UPDATE event_cursors SET paused_after = 'evt_forgotten' WHERE stripe_account_id = ${account}`
        await letPass(11)
        expect(await fetchMissedEvents(never)).toMatchObject({ accounts: 1, missed: [] })
      },
    ],
  ])('a reading that was cut short is begun anew when %s', async (_, happen) => {
    const account = await unreadAccount(events(20, 1000, SECONDS_OF_OUTAGE))
    let asked = 0
    await fetchMissedEvents(() => ++asked > 11)
    await happen(account)
    tell(account, 0)
    await letPass(26)
    expect(await fetchMissedEvents(never)).toMatchObject({ missed: [{ events: 11 }] })
  })
})
