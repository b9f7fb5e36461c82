import { expect, test } from 'vitest'
import { oneAtATime } from './one-at-a-time'

/** Work that ends when it is told to. */
function work() {
  let finish = () => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  return { finish, wait: () => finished }
}

const NO_PLACE = { ok: false }

test('never are two at work at once', async () => {
  let working = 0
  let most = 0
  const turns = ['a', 'a', 'b', 'c', 'b', 'd'].map((caller) =>
    oneAtATime(caller, async () => {
      most = Math.max(most, ++working)
      await new Promise(setImmediate)
      working -= 1
    }),
  )
  expect((await Promise.all(turns)).every(({ ok }) => ok)).toBe(true)
  expect(most).toBe(1)
})

test('a caller in a crowd of their own finds no place for a fifth, and somebody else still does', async () => {
  const { wait, finish } = work()
  const crowd = Array.from({ length: 4 }, () => oneAtATime('crowd', wait))
  expect(await oneAtATime('crowd', wait)).toEqual(NO_PLACE)
  const other = oneAtATime('other', async () => 'served')
  finish()
  expect(await other).toEqual({ ok: true, done: 'served' })
  await Promise.all(crowd)
  expect(await oneAtATime('crowd', async () => 'served')).toEqual({ ok: true, done: 'served' })
})

test('of callers without number sixteen wait, the rest are sent away', async () => {
  const { wait, finish } = work()
  const crowd = Array.from({ length: 16 }, (_, i) => oneAtATime(`caller ${i}`, wait))
  expect(await oneAtATime('one too many', wait)).toEqual(NO_PLACE)
  finish()
  await Promise.all(crowd)
  expect(await oneAtATime('one too many', wait)).toMatchObject({ ok: true })
})

test('work that fails, fails for its caller alone', async () => {
  const failing = oneAtATime('a', () => Promise.reject(new Error('broken')))
  const next = oneAtATime('a', async () => 'served')
  await expect(failing).rejects.toThrow('broken')
  expect(await next).toEqual({ ok: true, done: 'served' })
})
