'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import { nextPath } from '@/lib/auth/next-path'
import { waitInWords } from '@/lib/auth/rate-limit-rules'
import { requireSameOrigin } from '@/lib/auth/same-origin'
import { signIn } from '@/lib/auth/sign-in'
import { signInSchema } from '@/lib/auth/sign-in-form'
import type { AuthFormState } from '../auth-form-state'

export type SignInState = AuthFormState<'email' | 'password'>

const typedSchema = z.object({
  email: z.string().max(500).catch(''),
  next: z.string().max(2000).optional().catch(undefined),
})

/** Signs in and leads to where the person was going; otherwise says what is wrong, by field. */
export async function signInAction(_previous: SignInState, form: FormData): Promise<SignInState> {
  await requireSameOrigin()
  const fields = Object.fromEntries(form)
  const { email, next } = typedSchema.parse(fields)
  const asked = signInSchema.safeParse(fields)
  if (!asked.success) {
    const { fieldErrors } = z.flattenError(asked.error)
    return {
      typed: { email },
      errors: { email: fieldErrors.email?.[0], password: fieldErrors.password?.[0] },
      problem: null,
    }
  }
  const result = await signIn(asked.data)
  if (result.ok) redirect(nextPath(next))
  return {
    typed: { email },
    errors: {},
    problem:
      result.reason === 'wrong_credentials'
        ? 'Email and password do not belong together.'
        : `Too many tries. Try again ${waitInWords(result.retryAfterSeconds)}.`,
  }
}
