import { countUnknownClientLink, mayTryClientLink } from '@/lib/auth/client-links'
import { changeStream } from '@/lib/change-stream'
import { openAmendment } from '@/lib/credit-notes/sign-amendment'
import { mayListen } from '@/lib/live-changes'
import { door, refuse, refuseMethods, refuseRateLimited } from '../../../api/answers'

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
  const listener = { freelancerId, link: creditNote.id }
  if (!mayListen(listener)) return refuseRateLimited(30)

  return changeStream({
    ...listener,
    eventData: (creditNoteId) => (creditNoteId === null || creditNoteId === creditNote.id ? {} : null),
    mayGoOn: async () => (await openAmendment(token)).ok,
    readerLeft: request.signal,
  })
})

export const { POST, PUT, PATCH, DELETE } = refuseMethods('GET')
