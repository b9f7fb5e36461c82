import { requireFreelancer } from '@/lib/auth/session'
import { creditNoteDocument } from '@/lib/credit-notes/credit-note-document'
import { creditNoteFileName, renderCreditNotePdf } from '@/lib/credit-notes/credit-note-pdf'
import { findCreditNote } from '@/lib/credit-notes/find-credit-note'

/** The credit note as a file. Another freelancer's is not found. */
export async function GET(_request: Request, { params }: RouteContext<'/credit-notes/[id]/pdf'>): Promise<Response> {
  const freelancer = await requireFreelancer()
  const note = await findCreditNote(freelancer.id, (await params).id)
  if (!note) return new Response('There is no such credit note.', { status: 404 })
  const pdf = await renderCreditNotePdf(creditNoteDocument(note, freelancer.timeZone))
  return new Response(new Uint8Array(pdf), {
    headers: {
      'content-type': 'application/pdf',
      'content-disposition': `attachment; filename="${creditNoteFileName(note.number)}"`,
      'cache-control': 'private, no-store',
    },
  })
}
