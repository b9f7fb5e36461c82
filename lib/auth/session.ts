import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { type Freelancer, getFreelancerOfUser } from '@/lib/freelancers/freelancer-store'
import { auth } from './better-auth'
import { nextPath } from './next-path'
import { PATH_HEADER } from './request-path'
import { sessionUse } from './session-rules'
import { deleteSession, noteSessionUse } from './session-store'

/** Who is signed in and by which session; null when nobody is, or the session is over. Counts as use of the session. */
export async function sessionOfRequest(
  requestHeaders: Headers,
): Promise<{ sessionId: string; freelancer: Freelancer } | null> {
  const found = await auth().api.getSession({ headers: requestHeaders })
  if (!found) return null
  const { id, userId, updatedAt } = found.session
  const use = sessionUse(updatedAt, new Date())
  if (use === 'end') {
    await deleteSession(id)
    return null
  }
  if (use === 'note') await noteSessionUse(id)
  const freelancer = await getFreelancerOfUser(userId)
  return freelancer && { sessionId: id, freelancer }
}

/** The signed-in freelancer, null when nobody is signed in. Read once per page, however many parts of it ask. */
export const currentFreelancer = cache(async (): Promise<Freelancer | null> => {
  const session = await sessionOfRequest(await headers())
  return session?.freelancer ?? null
})

/** The signed-in freelancer; everybody else is led to sign in and back to where they were going. */
export async function requireFreelancer(): Promise<Freelancer> {
  const freelancer = await currentFreelancer()
  if (freelancer) return freelancer
  const path = nextPath((await headers()).get(PATH_HEADER))
  redirect(path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`)
}
