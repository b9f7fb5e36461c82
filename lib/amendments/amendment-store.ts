import { db } from '@/lib/db'
import type { Line } from '@/lib/proposals/proposal-store'
import type { Totals } from '@/lib/proposals/proposal-totals'
import type { Transaction } from '@/lib/transaction'

/** An amendment as its link finds it. */
export type LinkedAmendment = {
  id: string
  freelancerId: string
  proposalId: string
  number: string
  status: 'draft' | 'sent' | 'signed'
  reason: string
  lines: Line[]
  totals: Totals
  linkExpiresAt: Date | null
  linkRevokedAt: Date | null
  signedAt: Date | null
  signedBy: string | null
}

/** Finds an amendment by the hash of its link's secret; null when no link is known by it. */
export async function getAmendmentByLink(hash: string): Promise<LinkedAmendment | null> {
  const row = await db().amendment.findUnique({
    where: { linkHash: hash },
    include: { lines: { orderBy: { position: 'asc' } } },
  })
  return (
    row && {
      id: row.id,
      freelancerId: row.freelancerId,
      proposalId: row.proposalId,
      number: row.number,
      status: row.status,
      reason: row.reason,
      lines: row.lines.map(({ description, quantity, unitNet, vatRate }) => ({
        description,
        quantity,
        unitNet: Number(unitNet),
        vatRate,
      })),
      totals: { net: Number(row.totalNet), vat: Number(row.totalVat), gross: Number(row.totalGross) },
      linkExpiresAt: row.linkExpiresAt,
      linkRevokedAt: row.linkRevokedAt,
      signedAt: row.signedAt,
      signedBy: row.signedBy,
    }
  )
}

/** Marks an amendment that was sent as signed; false when somebody has signed it already. */
export async function markAmendmentSigned(tx: Transaction, amendmentId: string, signedBy: string): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE amendments SET status = 'signed', signed_at = now(), signed_by = ${signedBy}
    WHERE id = ${amendmentId}::uuid AND status = 'sent'`
  return changed > 0
}

export type NewAmendment = {
  freelancerId: string
  proposalId: string
  number: string
  status: 'draft' | 'sent'
  reason: string
  totals: Totals
  lines: Line[]
  linkHash: string | null
  linkExpiresAt: Date | null
}

/** Writes an amendment with the lines it leaves, and returns its id. */
export async function insertAmendment(tx: Transaction, amendment: NewAmendment): Promise<string> {
  const { totals, lines, ...rest } = amendment
  const { id } = await tx.amendment.create({
    data: {
      ...rest,
      totalNet: totals.net,
      totalVat: totals.vat,
      totalGross: totals.gross,
      lines: { create: lines.map((line, index) => ({ ...line, position: index + 1 })) },
    },
    select: { id: true },
  })
  return id
}
