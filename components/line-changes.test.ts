import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lineChanges } from './line-changes'

const design = { description: 'Design', quantity: 1, unitNet: 80_000, vatRate: 1900 }
const build = { description: 'Build', quantity: 2, unitNet: 40_000, vatRate: 1900 }
const line = fc.record({
  description: fc.constantFrom('Design', 'Build', 'Travel'),
  quantity: fc.integer({ min: 1, max: 9 }),
  unitNet: fc.integer({ min: -100_000, max: 100_000 }),
  vatRate: fc.constantFrom(0, 700, 1900),
})

describe('what an amendment changes, line by line', () => {
  test('a line that stays is kept, one that is gone is removed in its place, a new one comes last', () => {
    const travel = { ...design, description: 'Travel' }
    expect(lineChanges([design, build], [build, travel]).map(({ description, kind }) => [description, kind])).toEqual([
      ['Design', 'removed'],
      ['Build', 'kept'],
      ['Travel', 'added'],
    ])
  })

  test('another quantity, price or VAT rate is a change', () => {
    for (const now of [
      { ...build, quantity: 1 },
      { ...build, unitNet: 1 },
      { ...build, vatRate: 0 },
    ]) {
      expect(lineChanges([build], [now])).toMatchObject([{ kind: 'changed' }])
    }
  })

  test('no line is lost or counted twice, whatever the descriptions', () => {
    fc.assert(
      fc.property(fc.array(line), fc.array(line), (before, after) => {
        const changes = lineChanges(before, after)
        const sum = (lines: typeof before) =>
          lines.reduce((total, { quantity, unitNet }) => total + quantity * unitNet, 0)
        expect(changes.reduce((total, change) => total + (change.before?.net ?? 0), 0)).toBe(sum(before))
        expect(changes.reduce((total, change) => total + (change.after?.net ?? 0), 0)).toBe(sum(after))
        expect(changes.filter(({ before: old }) => old).length).toBe(before.length)
        expect(changes.filter(({ after: now }) => now).length).toBe(after.length)
      }),
    )
  })
})
