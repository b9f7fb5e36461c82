import { countUnknownClientLink, mayTryClientLink } from '@/lib/auth/client-links'
import { changeStream } from '@/lib/change-stream'
import { openAmendment } from '@/lib/credit-notes/sign-amendment'
import { listenerCount } from '@/lib/live-changes'
import { door, refuse, refuseMethods, refuseRateLimited } from '../../../api/answers'

/** Many clients may watch at once; this bounds what one freelancer's links can cost. */
const MOST_STREAMS = 200

/** Says `change` when the refund behind this link moved, and nothing else of what the freelancer owns. */
export const GET = door(async (request, { params }: { params: Promise<{ token: string }> }) => {
  const within = await mayTryClientLink()
  if (!within.ok) return refuseRateLimited(within.retryAfterSeconds)
  const { token } = await params
  const opened = await openAmendment(token)
  if (!opened.ok) {
    if (opened.reason === 'link_unknown') await countUnknownClientLink()
    return refuse('not_found', 'This link opens nothing.')
  }
  const { freelancerId, creditNote } = opened.amendment
  // Nothing moves before the client has signed: 204 tells the browser not to come back.
  if (!creditNote) return new Response(null, { status: 204 })
  if (listenerCount(freelancerId) >= MOST_STREAMS) return refuseRateLimited(30)

  return changeStream({
    freelancerId,
    eventData: (creditNoteId) => (creditNoteId === null || creditNoteId === creditNote.id ? {} : null),
    mayGoOn: async () => (await openAmendment(token)).ok,
    readerLeft: request.signal,
  })
})

export const { POST, PUT, PATCH, DELETE } = refuseMethods('GET')
