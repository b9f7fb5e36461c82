import { db } from '@/lib/db'
import { SESSION_IDLE_SECONDS } from './session-rules'

/** Notes that a session is in use, which moves its idle end. */
export async function noteSessionUse(id: string): Promise<void> {
  await db().$executeRaw`UPDATE sessions SET updated_at = now() WHERE id = ${id}`
}

/** Ends a session for good. Ending one that is over already is no failure. */
export async function deleteSession(id: string): Promise<void> {
  await db().session.deleteMany({ where: { id } })
}

/** Whether a session still opens the door, without counting as use of it. */
export async function sessionLives(id: string): Promise<boolean> {
  const live = await db().$queryRaw<unknown[]>`
    SELECT 1 FROM sessions
    WHERE id = ${id}
      AND expires_at > now()
      AND updated_at > now() - make_interval(secs => ${SESSION_IDLE_SECONDS}::float8)`
  return live.length === 1
}

/** Deletes sessions that are over. Returns how many. */
export async function deleteEndedSessions(): Promise<number> {
  return db().$executeRaw`
    DELETE FROM sessions
    WHERE expires_at < now() OR updated_at < now() - make_interval(secs => ${SESSION_IDLE_SECONDS}::float8)`
}
