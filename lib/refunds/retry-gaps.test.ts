import fc from 'fast-check'
import { expect, test } from 'vitest'
import { retryGap, spentItsBudget } from './retry-gaps'

const calls = fc.integer({ min: 1, max: 200 })
const chance = fc.double({ min: 0, max: 1, noNaN: true })

test('gaps double from a second, and none is longer than a quarter of an hour', () => {
  expect([1, 2, 3, 4, 5].map((call) => retryGap(call, 0.5))).toEqual([1, 2, 4, 8, 16])
  fc.assert(
    fc.property(calls, chance, (call, luck) => {
      expect(retryGap(call, luck)).toBeGreaterThanOrEqual(0.5)
      expect(retryGap(call, luck)).toBeLessThanOrEqual(900)
    }),
  )
})

test('a later gap is never shorter than an earlier one of the same luck', () => {
  fc.assert(
    fc.property(calls, chance, (call, luck) => {
      expect(retryGap(call + 1, luck)).toBeGreaterThanOrEqual(retryGap(call, luck))
    }),
  )
})

test('luck spreads the calls of many attempts: by half either way', () => {
  fc.assert(
    fc.property(calls, (call) => {
      expect(retryGap(call, 1) / retryGap(call, 0)).toBeCloseTo(3)
    }),
  )
})

test('the budget is spent within a minute, even with the worst luck', () => {
  let seconds = 0
  let call = 1
  for (; !spentItsBudget(call); call++) seconds += retryGap(call, 1)
  expect(call).toBeGreaterThan(3)
  expect(seconds).toBeLessThanOrEqual(60)
})

test('what is spent stays spent', () => {
  fc.assert(
    fc.property(calls, (call) => {
      if (spentItsBudget(call)) expect(spentItsBudget(call + 1)).toBe(true)
    }),
  )
})
