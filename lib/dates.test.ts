import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatCalendarDay, formatDay, formatMoment, formatMomentWithZone, yearIn } from './dates'

const berlin = { locale: 'en-GB', timeZone: 'Europe/Berlin' }

describe('the year a document is numbered in', () => {
  const newYearInBerlin = new Date('2026-12-31T23:00:00Z')

  test.each([
    ['Europe/Berlin', 2027],
    ['Europe/London', 2026],
    ['America/New_York', 2026],
    ['Pacific/Kiritimati', 2027],
    ['UTC', 2026],
  ])('at midnight in Berlin it is, in %s, %i', (timeZone, year) => {
    expect(yearIn(timeZone, newYearInBerlin)).toBe(year)
  })

  test('the last second of the year still belongs to it', () => {
    expect(yearIn('Europe/Berlin', new Date('2026-12-31T22:59:59.999Z'))).toBe(2026)
  })

  test('differs from the UTC year only within the day around New Year', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-03'), max: new Date('2100-12-29'), noInvalidDate: true }),
        fc.constantFrom(
          'Europe/Berlin',
          'Pacific/Kiritimati',
          'Pacific/Pago_Pago',
          'Asia/Kathmandu',
          'America/St_Johns',
        ),
        (at, timeZone) => {
          const nearby = [-1, 1].map((days) => new Date(at.getTime() + days * 86_400_000).getUTCFullYear())
          expect(nearby).toContain(yearIn(timeZone, at))
        },
      ),
    )
  })
})

describe('written dates', () => {
  test('a day carries its year and is the reader’s own', () => {
    const at = new Date('2026-03-13T23:30:00Z')
    expect(formatDay(at, berlin)).toBe('14 March 2026')
    expect(formatDay(at, { ...berlin, timeZone: 'America/New_York' })).toBe('13 March 2026')
    expect(formatDay(at, { locale: 'de-DE', timeZone: 'Europe/Berlin' })).toBe('14. März 2026')
  })

  test('a typed calendar day is the same day for everybody', () => {
    expect(formatCalendarDay(new Date('2026-03-14T00:00:00Z'), 'en-GB')).toBe('14 March 2026')
  })

  test('a moment follows summer time', () => {
    expect(formatMoment(new Date('2026-03-29T00:59:00Z'), berlin)).toBe('29 Mar 2026, 01:59')
    expect(formatMoment(new Date('2026-03-29T01:00:00Z'), berlin)).toBe('29 Mar 2026, 03:00')
  })

  test('the hour that comes twice in autumn is told apart by its zone', () => {
    const first = formatMomentWithZone(new Date('2026-10-25T00:30:00Z'), berlin)
    const second = formatMomentWithZone(new Date('2026-10-25T01:30:00Z'), berlin)
    expect(first).toBe('25 October 2026 at 02:30:00 CEST')
    expect(second).toBe('25 October 2026 at 02:30:00 CET')
  })
})
