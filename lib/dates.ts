/** The reader's way of writing dates: a BCP 47 locale and an IANA time zone. */
export type Reader = { locale: string; timeZone: string }

/** A day with its year, in the reader's time zone: 14 March 2026. */
export function formatDay(at: Date, { locale, timeZone }: Reader): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone }).format(at)
}

/** A calendar day that has no time zone (a date somebody typed), stored as midnight UTC. */
export function formatCalendarDay(day: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(day)
}

/** A moment to the minute in the reader's time zone: 14 Mar 2026, 09:05. */
export function formatMoment(at: Date, { locale, timeZone }: Reader): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(at)
}

/** A moment to the second with its zone, for tooltips: 14 March 2026 at 09:05:12 CET. */
export function formatMomentWithZone(at: Date, { locale, timeZone }: Reader): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'long', timeZone }).format(at)
}

/** The calendar year that a moment falls into in a time zone; documents are numbered per year where their issuer lives. */
export function yearIn(timeZone: string, at: Date): number {
  return Number(new Intl.DateTimeFormat('en', { year: 'numeric', timeZone }).format(at))
}

/** The calendar day that a moment falls into in a time zone: 2026-03-14. */
export function dayIn(timeZone: string, at: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at)
}
