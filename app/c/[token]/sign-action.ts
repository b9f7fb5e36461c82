'use server'

import { revalidatePath } from 'next/cache'
import { z } from 'zod'
import { countUnknownClientLink, mayTryClientLink } from '@/lib/auth/client-links'
import { requireSameOrigin } from '@/lib/auth/same-origin'
import { signAmendment } from '@/lib/credit-notes/sign-amendment'
import type { SignState } from './sign-state'

const signForm = z.object({
  token: z.string().max(200),
  signedBy: z
    .string()
    .overwrite((name) => name.replaceAll('\0', ''))
    .trim()
    .min(1, 'Type your name to sign.')
    .max(120, 'This name is too long: at most 120 characters.'),
  agreed: z.literal('yes', { error: 'Tick this to agree to the change.' }),
})

const typedForm = z.object({
  signedBy: z.string().max(500).optional().catch(undefined),
  agreed: z.string().max(10).optional().catch(undefined),
})

/** Takes the client's signature. The link is the proof of who signs; a second signature changes nothing. */
export async function signAction(_previous: SignState, form: FormData): Promise<SignState> {
  await requireSameOrigin()
  const within = await mayTryClientLink()
  if (!within.ok) return refused('Too many links were tried from here. Please try again in a few minutes.')
  const fields = Object.fromEntries(form)
  const asked = signForm.safeParse(fields)
  if (!asked.success) {
    const { fieldErrors } = z.flattenError(asked.error)
    const errors = { signedBy: fieldErrors.signedBy?.[0], agreed: fieldErrors.agreed?.[0] }
    return { typed: typedForm.parse(fields), errors, problem: null }
  }
  const { token, signedBy } = asked.data
  const signed = await signAmendment({ token, signedBy })
  revalidatePath(`/c/${token}`)
  // Signed just now or before: either way the page is redrawn and shows how the refund is going.
  if (signed.ok || signed.reason === 'already_signed') return { typed: {}, errors: {}, problem: null }
  if (signed.reason === 'link_unknown') await countUnknownClientLink()
  return refused('This link has expired or been replaced. Ask for a new one.')
}

function refused(problem: string): SignState {
  return { typed: {}, errors: {}, problem }
}
