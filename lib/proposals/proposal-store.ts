import { z } from 'zod'
import { db } from '@/lib/db'
import type { Transaction } from '@/lib/transaction'
import type { Totals } from './proposal-totals'

export const PROPOSAL_STATUSES = ['draft', 'sent', 'signed', 'deposit_paid', 'paid', 'cancelled'] as const
export type ProposalStatus = (typeof PROPOSAL_STATUSES)[number]

/** VAT rate in basis points: 1900 is 19 %. */
export type Line = { description: string; quantity: number; unitNet: number; vatRate: number }

/** A proposal as the desk reads it. */
export type ProposalView = {
  id: string
  number: string
  title: string
  status: ProposalStatus
  currency: string
  clientName: string
  clientEmail: string
  totals: Totals
  lines: Line[]
  deposit: {
    method: 'card' | 'sepa'
    amount: number
    currency: string
    paidAt: Date | null
    confirmedAt: Date | null
    stripePaymentIntentId: string | null
  } | null
  amendments: {
    id: string
    number: string
    status: 'draft' | 'sent' | 'signed'
    reason: string
    totals: Totals
    signedAt: Date | null
    signedBy: string | null
  }[]
  signedAt: Date | null
  createdAt: Date
}

export type ProposalSummary = Pick<
  ProposalView,
  'id' | 'number' | 'title' | 'status' | 'currency' | 'clientName' | 'createdAt'
> & { totalGross: number }

type TotalsColumns = { totalNet: bigint; totalVat: bigint; totalGross: bigint }

function totals(row: TotalsColumns): Totals {
  return { net: Number(row.totalNet), vat: Number(row.totalVat), gross: Number(row.totalGross) }
}

/** One proposal of this freelancer with all that its page shows; null when there is none with this id. */
export async function getProposal(freelancerId: string, id: string): Promise<ProposalView | null> {
  if (!z.uuid().safeParse(id).success) return null
  const row = await db().proposal.findFirst({
    where: { id, freelancerId },
    include: {
      client: { select: { name: true, email: true } },
      lines: { orderBy: { position: 'asc' } },
      deposit: true,
      amendments: { orderBy: { number: 'asc' } },
    },
  })
  if (!row) return null
  return {
    id: row.id,
    number: row.number,
    title: row.title,
    status: row.status,
    currency: row.currency,
    clientName: row.client.name,
    clientEmail: row.client.email,
    totals: totals(row),
    lines: row.lines.map(line),
    deposit: row.deposit && {
      method: row.deposit.method,
      amount: Number(row.deposit.amount),
      currency: row.deposit.currency,
      paidAt: row.deposit.paidAt,
      confirmedAt: row.deposit.confirmedAt,
      stripePaymentIntentId: row.deposit.stripePaymentIntentId,
    },
    amendments: row.amendments.map((amendment) => ({
      id: amendment.id,
      number: amendment.number,
      status: amendment.status,
      reason: amendment.reason,
      totals: totals(amendment),
      signedAt: amendment.signedAt,
      signedBy: amendment.signedBy,
    })),
    signedAt: row.signedAt,
    createdAt: row.createdAt,
  }
}

function line(row: { description: string; quantity: number; unitNet: bigint; vatRate: number }): Line {
  return { description: row.description, quantity: row.quantity, unitNet: Number(row.unitNet), vatRate: row.vatRate }
}

/** The parties, lines and totals of a proposal; throws when it is gone, since ids come from rows that name it. */
export async function getAgreement(freelancerId: string, proposalId: string) {
  const row = await db().proposal.findFirstOrThrow({
    where: { id: proposalId, freelancerId },
    include: {
      client: { select: { name: true, address: true, email: true, locale: true } },
      freelancer: { select: { businessName: true, timeZone: true } },
      lines: { orderBy: { position: 'asc' } },
    },
  })
  return {
    number: row.number,
    title: row.title,
    currency: row.currency,
    totals: totals(row),
    lines: row.lines.map(line),
    client: row.client,
    freelancerName: row.freelancer.businessName,
    timeZone: row.freelancer.timeZone,
  }
}

