import { freelancerOfApiKey } from '@/lib/auth/api-keys'
import { sessionLives } from '@/lib/auth/session-store'
import { changeStream } from '@/lib/change-stream'
import { mayListen } from '@/lib/live-changes'
import { door, refuseMethods, refuseRateLimited } from '../answers'
import { authorise } from '../authorise'

/** Says `change` with the id of the freelancer's credit note that changed, until the reader leaves or the session ends. */
export const GET = door(async (request) => {
  const authorised = await authorise(request)
  if (!authorised.ok) return authorised.refusal
  const { freelancer, sessionId } = authorised.caller
  const listener = { freelancerId: freelancer.id, link: null }
  if (!mayListen(listener)) return refuseRateLimited(30)

  return changeStream({
    ...listener,
    eventData: (creditNoteId) => ({ creditNoteId }),
    mayGoOn: async () =>
      sessionId === null
        ? (await freelancerOfApiKey(request.headers.get('authorization'))) !== null
        : sessionLives(sessionId),
    readerLeft: request.signal,
  })
})

export const { POST, PUT, PATCH, DELETE } = refuseMethods('GET')
