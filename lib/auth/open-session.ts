import { headers } from 'next/headers'
import { auth } from './better-auth'
import { deleteSession } from './session-store'

/**
 * Checks the password and, when it is right, opens a session whose cookie goes with the answer. A session that the same
 * browser had before ends, so that it can't be used beside the new one. False when email and password don't belong
 * together; which of the two is wrong is not told, and takes the same time to find out.
 */
export async function openSession(credentials: { email: string; password: string }): Promise<boolean> {
  const requestHeaders = await headers()
  const before = await auth().api.getSession({ headers: requestHeaders })
  try {
    await auth().api.signInEmail({ body: credentials, headers: requestHeaders })
  } catch (error) {
    if (isRefusal(error)) return false
    throw error
  }
  if (before) await deleteSession(before.session.id)
  return true
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 'UNAUTHORIZED'
}
