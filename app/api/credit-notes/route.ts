import { z } from 'zod'
import { parseCreditNoteCursor, writeCreditNoteCursor } from '@/lib/credit-notes/credit-note-cursor'
import { creditNoteJson } from '@/lib/credit-notes/credit-note-json'
import { listCreditNotes } from '@/lib/credit-notes/credit-note-store'
import { REFUND_STATUSES } from '@/lib/refunds/refund-status'
import { answer, door, refuse, refuseMethods } from '../answers'
import { authorise } from '../authorise'

const DEFAULT_LIMIT = 20
const HIGHEST_LIMIT = 100

const querySchema = z.object({
  status: z.enum(REFUND_STATUSES, `must be one of ${REFUND_STATUSES.join(', ')}`).optional(),
  cursor: z
    .string()
    .max(500, 'is not a cursor of this list')
    .transform((text, context) => {
      const cursor = parseCreditNoteCursor(text)
      if (cursor) return cursor
      context.addIssue({ code: 'custom', message: 'is not a cursor of this list' })
      return z.NEVER
    })
    .optional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, `must be a whole number from 1 to ${HIGHEST_LIMIT}`)
    .transform(Number)
    .pipe(z.number().min(1, 'must be at least 1').max(HIGHEST_LIMIT, `must be at most ${HIGHEST_LIMIT}`))
    .optional(),
})

/** The freelancer's credit notes, newest first, a page at a time. */
export const GET = door(async (request) => {
  const authorised = await authorise(request)
  if (!authorised.ok) return authorised.refusal

  const asked = new URL(request.url).searchParams
  const query = querySchema.safeParse(Object.fromEntries([...asked].filter(([, value]) => value !== '')))
  if (!query.success) {
    const details = Object.fromEntries(query.error.issues.map(({ path, message }) => [String(path[0]), message]))
    return refuse('invalid_parameter', `Wrong in the address: ${Object.keys(details).join(', ')}.`, { details })
  }
  const { status, cursor, limit = DEFAULT_LIMIT } = query.data
  const { creditNotes, nextCursor } = await listCreditNotes(authorised.caller.freelancer.id, {
    status,
    cursor,
    limit,
    order: 'newest',
  })
  return answer({
    data: creditNotes.map(creditNoteJson),
    nextCursor: nextCursor && writeCreditNoteCursor(nextCursor),
  })
})

export const { POST, PUT, PATCH, DELETE } = refuseMethods('GET')
