import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exactNumber, formatMoney, minorUnitDecimals, roundedQuotient } from './money'

/** Reads a formatted amount back into minor units: every digit counts, separators and signs of the currency don't. */
function minorUnitsIn(text: string): number {
  const digits = Number(text.replaceAll(/\D/g, ''))
  return /[-−]/.test(text) ? -digits : digits
}

describe('written money', () => {
  test.each([
    [123456, 'eur', 'en-IE', '€1,234.56'],
    [123456, 'eur', 'de-DE', '1.234,56\u00a0€'],
    [123456, 'jpy', 'en-US', '¥123,456'],
    [123456, 'kwd', 'en-US', 'KWD\u00a0123.456'],
    [123456, 'isk', 'en-US', 'ISK\u00a01,234.56'],
    [123456, 'huf', 'en-US', 'HUF\u00a01,234.56'],
    [5, 'eur', 'en-IE', '€0.05'],
    [0, 'eur', 'en-IE', '€0.00'],
    [-5, 'eur', 'en-IE', '-€0.05'],
    [999_999_999_999, 'eur', 'en-IE', '€9,999,999,999.99'],
  ])('%i %s in %s reads %s', (amount, currency, locale, text) => {
    expect(formatMoney({ amount, currency }, locale)).toBe(text)
  })

  test('no minor unit is lost or gained, up to 15 digits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }),
        fc.constantFrom('eur', 'jpy', 'kwd', 'isk', 'huf'),
        fc.constantFrom('en-IE', 'de-DE', 'fr-FR', 'en-IN', 'ja-JP'),
        (amount, currency, locale) => {
          expect(minorUnitsIn(formatMoney({ amount, currency }, locale))).toBe(amount)
        },
      ),
    )
  })

  test('decimals are Stripe’s, where Intl would write others', () => {
    for (const currency of ['isk', 'ugx', 'huf', 'cop', 'idr', 'eur']) expect(minorUnitDecimals(currency)).toBe(2)
    for (const currency of ['jpy', 'krw', 'clp', 'xof']) expect(minorUnitDecimals(currency)).toBe(0)
    for (const currency of ['kwd', 'bhd', 'tnd']) expect(minorUnitDecimals(currency)).toBe(3)
  })

  test('the case of the currency code does not move the decimal point', () => {
    expect(formatMoney({ amount: 500, currency: 'JPY' }, 'en-US')).toBe('¥500')
  })
})

describe('rounding', () => {
  test.each([
    [5n, 2n, 3n],
    [-5n, 2n, -3n],
    [4n, 3n, 1n],
    [5n, 3n, 2n],
    [0n, 7n, 0n],
  ])('%i / %i = %i', (numerator, denominator, quotient) => {
    expect(roundedQuotient(numerator, denominator)).toBe(quotient)
  })

  test('never misses by more than half a unit, and the reversed amount is the exact opposite', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
        fc.bigInt({ min: 1n, max: 10n ** 13n }),
        (numerator, denominator) => {
          const quotient = roundedQuotient(numerator, denominator)
          const missedTwice = 2n * (numerator - quotient * denominator)
          expect(missedTwice <= denominator && missedTwice >= -denominator).toBe(true)
          expect(roundedQuotient(-numerator, denominator)).toBe(-quotient)
        },
      ),
    )
  })

  test('an amount too large to count exactly is refused, not bent', () => {
    expect(exactNumber(BigInt(Number.MAX_SAFE_INTEGER))).toBe(Number.MAX_SAFE_INTEGER)
    expect(() => exactNumber(BigInt(Number.MAX_SAFE_INTEGER) + 1n)).toThrow(RangeError)
    expect(() => roundedQuotient(1n, 0n)).toThrow(RangeError)
  })
})
