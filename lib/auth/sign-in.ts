import { headers } from 'next/headers'
import { clientAddress } from './client-address'
import { openSession } from './open-session'
import { countAct, uncountAct } from './rate-limit'
import type { SignInForm } from './sign-in-form'

export type SignInResult =
  | { ok: true }
  | { ok: false; reason: 'wrong_credentials' }
  | { ok: false; reason: 'rate_limited'; retryAfterSeconds: number }

/** Signs a person in; the session's cookie goes with the answer of the server action that calls this. */
export async function signIn({ email, password }: SignInForm): Promise<SignInResult> {
  const address = clientAddress(await headers())
  const byEmail = await countAct('sign_in_failed_per_email', email)
  if (!byEmail.ok) return { ok: false, reason: 'rate_limited', retryAfterSeconds: byEmail.retryAfterSeconds }
  const byAddress = await countAct('sign_in_failed_per_address', address)
  if (!byAddress.ok) return { ok: false, reason: 'rate_limited', retryAfterSeconds: byAddress.retryAfterSeconds }

  if (!(await openSession({ email, password }))) return { ok: false, reason: 'wrong_credentials' }
  // Only failures count.
  await uncountAct('sign_in_failed_per_email', email)
  await uncountAct('sign_in_failed_per_address', address)
  return { ok: true }
}
