'use server'

import { revalidatePath } from 'next/cache'
import { z } from 'zod'
import { requireSameOrigin } from '@/lib/auth/same-origin'
import { requireFreelancer } from '@/lib/auth/session'
import { emailField } from '@/lib/auth/sign-in-form'
import { requeueEmail } from '@/lib/email/outbox'

export type ResendState = { typed: string | null; error: string | null }

const resendForm = z.object({ emailId: z.uuid(), recipient: emailField })

/** Has an email that a mail server refused or sent back sent again, to the address as corrected. */
export async function resendEmailAction(_previous: ResendState, form: FormData): Promise<ResendState> {
  await requireSameOrigin()
  const freelancer = await requireFreelancer()
  const asked = resendForm.safeParse(Object.fromEntries(form))
  if (!asked.success) {
    const typed = form.get('recipient')
    return {
      typed: typeof typed === 'string' ? typed : null,
      error: z.flattenError(asked.error).fieldErrors.recipient?.[0] ?? 'This email was not found.',
    }
  }
  const { emailId, recipient } = asked.data
  const result = await requeueEmail(freelancer.id, emailId, recipient)
  revalidatePath('/', 'layout')
  // Refused no longer means that another press was sooner: the page shows how it goes.
  const gone = !result.ok && result.reason === 'not_found'
  return { typed: null, error: gone ? 'This email was not found.' : null }
}
