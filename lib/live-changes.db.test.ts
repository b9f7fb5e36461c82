import { randomUUID } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { db } from './db'
import { listenForChanges, mayListen, stopLiveChanges } from './live-changes'

const ends: (() => void)[] = []

afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** What a listener hears from now on. */
function listen(freelancerId: string, link: string | null = null): (string | null)[] {
  const heard: (string | null)[] = []
  ends.push(listenForChanges({ freelancerId, link, changed: (id) => heard.push(id), stopped: () => {} }))
  return heard
}

async function tell(freelancerId: string, creditNoteId: string) {
  await db().$executeRaw`SELECT pg_notify('requite_changes', ${JSON.stringify({ freelancerId, creditNoteId })})`
}

test('whoever was there before the connection was is told to look for themselves', async () => {
  const heard = listen(randomUUID())
  await expect.poll(() => heard).toEqual([null])
})

test('a change is heard by its own freelancer and by nobody else', async () => {
  const [mine, theirs] = [randomUUID(), randomUUID()]
  const heardByMe = listen(mine)
  const heardByThem = listen(theirs)
  await tell(mine, 'my note')
  await tell(theirs, 'their note')
  await expect.poll(() => heardByThem).toEqual(['their note'])
  expect(heardByMe).toEqual(['my note'])
})

test('what changed while a page was on its way is made up for', async () => {
  const mine = randomUUID()
  const early = listen(mine)
  await tell(mine, 'my note')
  await expect.poll(() => early).toEqual(['my note'])
  const late = listen(mine)
  await expect.poll(() => late).toEqual([null])
  expect(early).toEqual(['my note'])
})

test('a lost connection comes back, and listeners learn that they may have missed something', async () => {
  const mine = randomUUID()
  const heard = listen(mine)
  await db().$queryRaw`
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`
  await expect.poll(() => heard).toEqual([null])
  // So does a page that was drawn meanwhile.
  const late = listen(randomUUID())
  await expect.poll(() => late).toEqual([null])
  await tell(mine, 'my note')
  await expect.poll(() => heard).toEqual([null, 'my note'])
})

test('words that nobody understands harm nobody', async () => {
  const mine = randomUUID()
  const heard = listen(mine)
  await db().$executeRaw`SELECT pg_notify('requite_changes', 'nonsense')`
  await tell(mine, 'my note')
  await expect.poll(() => heard.at(-1)).toBe('my note')
})

test('whoever left hears nothing more and is not counted', async () => {
  const mine = randomUUID()
  const heard = listen(mine)
  while (mayListen({ freelancerId: mine, link: null })) listen(mine)
  ends.pop()?.()
  expect(mayListen({ freelancerId: mine, link: null })).toBe(true)
  ends.shift()?.()
  await tell(mine, 'my note')
  const markerId = randomUUID()
  const heardMarker = listen(markerId)
  await tell(markerId, 'marker')
  await expect.poll(() => heardMarker.at(-1)).toBe('marker')
  expect(heard).not.toContain('my note')
})

/** So many listen that no more may; returns how many. */
function crowd(freelancerId: string, link: string | null): number {
  let many = 0
  for (; mayListen({ freelancerId, link }); many++) listen(freelancerId, link)
  return many
}

test('a crowd of clients crowds out neither the freelancer’s desk nor another client', () => {
  const mine = randomUUID()
  expect(crowd(mine, 'a link')).toBe(20)
  expect(crowd(mine, 'another link')).toBe(20)
  expect(mayListen({ freelancerId: mine, link: 'a third link' })).toBe(true)
  for (let more = 0; more < 20; more++) crowd(mine, `link ${more}`)
  expect(mayListen({ freelancerId: mine, link: 'one link too many' })).toBe(false)
  expect(crowd(mine, null)).toBe(40)
  expect(mayListen({ freelancerId: randomUUID(), link: 'a link' })).toBe(true)
})

test('a desk with many open pages keeps no client out', () => {
  const mine = randomUUID()
  crowd(mine, null)
  expect(mayListen({ freelancerId: mine, link: 'a link' })).toBe(true)
})

test('when the process stops, every listener is told once and nobody may begin', () => {
  const stopped = vi.fn()
  listenForChanges({ freelancerId: randomUUID(), link: null, changed: () => {}, stopped })
  stopLiveChanges()
  expect(stopped).toHaveBeenCalledTimes(1)
  listenForChanges({ freelancerId: randomUUID(), link: null, changed: () => {}, stopped })
  expect(stopped).toHaveBeenCalledTimes(2)
})
