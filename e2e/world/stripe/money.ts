/** An amount in minor units in the words of Stripe's English error messages: "$40.00", "¥500", "KWD 1.234". */
export function formatMoney(minorUnits: number, currency: string): string {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency: currency.toUpperCase() })
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 2
  return format.format(minorUnits / 10 ** decimals)
}

/** Does this three-letter code name a currency that Intl and Stripe know? */
export function isCurrency(code: string): boolean {
  return currencies.has(code.toUpperCase())
}

const currencies = new Set(Intl.supportedValuesOf('currency'))

/** What a person typed ("12.50") in minor units of the currency; NaN when it is no amount or has too many decimals. */
export function minorUnits(typed: string, currency: string): number {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency: currency.toUpperCase() })
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 2
  const [, whole = '', fraction = ''] = /^(\d+)(?:[.,](\d+))?$/.exec(typed.trim()) ?? []
  if (whole === '' || fraction.length > decimals) return Number.NaN
  return Number(`${whole}${fraction.padEnd(decimals, '0')}`)
}
