import { headers } from 'next/headers'
import { auth } from './better-auth'
import { deleteSession } from './session-store'

/** Ends the session in the database and takes its cookie back. */
export async function signOut(): Promise<void> {
  const requestHeaders = await headers()
  const session = await auth().api.getSession({ headers: requestHeaders })
  // better-auth would swallow a database failure here and leave a session that still opens the door.
  if (session) await deleteSession(session.session.id)
  await auth().api.signOut({ headers: requestHeaders })
}
