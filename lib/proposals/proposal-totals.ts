import { exactNumber, roundedQuotient } from '@/lib/money'

/** A priced line: whole quantity, net price of one in minor units (negative for a discount), VAT rate in basis points (1900 = 19 %). */
export type PricedLine = { quantity: number; unitNet: number; vatRate: number }

/** Minor units; net + vat = gross. */
export type Totals = { net: number; vat: number; gross: number }

const BASIS_POINTS = 10_000n

/**
 * What a set of lines adds up to. VAT is rounded once per rate, half up, as EN 16931 (rule BR-CO-17) has it for invoices,
 * not per line: the order and the splitting of lines never change the total. Throws RangeError on fractions and on sums
 * beyond what a number holds exactly.
 */
export function totals(lines: readonly PricedLine[]): Totals {
  const netByRate = new Map<number, bigint>()
  for (const { quantity, unitNet, vatRate } of lines) {
    netByRate.set(vatRate, (netByRate.get(vatRate) ?? 0n) + BigInt(quantity) * BigInt(unitNet))
  }
  let net = 0n
  let vat = 0n
  for (const [vatRate, netOfRate] of netByRate) {
    net += netOfRate
    vat += roundedQuotient(netOfRate * BigInt(vatRate), BASIS_POINTS)
  }
  return { net: exactNumber(net), vat: exactNumber(vat), gross: exactNumber(net + vat) }
}
