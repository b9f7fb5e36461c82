import { z } from 'zod'
import type { RefundStatus } from '@/lib/refunds/refund-status'

/** Where a page of credit notes ended: its last row's key, and whether that row was among those that come first. */
export type CreditNoteCursor = { issuedAt: Date; id: string; open: boolean }

/** Pending and failed notes stand before all others in the desk's list. */
export function isOpen(status: RefundStatus): boolean {
  return status === 'pending' || status === 'failed'
}

const cursorSchema = z.tuple([z.iso.datetime(), z.uuid(), z.boolean()])

/** Writes a cursor for a URL or an API answer. */
export function writeCreditNoteCursor({ issuedAt, id, open }: CreditNoteCursor): string {
  return Buffer.from(JSON.stringify([issuedAt.toISOString(), id, open])).toString('base64url')
}

/** Reads a cursor back; null when it is none of ours. */
export function parseCreditNoteCursor(text: string): CreditNoteCursor | null {
  try {
    const [issuedAt, id, open] = cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
    return { issuedAt: new Date(issuedAt), id, open }
  } catch {
    return null
  }
}
