import { countAct } from '@/lib/auth/rate-limit'
import { creditNoteJson } from '@/lib/credit-notes/credit-note-json'
import { retryRefund } from '@/lib/refunds/retry-refund'
import { answer, door, refuse, refuseBody, refuseMethods, refuseNotFound, refuseRateLimited } from '../../../answers'
import { authorise } from '../../../authorise'
import { readBody } from '../../../read-body'

/** Asks Stripe again; 200 with the credit note as it now stands, whether Stripe said yes or no. A body is not looked at. */
export const POST = door(async (request, { params }: { params: Promise<{ id: string }> }) => {
  const authorised = await authorise(request)
  if (!authorised.ok) return authorised.refusal
  const { freelancer, actor } = authorised.caller

  const read = await readBody(request)
  if (!read.ok) return refuseBody(read.reason)
  const within = await countAct('retry_per_freelancer', freelancer.id)
  if (!within.ok) return refuseRateLimited(within.retryAfterSeconds)

  const result = await retryRefund({ freelancerId: freelancer.id, creditNoteId: (await params).id, actor })
  if (result.ok) return answer(creditNoteJson(result.creditNote))
  if (result.reason === 'not_found') return refuseNotFound()
  return refuse(result.reason, result.message, { details: { status: result.status } })
})

export const { GET, PUT, PATCH, DELETE } = refuseMethods('POST')
