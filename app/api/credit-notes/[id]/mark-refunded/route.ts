import { creditNoteJson } from '@/lib/credit-notes/credit-note-json'
import { dayIn } from '@/lib/dates'
import { markRefunded } from '@/lib/refunds/mark-refunded'
import { markRefundedSchema } from '@/lib/refunds/mark-refunded-form'
import { answer, door, refuse, refuseBody, refuseMethods, refuseNotFound } from '../../../answers'
import { authorise } from '../../../authorise'
import { readJson } from '../../../read-body'

/** Records that the money went back outside Stripe: `{"reason","method"?,"refundedOn"?}`. Other fields are not looked at. */
export const POST = door(async (request, { params }: { params: Promise<{ id: string }> }) => {
  const authorised = await authorise(request)
  if (!authorised.ok) return authorised.refusal
  const { freelancer, actor } = authorised.caller

  const read = await readJson(request)
  if (!read.ok) return refuseBody(read.reason)
  const mark = markRefundedSchema(dayIn(freelancer.timeZone, new Date())).safeParse(read.json)
  if (!mark.success) {
    const details = Object.fromEntries(
      mark.error.issues.map(({ path, message }) => [path[0] === undefined ? 'body' : String(path[0]), message]),
    )
    return refuse('invalid_field', `Wrong or missing: ${Object.keys(details).join(', ')}.`, { details })
  }

  const { reason, method, refundedOn } = mark.data
  const result = await markRefunded({
    freelancerId: freelancer.id,
    creditNoteId: (await params).id,
    actor,
    reference: reason,
    method,
    refundedOn,
  })
  if (result.ok) return answer(creditNoteJson(result.creditNote))
  if (result.reason === 'not_found') return refuseNotFound()
  if (result.reason === 'method_not_possible')
    return refuse('invalid_field', result.message, { details: { method: result.message } })
  return refuse(result.reason, result.message, { details: { status: result.status } })
})

export const { GET, PUT, PATCH, DELETE } = refuseMethods('POST')
