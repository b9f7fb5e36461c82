import { hashPassword } from 'better-auth/crypto'
import { headers } from 'next/headers'
import { createFreelancer } from '@/lib/freelancers/freelancer-store'
import { inTransaction } from '@/lib/transaction'
import { clientAddress } from './client-address'
import { openSession } from './open-session'
import { passwordWeakness } from './password-rules'
import { countAct } from './rate-limit'
import type { SignUpForm } from './sign-up-form'
import { insertUser } from './user-store'

export type SignUpResult =
  | { ok: true }
  | { ok: false; reason: 'email_taken' | 'weak_password' }
  | { ok: false; reason: 'rate_limited'; retryAfterSeconds: number }

/**
 * Opens a desk: the person who signs in and the freelancer they are come into being together or not at all. Signs them in;
 * the session's cookie goes with the answer of the server action that calls this.
 */
export async function signUp({ businessName, email, password }: SignUpForm): Promise<SignUpResult> {
  const within = await countAct('sign_up_per_address', clientAddress(await headers()))
  if (!within.ok) return { ok: false, reason: 'rate_limited', retryAfterSeconds: within.retryAfterSeconds }
  if (passwordWeakness(password, { businessName, email })) return { ok: false, reason: 'weak_password' }

  // Hashing takes long by design: it must not hold a transaction open.
  const passwordHash = await hashPassword(password)
  const userId = await inTransaction(async (tx) => {
    const id = await insertUser(tx, { email, name: businessName, passwordHash })
    if (id !== null) await createFreelancer({ userId: id, businessName, email }, tx)
    return id
  })
  if (userId === null) return { ok: false, reason: 'email_taken' }
  await openSession({ email, password })
  return { ok: true }
}
