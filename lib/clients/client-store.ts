import type { Transaction } from '@/lib/transaction'

export type NewClient = { freelancerId: string; name: string; email: string; address: string; locale: string }

/** Writes a client and returns its id. */
export async function insertClient(tx: Transaction, client: NewClient): Promise<string> {
  const { id } = await tx.client.create({ data: client, select: { id: true } })
  return id
}
