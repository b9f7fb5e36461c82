import { creditNoteJson } from '@/lib/credit-notes/credit-note-json'
import { findCreditNote } from '@/lib/credit-notes/find-credit-note'
import { answer, door, refuseMethods, refuseNotFound } from '../../answers'
import { authorise } from '../../authorise'
import { type CreditNoteAddress, creditNoteId } from './credit-note-address'

/** One credit note. */
export const GET = door(async (request, address: CreditNoteAddress) => {
  const authorised = await authorise(request)
  if (!authorised.ok) return authorised.refusal

  const id = await creditNoteId(address)
  const creditNote = id && (await findCreditNote(authorised.caller.freelancer.id, id))
  return creditNote ? answer(creditNoteJson(creditNote)) : refuseNotFound()
})

export const { POST, PUT, PATCH, DELETE } = refuseMethods('GET')
