import type { Transaction } from '@/lib/transaction'
import { moveProposal } from './proposal-store'

/** Closes a proposal's books: what was paid too much has gone back. */
export async function settleProposal(tx: Transaction, proposalId: string): Promise<void> {
  await moveProposal(tx, proposalId, 'deposit_paid', 'paid')
}

/** Reopens a proposal's books: money that had gone back has returned. */
export async function reopenProposal(tx: Transaction, proposalId: string): Promise<void> {
  await moveProposal(tx, proposalId, 'paid', 'deposit_paid')
}

/** The deposit has arrived. */
export async function recordDepositPaid(tx: Transaction, proposalId: string): Promise<void> {
  await moveProposal(tx, proposalId, 'signed', 'deposit_paid')
}
