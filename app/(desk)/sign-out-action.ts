'use server'

import { redirect } from 'next/navigation'
import { requireSameOrigin } from '@/lib/auth/same-origin'
import { signOut } from '@/lib/auth/sign-out'

export async function signOutAction(): Promise<void> {
  await requireSameOrigin()
  await signOut()
  redirect('/sign-in')
}
