import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { log } from '@/lib/log'
import { answerInTime } from './answer-in-time'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('whoever waits hears after a second and a half that it is not done, and not before', async () => {
  const heard = vi.fn()
  answerInTime(new Promise(() => {})).then(heard)
  await vi.advanceTimersByTimeAsync(1499)
  expect(heard).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(heard).toHaveBeenCalledExactlyOnceWith(false)
})

test('work that is done in time is waited for, and no longer', async () => {
  const work = new Promise<void>((done) => setTimeout(done, 1400))
  const answered = answerInTime(work)
  await vi.advanceTimersByTimeAsync(1400)
  expect(await answered).toBe(true)
  expect(vi.getTimerCount()).toBe(0)
})

test('work that breaks, in time or later, is logged and breaks nothing else', async () => {
  const logged = vi.spyOn(log, 'error').mockReturnValue()
  expect(await answerInTime(Promise.reject(new TypeError('in time')))).toBe(true)
  expect(logged).toHaveBeenCalledTimes(1)

  const tooLate = new Promise<void>((_, fail) => setTimeout(fail, 5000, new TypeError('later')))
  const answered = answerInTime(tooLate)
  await vi.advanceTimersByTimeAsync(1500)
  expect(await answered).toBe(false)
  await vi.advanceTimersByTimeAsync(3500)
  expect(logged).toHaveBeenCalledTimes(2)
})