/** A proposal's totals as this transaction finds them. */
export async function getTotals(tx: Transaction, proposalId: string): Promise<Totals> {
  const select = { totalNet: true, totalVat: true, totalGross: true }
  return totals(await tx.proposal.findUniqueOrThrow({ where: { id: proposalId }, select }))
}

/** Where a page of proposals ended. */
export type ProposalCursor = { createdAt: Date; id: string }

/** A page of the freelancer's proposals, newest first, by keyset. */
export async function listProposals(
  freelancerId: string,
  { cursor, limit }: { cursor?: ProposalCursor; limit: number },
): Promise<{ proposals: ProposalSummary[]; nextCursor: ProposalCursor | null }> {
  const rows = await db().proposal.findMany({
    where: {
      freelancerId,
      ...(cursor && {
        createdAt: { lte: cursor.createdAt },
        OR: [{ createdAt: { lt: cursor.createdAt } }, { id: { lt: cursor.id } }],
      }),
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
    include: { client: { select: { name: true } } },
  })
  const proposals = rows.slice(0, limit).map((row) => ({
    id: row.id,
    number: row.number,
    title: row.title,
    status: row.status,
    currency: row.currency,
    clientName: row.client.name,
    createdAt: row.createdAt,
    totalGross: Number(row.totalGross),
  }))
  const last = proposals.at(-1)
  return { proposals, nextCursor: rows.length > limit && last ? { createdAt: last.createdAt, id: last.id } : null }
}

/** Moves a proposal on, if it stands where the move begins; otherwise nothing changes. */
export async function moveProposal(
  tx: Transaction,
  proposalId: string,
  from: ProposalStatus,
  to: ProposalStatus,
): Promise<void> {
  await tx.proposal.updateMany({ where: { id: proposalId, status: from }, data: { status: to } })
}

/**
 * A proposal whose deposit was paid is `paid` when no credit note of it is still owed, `deposit_paid` while one is; without
 * any it stays as it is.
 */
export async function writeBooks(tx: Transaction, proposalId: string): Promise<void> {
  // Held first: of two refunds that end at once, the later one must see how the other ended.
  await tx.$queryRaw`SELECT id FROM proposals WHERE id = ${proposalId}::uuid FOR UPDATE`
  await tx.$executeRaw`
    UPDATE proposals p SET status = CASE WHEN owed THEN 'deposit_paid'::proposal_status ELSE 'paid'::proposal_status END
    FROM (
      SELECT proposal_id, bool_or(refund_status NOT IN ('succeeded', 'manual')) AS owed FROM credit_notes
      WHERE proposal_id = ${proposalId}::uuid GROUP BY proposal_id
    ) notes
    WHERE p.id = notes.proposal_id AND p.status IN ('deposit_paid', 'paid')`
}

/** Takes over the totals that a signed amendment leaves. */
export async function writeProposalTotals(
  tx: Transaction,
  proposalId: string,
  { net, vat, gross }: Totals,
): Promise<void> {
  await tx.proposal.update({ where: { id: proposalId }, data: { totalNet: net, totalVat: vat, totalGross: gross } })
}

export type NewProposal = {
  freelancerId: string
  clientId: string
  number: string
  title: string
  status: ProposalStatus
  currency: string
  totals: Totals
  lines: Line[]
  signedAt: Date | null
}

/** Writes a proposal with its lines and returns its id. */
export async function insertProposal(tx: Transaction, proposal: NewProposal): Promise<string> {
  const { totals: sums, lines, ...rest } = proposal
  const { id } = await tx.proposal.create({
    data: {
      ...rest,
      totalNet: sums.net,
      totalVat: sums.vat,
      totalGross: sums.gross,
      lines: { create: lines.map((each, index) => ({ ...each, position: index + 1 })) },
    },
    select: { id: true },
  })
  return id
}
