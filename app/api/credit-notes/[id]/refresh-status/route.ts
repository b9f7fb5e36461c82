import { countAct } from '@/lib/auth/rate-limit'
import { creditNoteJson } from '@/lib/credit-notes/credit-note-json'
import { refreshRefund } from '@/lib/refunds/refresh-refund'
import { answer, door, refuseBody, refuseMethods, refuseNotFound, refuseRateLimited } from '../../../answers'
import { authorise } from '../../../authorise'
import { readBody } from '../../../read-body'

/** Reads the refund from Stripe; 200 with the credit note as it now stands. A body is not looked at. */
export const POST = door(async (request, { params }: { params: Promise<{ id: string }> }) => {
  const authorised = await authorise(request)
  if (!authorised.ok) return authorised.refusal
  const { freelancer } = authorised.caller

  const read = await readBody(request)
  if (!read.ok) return refuseBody(read.reason)
  const within = await countAct('refresh_per_freelancer', freelancer.id)
  if (!within.ok) return refuseRateLimited(within.retryAfterSeconds)

  const result = await refreshRefund({ freelancerId: freelancer.id, creditNoteId: (await params).id })
  return result.ok ? answer(creditNoteJson(result.creditNote)) : refuseNotFound()
})

export const { GET, PUT, PATCH, DELETE } = refuseMethods('POST')
