import { freelancerOfApiKey } from '@/lib/auth/api-keys'
import { clientAddress } from '@/lib/auth/client-address'
import { countOffence } from '@/lib/auth/rate-limit'
import { fromOwnPages } from '@/lib/auth/same-origin'
import { sessionOfRequest } from '@/lib/auth/session'
import type { Freelancer } from '@/lib/freelancers/freelancer-store'
import { refuse, refuseRateLimited } from './answers'

/** Who knocks, and by what: a session's cookie or an API key. */
export type Caller = {
  freelancer: Freelancer
  actor: 'freelancer' | 'api_key'
  /** Null for an API key. */
  sessionId: string | null
}
export type Authorisation = { ok: true; caller: Caller } | { ok: false; refusal: Response }

/**
 * Finds out who sends the request. A cookie is sent by the browser whoever made it send, so that it counts for a change
 * only from one of our own pages; a key in the Authorization header says by itself that its owner meant it.
 */
export async function authorise(request: Request): Promise<Authorisation> {
  const authorization = request.headers.get('authorization')
  if (authorization !== null) return authoriseKey(authorization, request.headers)

  const session = await sessionOfRequest(request.headers)
  if (!session) {
    const message = 'Sign in, or send an API key as `Authorization: Bearer requite_…`.'
    return { ok: false, refusal: refuse('unauthenticated', message, { headers: CHALLENGE }) }
  }
  if (request.method !== 'GET' && request.method !== 'HEAD' && !fromOwnPages(request.headers)) {
    return { ok: false, refusal: refuse('foreign_origin', 'The request does not come from this site.') }
  }
  return { ok: true, caller: { freelancer: session.freelancer, actor: 'freelancer', sessionId: session.sessionId } }
}

async function authoriseKey(authorization: string, headers: Headers): Promise<Authorisation> {
  const freelancer = await freelancerOfApiKey(authorization)
  if (freelancer) return { ok: true, caller: { freelancer, actor: 'api_key', sessionId: null } }
  // Only keys that don't open are counted, so that a caller with a good one is never kept waiting by a neighbour.
  const within = await countOffence('api_key_unknown_per_address', clientAddress(headers))
  const refusal = within.ok
    ? refuse('unauthenticated', 'This API key is not valid.', { headers: CHALLENGE })
    : refuseRateLimited(within.retryAfterSeconds)
  return { ok: false, refusal }
}

const CHALLENGE = { 'www-authenticate': 'Bearer realm="Requite"' }
