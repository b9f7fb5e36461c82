'use server'

import { revalidatePath } from 'next/cache'
import { z } from 'zod'
import { createApiKey, revokeApiKey } from '@/lib/auth/api-keys'
import { requireSameOrigin } from '@/lib/auth/same-origin'
import { requireFreelancer } from '@/lib/auth/session'

export type CreateApiKeyState = { typed: string; error: string | null; made: { name: string; key: string } | null }

const createForm = z.object({
  name: z
    .string()
    .trim()
    .min(1, 'Give the key a name, so that you know later what uses it.')
    .max(80, 'This name is too long: at most 80 characters.'),
})

/** Makes an API key and shows it this once. */
export async function createApiKeyAction(_previous: CreateApiKeyState, form: FormData): Promise<CreateApiKeyState> {
  await requireSameOrigin()
  const freelancer = await requireFreelancer()
  const asked = createForm.safeParse(Object.fromEntries(form))
  if (!asked.success) {
    const typed = form.get('name')
    return {
      typed: typeof typed === 'string' ? typed : '',
      error: z.flattenError(asked.error).fieldErrors.name?.[0] ?? null,
      made: null,
    }
  }
  const { key, apiKey } = await createApiKey(freelancer.id, asked.data.name)
  revalidatePath('/settings')
  return { typed: '', error: null, made: { name: apiKey.name, key } }
}

const revokeForm = z.object({ apiKeyId: z.uuid() })

/** Closes an API key for good; one that is gone already stays gone. */
export async function revokeApiKeyAction(form: FormData): Promise<void> {
  await requireSameOrigin()
  const freelancer = await requireFreelancer()
  const asked = revokeForm.safeParse(Object.fromEntries(form))
  if (asked.success) await revokeApiKey(freelancer.id, asked.data.apiKeyId)
  revalidatePath('/settings')
}
