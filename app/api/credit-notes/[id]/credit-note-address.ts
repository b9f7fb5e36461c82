import { z } from 'zod'

/** What Next gives a route under `/api/credit-notes/{id}`. */
export type CreditNoteAddress = { params: Promise<{ id: string }> }

/** The id in the address; null when it can't be one. */
export async function creditNoteId({ params }: CreditNoteAddress): Promise<string | null> {
  const parsed = z.uuid().safeParse((await params).id)
  return parsed.success ? parsed.data.toLowerCase() : null
}
