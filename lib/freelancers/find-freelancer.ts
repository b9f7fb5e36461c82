import type { Transaction } from '@/lib/transaction'
import { type Freelancer, getFreelancer, updateConnectedAccount } from './freelancer-store'

/** The freelancer who owns a row that names them. */
export async function findFreelancer(tx: Transaction, freelancerId: string): Promise<Freelancer> {
  return getFreelancer(freelancerId, tx)
}

/** Applies Stripe's news of a connected account; false when the account is none of ours. */
export async function applyAccountNews(
  tx: Transaction,
  stripeAccountId: string,
  news: { chargesEnabled: boolean | null; disconnected: boolean | null },
): Promise<boolean> {
  return updateConnectedAccount(tx, stripeAccountId, news)
}
