import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { creditNoteAmounts } from './credit-note-amounts'

const amount = fc.integer({ min: 0, max: 999_999_999_999 })
const anyTotals = fc.record({ net: amount, vat: amount }).map(({ net, vat }) => ({ net, vat, gross: net + vat }))
const anyCase = fc
  .record({
    overpaid: fc.integer({ min: -1_000, max: 999_999_999_999 }),
    alreadyCredited: amount,
    before: anyTotals,
    after: anyTotals,
  })
  .map(({ overpaid, ...given }) => ({ ...given, paid: given.after.gross + given.alreadyCredited + overpaid }))

/** Totals at one rate, for prices where the VAT comes out even. */
const at19 = (net: number) => ({ net, vat: (net * 19) / 100, gross: (net * 119) / 100 })

describe('what a credit note gives back', () => {
  test('all that was paid beyond the new price', () => {
    expect(
      creditNoteAmounts({ paid: 119_000, alreadyCredited: 0, before: at19(100_000), after: at19(60_000) }),
    ).toEqual({ ok: true, net: 40_000, vat: 7_600, gross: 47_600 })
  })

  test('of a part payment only what exceeds the new price', () => {
    expect(creditNoteAmounts({ paid: 59_500, alreadyCredited: 0, before: at19(100_000), after: at19(40_000) })).toEqual(
      { ok: true, net: 10_000, vat: 1_900, gross: 11_900 },
    )
  })

  test('nothing that an earlier credit note already gave back', () => {
    expect(
      creditNoteAmounts({ paid: 119_000, alreadyCredited: 47_600, before: at19(60_000), after: at19(50_000) }),
    ).toEqual({ ok: true, net: 10_000, vat: 1_900, gross: 11_900 })
  })

  test('everything when the proposal is cancelled', () => {
    const nothing = { net: 0, vat: 0, gross: 0 }
    expect(creditNoteAmounts({ paid: 119_000, alreadyCredited: 0, before: at19(100_000), after: nothing })).toEqual({
      ok: true,
      net: 100_000,
      vat: 19_000,
      gross: 119_000,
    })
  })

  test.each([
    ['as much', 47_600],
    ['less', 40_000],
    ['nothing', 0],
  ])('nothing where %s was paid than the new price asks', (_, paid) => {
    expect(creditNoteAmounts({ paid, alreadyCredited: 0, before: at19(100_000), after: at19(40_000) })).toEqual({
      ok: false,
      reason: 'nothing_to_refund',
    })
  })
})

describe('its VAT', () => {
  test('is that of the cut: a line at 7 % taken out beside one at 19 % is credited at 7 %', () => {
    const before = { net: 200_000, vat: 26_000, gross: 226_000 }
    const after = { net: 100_000, vat: 19_000, gross: 119_000 }
    expect(creditNoteAmounts({ paid: 226_000, alreadyCredited: 0, before, after })).toEqual({
      ok: true,
      net: 100_000,
      vat: 7_000,
      gross: 107_000,
    })
  })

  test('follows the new price’s share when the price did not change but more was paid', () => {
    expect(
      creditNoteAmounts({ paid: 130_900, alreadyCredited: 0, before: at19(100_000), after: at19(100_000) }),
    ).toEqual({ ok: true, net: 10_000, vat: 1_900, gross: 11_900 })
  })

  test('follows the new price’s share when a change of rate makes the cut’s own share absurd', () => {
    // Gross falls by 1 000 while VAT rises by 12 000: a share of −1 200 %.
    const before = { net: 100_000, vat: 7_000, gross: 107_000 }
    const after = { net: 87_000, vat: 19_000, gross: 106_000 }
    expect(creditNoteAmounts({ paid: 107_000, alreadyCredited: 0, before, after })).toEqual({
      ok: true,
      net: 821,
      vat: 179,
      gross: 1_000,
    })
  })

  test('follows the new price’s share when the VAT fell by more than the price', () => {
    // Gross falls by 1 000, VAT by 12 000: a share of 1 200 %.
    const before = { net: 88_000, vat: 19_000, gross: 107_000 }
    const after = { net: 99_000, vat: 7_000, gross: 106_000 }
    expect(creditNoteAmounts({ paid: 107_000, alreadyCredited: 0, before, after })).toEqual({
      ok: true,
      net: 934,
      vat: 66,
      gross: 1_000,
    })
  })

  test('is that of the rise when the price rose and even so too much was paid', () => {
    const before = { net: 100_000, vat: 7_000, gross: 107_000 }
    const after = { net: 200_000, vat: 26_000, gross: 226_000 }
    expect(creditNoteAmounts({ paid: 237_900, alreadyCredited: 0, before, after })).toEqual({
      ok: true,
      net: 10_000,
      vat: 1_900,
      gross: 11_900,
    })
  })

  test('follows the old price’s share when discounts leave the new price with a VAT below nothing', () => {
    const after = { net: 10_500, vat: -500, gross: 10_000 }
    const before = { net: 10_000, vat: 1_900, gross: 11_900 }
    expect(creditNoteAmounts({ paid: 21_900, alreadyCredited: 0, before, after })).toEqual({
      ok: true,
      net: 10_000,
      vat: 1_900,
      gross: 11_900,
    })
  })

  test('is nothing where no price ever carried any', () => {
    const free = { net: 0, vat: 0, gross: 0 }
    expect(creditNoteAmounts({ paid: 500, alreadyCredited: 0, before: free, after: free })).toEqual({
      ok: true,
      net: 500,
      vat: 0,
      gross: 500,
    })
  })

  test('half a unit is rounded up', () => {
    const before = { net: 1, vat: 1, gross: 2 }
    const after = { net: 0, vat: 0, gross: 0 }
    expect(creditNoteAmounts({ paid: 1, alreadyCredited: 0, before, after })).toMatchObject({ vat: 1, net: 0 })
  })
})

// Amounts that depend on each other shrink by one unit at a time, for hours: the first counterexample has to do.
const unshrunk = { endOnFailure: true }

describe('whatever the amounts, 12 digits included', () => {
  test('net and VAT make the gross, none is negative, and the gross is what was paid too much', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const overpaid = given.paid - given.alreadyCredited - given.after.gross
        const amounts = creditNoteAmounts(given)
        expect(amounts.ok).toBe(overpaid > 0)
        if (!amounts.ok) return
        expect(amounts.gross).toBe(overpaid)
        expect(amounts.net + amounts.vat).toBe(amounts.gross)
        expect(amounts.net).toBeGreaterThanOrEqual(0)
        expect(amounts.vat).toBeGreaterThanOrEqual(0)
      }),
      unshrunk,
    )
  })

  test('a fully paid price that only falls is credited by exactly what fell, VAT included', () => {
    fc.assert(
      fc.property(anyTotals, anyTotals, (after, cut) => {
        fc.pre(cut.gross > 0)
        const before = { net: after.net + cut.net, vat: after.vat + cut.vat, gross: after.gross + cut.gross }
        expect(creditNoteAmounts({ paid: before.gross, alreadyCredited: 0, before, after })).toEqual({
          ok: true,
          ...cut,
        })
      }),
      unshrunk,
    )
  })
})
