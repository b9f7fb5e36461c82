/** An amount in the currency's minor unit (cents, yen, fils) beside a lower-case ISO 4217 code, as Stripe writes money. */
export type Money = { amount: number; currency: string }

/**
 * Currencies whose Stripe minor unit differs from ISO 4217: Stripe keeps two decimals for these although Intl writes none.
 * https://docs.stripe.com/currencies#special-cases
 */
const STRIPE_DECIMALS: Record<string, number> = { isk: 2, ugx: 2 }

/** How many decimals Stripe's minor unit has in this currency: 2 for EUR, 0 for JPY, 3 for KWD. */
export function minorUnitDecimals(currency: string): number {
  const special = STRIPE_DECIMALS[currency]
  if (special !== undefined) return special
  return (
    new Intl.NumberFormat('en', { style: 'currency', currency: currency.toUpperCase() }).resolvedOptions()
      .maximumFractionDigits ?? 2
  )
}

/** Writes money as the reader's locale does, with all of the currency's decimals. */
export function formatMoney({ amount, currency }: Money, locale: string): string {
  const decimals = minorUnitDecimals(currency)
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(amount / 10 ** decimals)
}
