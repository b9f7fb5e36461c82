import { exactNumber, roundedQuotient } from '@/lib/money'
import type { Totals } from '@/lib/proposals/proposal-totals'

export type CreditNoteAmounts = ({ ok: true } & Totals) | { ok: false; reason: 'nothing_to_refund' }

/**
 * What goes back when an amendment lowers a proposal: everything that was paid and not yet credited, beyond the new price.
 * Its VAT share is that of the price cut itself, so that a cut in one rate is credited at that rate. Amounts are minor
 * units of one currency; net + vat = gross exactly, the VAT rounded half up.
 */
export function creditNoteAmounts({
  paid,
  alreadyCredited,
  before,
  after,
}: {
  paid: number
  alreadyCredited: number
  before: Totals
  after: Totals
}): CreditNoteAmounts {
  const gross = BigInt(paid) - BigInt(alreadyCredited) - BigInt(after.gross)
  if (gross <= 0n) return { ok: false, reason: 'nothing_to_refund' }
  const share = vatShare(before, after)
  const vat = roundedQuotient(gross * share.vat, share.gross)
  return { ok: true, net: exactNumber(gross - vat), vat: exactNumber(vat), gross: exactNumber(gross) }
}

type Share = { vat: bigint; gross: bigint }

/**
 * How much of a gross amount is VAT. A change of rates or an unchanged price can make the cut's own share meaningless
 * (outside 0 to 1, or divided by zero); the new price's overall share then stands in, or else the old one's.
 */
function vatShare(before: Totals, after: Totals): Share {
  const ofCut = { vat: BigInt(before.vat) - BigInt(after.vat), gross: BigInt(before.gross) - BigInt(after.gross) }
  const ofAfter = { vat: BigInt(after.vat), gross: BigInt(after.gross) }
  const ofBefore = { vat: BigInt(before.vat), gross: BigInt(before.gross) }
  return [ofCut, ofAfter, ofBefore].map(withPositiveGross).find(isShare) ?? { vat: 0n, gross: 1n }
}

function withPositiveGross({ vat, gross }: Share): Share {
  return gross < 0n ? { vat: -vat, gross: -gross } : { vat, gross }
}

function isShare({ vat, gross }: Share): boolean {
  return gross > 0n && vat >= 0n && vat <= gross
}
