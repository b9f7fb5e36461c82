import type { Transaction } from '@/lib/transaction'
import { getDepositOfProposal, lockDepositOfProposal } from './deposit-store'

/** A proposal's deposit as the client is told of it: what they paid, and what of it was credited already, minor units. */
export async function findDepositOfProposal(
  proposalId: string,
): Promise<{ method: 'card' | 'sepa'; paid: number; credited: number } | null> {
  return getDepositOfProposal(proposalId)
}

/** The deposit, held until the transaction ends. Null when none was taken. */
export async function holdDepositOfProposal(
  tx: Transaction,
  proposalId: string,
): Promise<{ id: string; method: 'card' | 'sepa'; amount: number } | null> {
  return lockDepositOfProposal(tx, proposalId)
}
