import { randomUUID } from 'node:crypto'
import type { Transaction } from '@/lib/transaction'

/**
 * Adds a person who signs in with a password. Returns their id, or null when the email address is taken; the rows are
 * those that better-auth itself would write.
 */
export async function insertUser(
  tx: Transaction,
  person: { email: string; name: string; passwordHash: string },
): Promise<string | null> {
  const id = randomUUID()
  const { count } = await tx.user.createMany({
    data: { id, email: person.email, name: person.name },
    skipDuplicates: true,
  })
  if (count === 0) return null
  await tx.account.create({
    data: { id: randomUUID(), accountId: id, providerId: 'credential', userId: id, password: person.passwordHash },
  })
  return id
}
