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
