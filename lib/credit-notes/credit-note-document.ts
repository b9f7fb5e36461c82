import { z } from 'zod'
import { MANUAL_METHODS } from '@/lib/refunds/refund-status'
import type { CreditNote } from './credit-note'

/** What is printed on a credit note. It can wait as JSON (an email carries it), so its form is checked when it comes back. */
export const creditNoteDocumentSchema = z.object({
  number: z.string(),
  issuedAt: z.iso.datetime(),
  /** Where the issuer lives: the day of issue is a day there. */
  timeZone: z.string(),
  /** The client's, to whom the document is addressed. */
  locale: z.string(),
  issuer: z.object({
    name: z.string(),
    address: z.string(),
    vatNumber: z.string().nullable(),
    email: z.string(),
  }),
  client: z.object({ name: z.string(), address: z.string() }),
  proposalNumber: z.string(),
  proposalTitle: z.string(),
  amendmentNumber: z.string(),
  amendmentReason: z.string(),
  /** Minor units of `currency`. */
  amountNet: z.int(),
  amountVat: z.int(),
  amountGross: z.int(),
  currency: z.string(),
  refund: z.discriminatedUnion('state', [
    z.object({
      state: z.literal('announced'),
      depositMethod: z.enum(['card', 'sepa']),
    }),
    z.object({
      state: z.literal('by_stripe'),
      completedAt: z.iso.datetime(),
      stripeRefundId: z.string(),
      traceNumber: z.string().nullable(),
    }),
    z.object({
      state: z.literal('by_hand'),
      method: z.enum(MANUAL_METHODS),
      reference: z.string(),
      refundedOn: z.iso.date(),
    }),
  ]),
})
export type CreditNoteDocument = z.infer<typeof creditNoteDocumentSchema>

/** The document of a credit note, with what is known of its refund today. `timeZone` is the issuer's. */
export function creditNoteDocument(note: CreditNote, timeZone: string): CreditNoteDocument {
  return {
    number: note.number,
    issuedAt: note.issuedAt.toISOString(),
    timeZone,
    locale: note.parties.client.locale,
    issuer: note.parties.issuer,
    client: {
      name: note.parties.client.name,
      address: note.parties.client.address,
    },
    proposalNumber: note.proposalNumber,
    proposalTitle: note.proposalTitle,
    amendmentNumber: note.amendmentNumber,
    amendmentReason: note.amendmentReason,
    amountNet: note.amountNet,
    amountVat: note.amountVat,
    amountGross: note.amountGross,
    currency: note.currency,
    refund: refundOf(note),
  }
}

function refundOf(note: CreditNote): CreditNoteDocument['refund'] {
  if (note.refundStatus === 'manual' && note.manual) {
    const { method, reference, refundedOn } = note.manual
    return {
      state: 'by_hand',
      method,
      reference,
      refundedOn: refundedOn.toISOString().slice(0, 10),
    }
  }
  if (note.refundStatus === 'succeeded' && note.settledAt && note.stripeRefundId) {
    return {
      state: 'by_stripe',
      completedAt: note.settledAt.toISOString(),
      stripeRefundId: note.stripeRefundId,
      traceNumber: note.traceNumber,
    }
  }
  return { state: 'announced', depositMethod: note.depositMethod }
}
