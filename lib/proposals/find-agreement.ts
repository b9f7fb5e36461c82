import type { Transaction } from '@/lib/transaction'
import { getAgreement, getTotals, writeProposalTotals } from './proposal-store'
import { type Totals, totals } from './proposal-totals'

/** A proposal as agreed with its client: who, what, for how much; `originalTotals` as first signed, `totals` as they stand. */
export async function findAgreement(freelancerId: string, proposalId: string) {
  const agreement = await getAgreement(freelancerId, proposalId)
  return { ...agreement, originalTotals: totals(agreement.lines) }
}

/** The totals of a proposal after all amendments that were signed before this transaction got to ask. */
export async function findTotals(tx: Transaction, proposalId: string): Promise<Totals> {
  return getTotals(tx, proposalId)
}

/** The proposal takes over the totals of a signed amendment. */
export async function adoptAmendedTotals(tx: Transaction, proposalId: string, amended: Totals): Promise<void> {
  await writeProposalTotals(tx, proposalId, amended)
}
