import type { Transaction } from '@/lib/transaction'
import { moveProposal, writeBooks } from './proposal-store'

/**
 * Closes a proposal's books when all that was paid too much has gone back, and reopens them when money is owed again: one of
 * its refunds came back, or a further credit note was issued.
 */
export async function settleProposal(tx: Transaction, proposalId: string): Promise<void> {
  await writeBooks(tx, proposalId)
}

/** The deposit has arrived; what of it had to go back may have been sent by hand before anybody heard of it. */
export async function recordDepositPaid(tx: Transaction, proposalId: string): Promise<void> {
  await moveProposal(tx, proposalId, 'signed', 'deposit_paid')
  await writeBooks(tx, proposalId)
}
