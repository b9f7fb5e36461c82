'use server'

import { revalidatePath } from 'next/cache'
import { z } from 'zod'
import { waitInWords } from '@/lib/auth/rate-limit-rules'
import { requireSameOrigin } from '@/lib/auth/same-origin'
import { requireFreelancer } from '@/lib/auth/session'
import { emailField } from '@/lib/auth/sign-in-form'
import { MOST_RESENDS } from '@/lib/email/outbox'
import { type ResendResult, resendEmail } from '@/lib/email/resend-email'

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
  const result = await resendEmail(freelancer.id, emailId, recipient)
  const error = result.ok ? null : problemOf(result)
  revalidatePath('/', 'layout')
  return { typed: error && recipient, error }
}

function problemOf(result: Extract<ResendResult, { ok: false }>): string | null {
  switch (result.reason) {
    case 'not_found':
      return 'This email was not found.'
    case 'not_refused':
      // Another press was sooner: the page shows how it goes.
      return null
    case 'sent_too_often':
      return `This email has been sent again ${MOST_RESENDS} times and still did not arrive. Please reach your client in another way.`
    case 'rate_limited':
      return `You have had many emails sent again in a short time. Please send the next ${waitInWords(result.retryAfterSeconds)}.`
  }
}
