import { hashPassword } from 'better-auth/crypto'
import { inTransaction } from '@/lib/transaction'
import { insertUser } from './user-store'

/**
 * Adds a person who can sign in, outside any request (the seed, a script). Returns their id; throws when the email address
 * is taken. Applies no rule on passwords: those are for people who choose one.
 */
export async function createSignIn(person: { email: string; name: string; password: string }): Promise<string> {
  const passwordHash = await hashPassword(person.password)
  const userId = await inTransaction((tx) =>
    insertUser(tx, { email: person.email.toLowerCase(), name: person.name, passwordHash }),
  )
  if (userId === null) throw new Error('This email address has a sign-in already.')
  return userId
}
