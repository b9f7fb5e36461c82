import type { LinkedAmendment } from '@/lib/amendments/amendment-store'
import { findAmendmentByLink, takeSignature } from '@/lib/amendments/find-amendment'
import { yearIn } from '@/lib/dates'
import { findDepositOfProposal, holdDepositOfProposal } from '@/lib/deposits/find-deposit'
import { refundInitiated } from '@/lib/email/email-moments'
import { enqueueEmail } from '@/lib/email/outbox'
import { findFreelancer } from '@/lib/freelancers/find-freelancer'
import { addJob } from '@/lib/jobs'
import { adoptAmendedTotals, findAgreement, findTotals } from '@/lib/proposals/find-agreement'
import type { Line } from '@/lib/proposals/proposal-store'
import type { Totals } from '@/lib/proposals/proposal-totals'
import { settleProposal } from '@/lib/proposals/settle-proposal'
import { inTransaction, type Transaction } from '@/lib/transaction'
import type { CreditNote } from './credit-note'
import { creditNoteAmounts } from './credit-note-amounts'
import { creditNoteNumber } from './credit-note-number'
import {
  creditedSoFar,
  getCreditNote,
  getCreditNoteOfAmendment,
  insertCreditNote,
  insertTimelineEntry,
  nextCreditNoteSequence,
} from './credit-note-store'

/** What a client sees behind their link: what changes, what comes back, and once signed how the refund is going. */
export type AmendmentForClient = {
  number: string
  status: 'sent' | 'signed'
  reason: string
  proposalNumber: string
  proposalTitle: string
  freelancerId: string
  freelancerName: string
  clientName: string
  locale: string
  timeZone: string
  currency: string
  linesBefore: Line[]
  linesAfter: Line[]
  totalsBefore: Totals
  totalsAfter: Totals
  /** What was paid so far, minor units. */
  paid: number
  /** What comes back, minor units; 0 when nothing does. */
  refundGross: number
  depositMethod: 'card' | 'sepa' | null
  signedAt: Date | null
  signedBy: string | null
  creditNote: CreditNote | null
}

export type OpenedAmendment =
  | { ok: true; amendment: AmendmentForClient }
  | { ok: false; reason: 'link_unknown' | 'link_expired' }

/** Opens a client's link. The secret in it is the only proof; nothing is told to whoever lacks it. */
export async function openAmendment(token: string): Promise<OpenedAmendment> {
  const found = await findAmendmentByLink(token, new Date())
  if (!found.ok) return found
  const { amendment } = found
  const [agreement, deposit, creditNote] = await Promise.all([
    findAgreement(amendment.freelancerId, amendment.proposalId),
    findDepositOfProposal(amendment.proposalId),
    getCreditNoteOfAmendment(amendment.freelancerId, amendment.id),
  ])
  const paid = deposit?.paid ?? 0
  const yetToCredit = creditNoteAmounts({
    paid,
    alreadyCredited: deposit?.credited ?? 0,
    before: agreement.totals,
    after: amendment.totals,
  })
  return {
    ok: true,
    amendment: {
      number: amendment.number,
      status: amendment.status === 'signed' ? 'signed' : 'sent',
      reason: amendment.reason,
      proposalNumber: agreement.number,
      proposalTitle: agreement.title,
      freelancerId: amendment.freelancerId,
      freelancerName: agreement.freelancerName,
      clientName: agreement.client.name,
      locale: agreement.client.locale,
      timeZone: agreement.timeZone,
      currency: agreement.currency,
      linesBefore: agreement.lines,
      linesAfter: amendment.lines,
      totalsBefore: agreement.originalTotals,
      totalsAfter: amendment.totals,
      paid,
      refundGross: creditNote?.amountGross ?? (yetToCredit.ok ? yetToCredit.gross : 0),
      depositMethod: deposit?.method ?? null,
      signedAt: amendment.signedAt,
      signedBy: amendment.signedBy,
      creditNote,
    },
  }
}

export type SignResult =
  | { ok: true; creditNoteNumber: string | null }
  | { ok: false; reason: 'link_unknown' | 'link_expired' | 'already_signed' }

/**
 * Takes the client's signature. In the same transaction the proposal takes over the new totals and, where more was paid
 * than the new price, the credit note is issued with the series' next number, its email queued and its refund begun: all of
 * it happens or none. `creditNoteNumber` is null when nothing goes back. Of two signatures at once one counts.
 */
export async function signAmendment({ token, signedBy }: { token: string; signedBy: string }): Promise<SignResult> {
  const found = await findAmendmentByLink(token, new Date())
  if (!found.ok) return found
  const { amendment } = found
  const agreement = await findAgreement(amendment.freelancerId, amendment.proposalId)
  return inTransaction(async (tx) => {
    if (!(await takeSignature(tx, amendment.id, signedBy))) return { ok: false, reason: 'already_signed' }
    const issued = await issueCreditNote(tx, amendment, agreement)
    await adoptAmendedTotals(tx, amendment.proposalId, amendment.totals)
    return { ok: true, creditNoteNumber: issued }
  })
}

type Agreement = Awaited<ReturnType<typeof findAgreement>>

/** Issues the credit note for what was paid beyond the new price; null when nothing was. */
async function issueCreditNote(
  tx: Transaction,
  amendment: LinkedAmendment,
  agreement: Agreement,
): Promise<string | null> {
  // Held, so that two amendments of one proposal can't both count the same money as not yet credited.
  const deposit = await holdDepositOfProposal(tx, amendment.proposalId)
  if (!deposit) return null
  const amounts = creditNoteAmounts({
    paid: deposit.amount,
    alreadyCredited: await creditedSoFar(tx, deposit.id),
    // Asked under the lock: the agreement may have been read before another amendment was signed.
    before: await findTotals(tx, amendment.proposalId),
    after: amendment.totals,
  })
  if (!amounts.ok) return null

  const { freelancerId } = amendment
  const freelancer = await findFreelancer(tx, freelancerId)
  const year = yearIn(freelancer.timeZone, new Date())
  const sequence = await nextCreditNoteSequence(tx, freelancerId, year)
  const number = creditNoteNumber(year, sequence)
  const creditNoteId = await insertCreditNote(tx, {
    freelancerId,
    proposalId: amendment.proposalId,
    amendmentId: amendment.id,
    depositId: deposit.id,
    year,
    sequence,
    number,
    amountNet: amounts.net,
    amountVat: amounts.vat,
    amountGross: amounts.gross,
    currency: agreement.currency,
    parties: {
      issuer: {
        name: freelancer.businessName,
        address: freelancer.address,
        vatNumber: freelancer.vatNumber,
        email: freelancer.email,
      },
      client: agreement.client,
    },
  })
  await settleProposal(tx, amendment.proposalId)
  await insertTimelineEntry(tx, {
    freelancerId,
    creditNoteId,
    kind: 'issued',
    actor: 'client',
    toStatus: 'pending',
    detail: { amendmentNumber: amendment.number },
  })
  const note = await getCreditNote(freelancerId, creditNoteId, tx)
  if (!note) throw new Error('the credit note just issued is gone')
  await enqueueEmail(tx, refundInitiated(note, freelancer))
  if (deposit.method === 'card') {
    const job = { freelancerId, creditNoteId, cause: 'amendment_signed' } as const
    await addJob(tx, 'trigger-refund', job, { key: `trigger-${creditNoteId}` })
  }
  return number
}
