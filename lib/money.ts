/** An amount in the currency's minor unit (cents, yen, fils) beside a lower-case ISO 4217 code, as Stripe writes money. */
export type Money = { amount: number; currency: string }

// Stripe's own lists and not Intl's: Intl follows everyday use and writes no decimals for HUF, ISK, COP or IDR, although
// Stripe counts their hundredths, so that amounts would be shown a hundred times too large.
// https://docs.stripe.com/currencies#minor-units
const WITHOUT_DECIMALS = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '))
const WITH_THREE_DECIMALS = new Set('bhd jod kwd omr tnd'.split(' '))

/** How many decimals Stripe's minor unit has in this currency : 2 for EUR, 0 for JPY, 3 for KWD. */
export function minorUnitDecimals(currency: string): number {
  const code = currency.toLowerCase()
  if (WITHOUT_DECIMALS.has(code)) return 0
  return WITH_THREE_DECIMALS.has(code) ? 3 : 2
}

/** Writes money as the reader's locale does, with all of the currency's decimals; exact up to 15 digits. */
export function formatMoney({ amount, currency }: Money, locale: string): string {
  const decimals = minorUnitDecimals(currency)
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(amount / 10 ** decimals)
}

/** `numerator / denominator` to the nearest whole minor unit, halves away from zero, so that a reversed amount is the exact opposite. */
export function roundedQuotient(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError('An amount can only be divided by a positive whole number')
  const half = numerator < 0n ? -denominator : denominator
  return (2n * numerator + half) / (2n * denominator)
}

/** A whole amount as a number; throws where a number could no longer hold every minor unit. */
export function exactNumber(amount: bigint): number {
  const number = Number(amount)
  if (!Number.isSafeInteger(number)) throw new RangeError(`The amount ${amount} is too large to be counted exactly`)
  return number
}
