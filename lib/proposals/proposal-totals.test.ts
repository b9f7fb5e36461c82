import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { totals } from './proposal-totals'

const anyRate = fc.constantFrom(0, 550, 700, 1900, 2100)
const anyLine = fc.record({
  quantity: fc.integer({ min: 0, max: 1_000 }),
  unitNet: fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }),
  vatRate: anyRate,
})
const anyLines = fc.array(anyLine, { maxLength: 20 })

describe('totals of a proposal', () => {
  test('no lines, no money', () => {
    expect(totals([])).toEqual({ net: 0, vat: 0, gross: 0 })
  })

  test('VAT is rounded once per rate, not per line', () => {
    const line = { quantity: 1, unitNet: 3, vatRate: 1900 }
    // Each line alone: 0.57 → 1; three together: 1.71 → 2.
    expect(totals([line, line, line])).toEqual({ net: 9, vat: 2, gross: 11 })
  })

  test('VAT of different rates is rounded apart', () => {
    const lines = [
      { quantity: 1, unitNet: 50, vatRate: 700 },
      { quantity: 1, unitNet: 50, vatRate: 1900 },
    ]
    // 3.5 → 4 and 9.5 → 10; together 13 would be too little.
    expect(totals(lines)).toEqual({ net: 100, vat: 14, gross: 114 })
  })

  test('a discount lowers the VAT it stands beside', () => {
    const lines = [
      { quantity: 2, unitNet: 100_000, vatRate: 1900 },
      { quantity: 1, unitNet: -50_000, vatRate: 1900 },
    ]
    expect(totals(lines)).toEqual({ net: 150_000, vat: 28_500, gross: 178_500 })
  })

  test('net and VAT always make the gross', () => {
    fc.assert(
      fc.property(anyLines, (lines) => {
        const { net, vat, gross } = totals(lines)
        expect(net + vat).toBe(gross)
      }),
    )
  })

  test('the order of lines, and splitting one in two, change nothing', () => {
    fc.assert(
      fc.property(anyLines, anyLine, fc.integer({ min: 0, max: 1_000 }), (lines, line, part) => {
        const whole = totals([line, ...lines])
        const split = [
          { ...line, quantity: part },
          { ...line, quantity: line.quantity - part },
        ]
        expect(totals([...lines, line])).toEqual(whole)
        expect(totals([...split, ...lines])).toEqual(whole)
      }),
    )
  })

  test('VAT strays from the exact sum by at most half a unit per rate', () => {
    fc.assert(
      fc.property(anyLines, (lines) => {
        const exact = lines.reduce((sum, { quantity, unitNet, vatRate }) => {
          return sum + BigInt(quantity) * BigInt(unitNet) * BigInt(vatRate)
        }, 0n)
        const strayed = BigInt(totals(lines).vat) * 10_000n - exact
        const allowed = 5_000n * BigInt(new Set(lines.map(({ vatRate }) => vatRate)).size)
        expect(strayed <= allowed && strayed >= -allowed).toBe(true)
      }),
    )
  })

  test('12-digit prices are counted to the last unit', () => {
    expect(totals([{ quantity: 1, unitNet: 999_999_999_999, vatRate: 1900 }])).toEqual({
      net: 999_999_999_999,
      vat: 190_000_000_000,
      gross: 1_189_999_999_999,
    })
  })

  test('what cannot be counted exactly is refused', () => {
    expect(() => totals([{ quantity: 100_000, unitNet: 999_999_999_999, vatRate: 0 }])).toThrow(RangeError)
    expect(() => totals([{ quantity: 0.5, unitNet: 100, vatRate: 0 }])).toThrow(RangeError)
  })
})
