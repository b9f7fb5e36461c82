'use server'

import { redirect } from 'next/navigation'
import { z } from 'zod'
import { waitInWords } from '@/lib/auth/rate-limit-rules'
import { requireSameOrigin } from '@/lib/auth/same-origin'
import { type SignUpResult, signUp } from '@/lib/auth/sign-up'
import { signUpSchema } from '@/lib/auth/sign-up-form'
import type { AuthFormState } from '../auth-form-state'

export type SignUpState = AuthFormState<'businessName' | 'email' | 'password'>

const typedSchema = z.object({ businessName: z.string().max(500).catch(''), email: z.string().max(500).catch('') })

/** Opens a desk and leads there; otherwise says what is wrong, by field. */
export async function signUpAction(_previous: SignUpState, form: FormData): Promise<SignUpState> {
  await requireSameOrigin()
  const fields = Object.fromEntries(form)
  const typed = typedSchema.parse(fields)
  const asked = signUpSchema.safeParse(fields)
  if (!asked.success) {
    const { fieldErrors } = z.flattenError(asked.error)
    const errors = {
      businessName: fieldErrors.businessName?.[0],
      email: fieldErrors.email?.[0],
      password: fieldErrors.password?.[0],
    }
    return { typed, errors, problem: null }
  }
  const result = await signUp(asked.data)
  if (result.ok) redirect('/')
  return { typed, ...refusal(result) }
}

function refusal(result: Exclude<SignUpResult, { ok: true }>): Pick<SignUpState, 'errors' | 'problem'> {
  switch (result.reason) {
    case 'email_taken':
      return { errors: { email: 'There is already a desk with this email address. Sign in instead.' }, problem: null }
    case 'weak_password':
      return {
        errors: { password: 'This password is easy to guess. Choose a longer or a less common one.' },
        problem: null,
      }
    case 'rate_limited':
      return { errors: {}, problem: `Too many tries. Try again ${waitInWords(result.retryAfterSeconds)}.` }
  }
}
