import { creditNoteJson } from '@/lib/credit-notes/credit-note-json'
import { findCreditNote } from '@/lib/credit-notes/find-credit-note'
import { answer, door, refuseMethods, refuseNotFound } from '../../answers'
import { authorise } from '../../authorise'

/** One credit note. */
export const GET = door(async (request, { params }: { params: Promise<{ id: string }> }) => {
  const authorised = await authorise(request)
  if (!authorised.ok) return authorised.refusal

  const creditNote = await findCreditNote(authorised.caller.freelancer.id, (await params).id)
  return creditNote ? answer(creditNoteJson(creditNote)) : refuseNotFound()
})

export const { POST, PUT, PATCH, DELETE } = refuseMethods('GET')
