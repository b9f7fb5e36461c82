import { db } from '@/lib/db'
import type { ManualMethod, RefundStatus } from '@/lib/refunds/refund-status'
import type { Transaction } from '@/lib/transaction'
import { Prisma } from '@/prisma/generated/client'
import type { CreditNote, CreditNoteParties, RefundAttempt, TimelineEntry } from './credit-note'
import type { CreditNoteCursor } from './credit-note-cursor'
import { isOpen } from './credit-note-cursor'

type Asker = Pick<Transaction, '$queryRaw' | '$executeRaw'>

type CreditNoteRow = Omit<
  CreditNote,
  | 'amountNet'
  | 'amountVat'
  | 'amountGross'
  | 'disputePays'
  | 'disputeLeftOver'
  | 'manual'
  | 'attempts'
  | 'foreignRefund'
> & {
  amountNet: bigint
  amountVat: bigint
  amountGross: bigint
  disputePays: bigint | null
  disputeLeftOver: bigint | null
  attempts: bigint
  parties: CreditNoteParties
  manualMethod: ManualMethod | null
  manualReference: string | null
  manualRefundedOn: Date | null
  foreignRefundId: string | null
  foreignRefundAt: Date | null
}

/** Stripe has refused for so long to let us see what became of the open attempt that a person may close it. */
const WITHHELD = Prisma.sql`EXISTS (
  SELECT FROM refund_attempts t
  WHERE t.credit_note_id = n.id AND t.state IN ('in_flight', 'unknown') AND outcome_is_withheld(t.look_refused_since))`

/** No other account than the deposit's shows its refunds. A bank transfer needs none. */
const CONNECTED = Prisma.sql`(d.method = 'sepa' OR (c.stripe_account_id IS NOT NULL AND c.disconnected_at IS NULL))`

/**
 * How much of a note the bank takes back in a dispute that is lost, after those notes of the deposit that it pays before: what
 * is marked as paid by it, and those that come `first` of the ones that nothing else has paid. Whoever marks a note after the
 * bank has decided sends what the bank has left open: its claim before younger ones stays. Were it one before older ones too,
 * two that were marked would each leave the dispute to the other, and neither would alarm. Minor units, at most the whole note; null where
 * the two are in different currencies.
 */
function shareOfDispute(first: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    CASE WHEN d.dispute_amount IS NULL THEN n.amount_gross WHEN d.dispute_currency = n.currency THEN
      greatest(0, least(n.amount_gross, d.dispute_amount - coalesce((
        SELECT sum(m.amount_gross) FROM credit_notes m
        WHERE m.deposit_id = d.id AND m.id <> n.id AND (m.manual_method::text = 'chargeback'
          OR strpos(m.manual_reference, d.dispute_id) > 0
          OR (m.refund_status IN ('pending', 'failed') AND ${first})
          OR (m.refund_status = 'manual' AND m.settled_at > d.dispute_closed_at
            AND (m.issued_at, m.id) < (n.issued_at, n.id)))), 0)))
      END::bigint`
}

/** One statement reads a note with all that the desk shows of it: lists stay one round trip. */
const SELECT_CREDIT_NOTE = Prisma.sql`
  SELECT n.id, n.freelancer_id AS "freelancerId", n.number, n.proposal_id AS "proposalId", p.number AS "proposalNumber",
    p.title AS "proposalTitle", n.amendment_id AS "amendmentId", a.number AS "amendmentNumber", a.reason AS "amendmentReason",
    n.parties, n.amount_net AS "amountNet", n.amount_vat AS "amountVat", n.amount_gross AS "amountGross", n.currency,
    n.issued_at AS "issuedAt", n.refund_status AS "refundStatus", n.failure_reason AS "failureReason",
    n.failure_message AS "failureMessage", n.stripe_refund_id AS "stripeRefundId", n.requested_at AS "requestedAt",
    n.settled_at AS "settledAt", n.manual_method AS "manualMethod", n.manual_reference AS "manualReference",
    n.manual_refunded_on AS "manualRefundedOn", n.paid_twice_at AS "paidTwiceAt",
    n.next_try_at AS "nextTryAt", n.automatic_tries AS "automaticTries", n.automatic_stopped AS "automaticStopped",
    d.dispute_status AS "disputeStatus", d.dispute_id AS "disputeId", d.dispute_closed_at AS "disputeClosedAt",
    ${shareOfDispute(Prisma.sql`(m.issued_at, m.id) < (n.issued_at, n.id)`)} AS "disputePays",
    ${shareOfDispute(Prisma.sql`true`)} AS "disputeLeftOver",
    f.id AS "foreignRefundId", f.created_at AS "foreignRefundAt", d.method AS "depositMethod",
    d.confirmed_at IS NOT NULL AS "depositConfirmed",
    EXISTS (SELECT FROM refund_attempts t WHERE t.credit_note_id = n.id AND t.state IN ('in_flight', 'unknown')) AS "attemptOpen",
    ${WITHHELD} AS "outcomeWithheld", ${CONNECTED} AS "accountConnected",
    (SELECT count(*) FROM refund_attempts t WHERE t.credit_note_id = n.id) AS attempts,
    CASE WHEN r.status = 'requires_action' THEN 'requires_action' ELSE r.pending_reason END AS "pendingReason",
    r.trace_number AS "traceNumber"
  FROM credit_notes n
  JOIN proposals p ON p.id = n.proposal_id
  JOIN amendments a ON a.id = n.amendment_id
  JOIN deposits d ON d.id = n.deposit_id
  LEFT JOIN connected_accounts c ON c.freelancer_id = n.freelancer_id AND c.stripe_account_id = d.stripe_account_id
  LEFT JOIN stripe_refunds r ON r.id = n.stripe_refund_id
  LEFT JOIN LATERAL (
    SELECT e.id, e.created_at FROM stripe_refunds e
    WHERE n.refund_status IN ('pending', 'failed') AND e.credit_note_id IS NULL
      AND e.stripe_account_id = d.stripe_account_id AND e.payment_intent_id = d.stripe_payment_intent_id
      AND e.currency = n.currency AND e.amount = n.amount_gross AND e.status NOT IN ('failed', 'canceled')
      -- What a manual refund says to be is no other note's.
      AND NOT EXISTS (SELECT FROM credit_notes m WHERE m.deposit_id = d.id AND strpos(m.manual_reference, e.id) > 0)
    ORDER BY e.created_at, e.id LIMIT 1
  ) f ON true`

function creditNote(row: CreditNoteRow): CreditNote {
  const { manualMethod, manualReference, manualRefundedOn, foreignRefundId, foreignRefundAt, ...rest } = row
  return {
    ...rest,
    amountNet: Number(row.amountNet),
    amountVat: Number(row.amountVat),
    amountGross: Number(row.amountGross),
    disputePays: row.disputePays === null ? null : Number(row.disputePays),
    disputeLeftOver: row.disputeLeftOver === null ? null : Number(row.disputeLeftOver),
    attempts: Number(row.attempts),
    foreignRefund:
      foreignRefundId && foreignRefundAt ? { stripeRefundId: foreignRefundId, createdAt: foreignRefundAt } : null,
    manual:
      manualMethod && manualReference && manualRefundedOn
        ? { method: manualMethod, reference: manualReference, refundedOn: manualRefundedOn }
        : null,
  }
}

/** One credit note of this freelancer; null when there is none with this id. The id must be a UUID. */
export async function getCreditNote(freelancerId: string, id: string, asker: Asker = db()): Promise<CreditNote | null> {
  const rows = await asker.$queryRaw<CreditNoteRow[]>`
    ${SELECT_CREDIT_NOTE} WHERE n.id = ${id}::uuid AND n.freelancer_id = ${freelancerId}::uuid`
  return rows[0] ? creditNote(rows[0]) : null
}

/** The credit note that an amendment brought about; null when it brought none. */
export async function getCreditNoteOfAmendment(freelancerId: string, amendmentId: string): Promise<CreditNote | null> {
  const rows = await db().$queryRaw<CreditNoteRow[]>`
    ${SELECT_CREDIT_NOTE} WHERE n.amendment_id = ${amendmentId}::uuid AND n.freelancer_id = ${freelancerId}::uuid`
  return rows[0] ? creditNote(rows[0]) : null
}

/** Holds the note until the transaction ends: every change of a refund begins here, so that two can't cross. */
export async function lockCreditNoteRow(tx: Transaction, freelancerId: string, id: string): Promise<void> {
  await tx.$queryRaw`
    SELECT FROM credit_notes WHERE id = ${id}::uuid AND freelancer_id = ${freelancerId}::uuid FOR UPDATE`
}

export type CreditNotePage = { creditNotes: CreditNote[]; nextCursor: CreditNoteCursor | null }

/**
 * A page of the freelancer's credit notes by keyset, newest first; with `open_first`, what is pending or failed comes
 * before all else. Cursors come from parseCreditNoteCursor.
 */
export async function listCreditNotes(
  freelancerId: string,
  page: { status?: RefundStatus; cursor?: CreditNoteCursor; limit: number; order: 'newest' | 'open_first' },
): Promise<CreditNotePage> {
  const wanted = page.limit + 1
  const found: CreditNote[] = []
  if (page.status) {
    found.push(
      ...(await pageOf(freelancerId, Prisma.sql`n.refund_status = ${page.status}::refund_status`, page.cursor, wanted)),
    )
  } else if (page.order === 'newest') {
    found.push(...(await pageOf(freelancerId, Prisma.sql`true`, page.cursor, wanted)))
  } else {
    const OPEN = Prisma.sql`n.refund_status IN ('pending', 'failed')`
    const SETTLED = Prisma.sql`n.refund_status NOT IN ('pending', 'failed')`
    if (page.cursor?.open !== false) found.push(...(await pageOf(freelancerId, OPEN, page.cursor, wanted)))
    if (found.length < wanted) {
      const cursor = page.cursor?.open === false ? page.cursor : undefined
      found.push(...(await pageOf(freelancerId, SETTLED, cursor, wanted - found.length)))
    }
  }
  const creditNotes = found.slice(0, page.limit)
  const last = creditNotes.at(-1)
  const more = found.length > page.limit && last
  return {
    creditNotes,
    nextCursor: more ? { issuedAt: last.issuedAt, id: last.id, open: isOpen(last.refundStatus) } : null,
  }
}

/** Rows after the cursor in (issued_at, id) descending order; the index ends the scan as soon as the page is full. */
async function pageOf(
  freelancerId: string,
  condition: Prisma.Sql,
  cursor: CreditNoteCursor | undefined,
  limit: number,
): Promise<CreditNote[]> {
  const after = cursor
    ? Prisma.sql`AND (n.issued_at, n.id) < (${cursor.issuedAt}::timestamptz, ${cursor.id}::uuid)`
    : Prisma.empty
  const rows = await db().$queryRaw<CreditNoteRow[]>`
    ${SELECT_CREDIT_NOTE} WHERE n.freelancer_id = ${freelancerId}::uuid AND ${condition} ${after}
    ORDER BY n.issued_at DESC, n.id DESC LIMIT ${limit}`
  return rows.map(creditNote)
}

/** Every credit note of a proposal, newest first. */
export async function listCreditNotesOfProposal(freelancerId: string, proposalId: string): Promise<CreditNote[]> {
  const rows = await db().$queryRaw<CreditNoteRow[]>`
    ${SELECT_CREDIT_NOTE} WHERE n.freelancer_id = ${freelancerId}::uuid AND n.proposal_id = ${proposalId}::uuid
    ORDER BY n.issued_at DESC, n.id DESC`
  return rows.map(creditNote)
}

/** How many the Today page shows of each kind. */
const TODAY = 20

/**
 * What needs the freelancer, what is on its way, what was settled lately; each newest first and at most twenty. A note whose
 * client may have been paid twice needs the freelancer before all others, wherever it stands: no list leads to it otherwise.
 */
export async function deskSummary(
  freelancerId: string,
): Promise<{ needsYou: CreditNote[]; moving: CreditNote[]; recentlySettled: CreditNote[] }> {
  // Asked for apart: joined by OR, none of the first three could be read off an index of its own.
  const paidTwice = Prisma.sql`n.paid_twice_at IS NOT NULL`
  const paidOnce = Prisma.sql`n.paid_twice_at IS NULL`
  const byHand = Prisma.sql`(n.refund_status = 'failed' OR (n.refund_status = 'pending' AND (d.method = 'sepa' OR ${WITHHELD})))`
  const outOfSight = Prisma.sql`n.refund_status = 'requested' AND NOT ${CONNECTED}`
  const onItsWay = Prisma.sql`
    ((n.refund_status = 'requested' AND ${CONNECTED}) OR (n.refund_status = 'pending' AND d.method = 'card' AND NOT ${WITHHELD}))`
  const settled = Prisma.sql`n.refund_status IN ('succeeded', 'manual')`
  const [alarming, waiting, unseen, moving, recentlySettled] = await Promise.all([
    pageOf(freelancerId, paidTwice, undefined, TODAY),
    pageOf(freelancerId, Prisma.sql`${byHand} AND ${paidOnce}`, undefined, TODAY),
    pageOf(freelancerId, Prisma.sql`${outOfSight} AND ${paidOnce}`, undefined, TODAY),
    pageOf(freelancerId, Prisma.sql`${onItsWay} AND ${paidOnce}`, undefined, TODAY),
    pageOf(freelancerId, Prisma.sql`${settled} AND ${paidOnce}`, undefined, 5),
  ])
  const byAge = [...waiting, ...unseen].toSorted((one, other) => other.issuedAt.getTime() - one.issuedAt.getTime())
  return { needsYou: [...alarming, ...byAge].slice(0, TODAY), moving, recentlySettled }
}

/** The note's history, oldest first. */
export async function getTimeline(
  freelancerId: string,
  creditNoteId: string,
  asker: Asker = db(),
): Promise<TimelineEntry[]> {
  return asker.$queryRaw<TimelineEntry[]>`
    SELECT id::text, at, kind, from_status AS "fromStatus", to_status AS "toStatus", actor, attempt_id AS "attemptId",
      stripe_event_id AS "stripeEventId", detail
    FROM timeline_entries WHERE credit_note_id = ${creditNoteId}::uuid AND freelancer_id = ${freelancerId}::uuid
    ORDER BY timeline_entries.id`
}

/** The note's refund attempts, oldest first. */
export async function getAttempts(freelancerId: string, creditNoteId: string): Promise<RefundAttempt[]> {
  return db().refundAttempt.findMany({
    where: { freelancerId, creditNoteId },
    orderBy: { ordinal: 'asc' },
    select: {
      id: true,
      ordinal: true,
      cause: true,
      state: true,
      idempotencyKey: true,
      calls: true,
      stripeRefundId: true,
      requestId: true,
      code: true,
      message: true,
      startedAt: true,
      finishedAt: true,
    },
  })
}

/**
 * The next number of the freelancer's series for that year. Its row stays locked until the transaction ends and goes back
 * with a rollback, so the series has neither gap nor duplicate.
 */
export async function nextCreditNoteSequence(tx: Transaction, freelancerId: string, year: number): Promise<number> {
  const rows = await tx.$queryRaw<{ last: number }[]>`
    INSERT INTO number_series (freelancer_id, kind, year, last) VALUES (${freelancerId}::uuid, 'credit_note', ${year}, 1)
    ON CONFLICT (freelancer_id, kind, year) DO UPDATE SET last = number_series.last + 1
    RETURNING last`
  const [row] = rows
  if (!row) throw new Error('number_series gave no number')
  return row.last
}

export type NewCreditNote = {
  freelancerId: string
  proposalId: string
  amendmentId: string
  depositId: string
  year: number
  sequence: number
  number: string
  amountNet: number
  amountVat: number
  amountGross: number
  currency: string
  parties: CreditNoteParties
}

/** Writes the note as issued now, on the database's clock, and returns its id. */
export async function insertCreditNote(tx: Transaction, note: NewCreditNote): Promise<string> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO credit_notes (freelancer_id, proposal_id, amendment_id, deposit_id, year, sequence, number,
      amount_net, amount_vat, amount_gross, currency, parties, issued_at)
    VALUES (${note.freelancerId}::uuid, ${note.proposalId}::uuid, ${note.amendmentId}::uuid, ${note.depositId}::uuid,
      ${note.year}, ${note.sequence}, ${note.number}, ${note.amountNet}, ${note.amountVat}, ${note.amountGross},
      ${note.currency}, ${JSON.stringify(note.parties)}::jsonb, now())
    RETURNING id`
  const [row] = rows
  if (!row) throw new Error('the credit note was not written')
  return row.id
}

/** What has been credited on a deposit so far, gross, in minor units. */
export async function creditedSoFar(tx: Transaction, depositId: string): Promise<number> {
  const rows = await tx.$queryRaw<{ total: bigint }[]>`
    SELECT coalesce(sum(amount_gross), 0)::bigint AS total FROM credit_notes WHERE deposit_id = ${depositId}::uuid`
  return Number(rows[0]?.total ?? 0n)
}

export type NewTimelineEntry = {
  freelancerId: string
  creditNoteId: string
  kind: TimelineEntry['kind']
  actor: TimelineEntry['actor']
  fromStatus?: RefundStatus | null
  toStatus?: RefundStatus | null
  attemptId?: string | null
  stripeEventId?: string | null
  detail?: Record<string, string>
}

/** Adds a line to the note's history; open pages hear of it when the transaction commits. */
export async function insertTimelineEntry(tx: Transaction, entry: NewTimelineEntry): Promise<void> {
  await tx.timelineEntry.create({
    data: {
      freelancerId: entry.freelancerId,
      creditNoteId: entry.creditNoteId,
      kind: entry.kind,
      actor: entry.actor,
      fromStatus: entry.fromStatus ?? null,
      toStatus: entry.toStatus ?? null,
      attemptId: entry.attemptId ?? null,
      stripeEventId: entry.stripeEventId ?? null,
      detail: entry.detail ?? {},
    },
    select: { id: true },
  })
}

/** True when the note's history has an entry of this kind with these facts among its details. */
export async function hasTimelineEntry(
  tx: Transaction,
  creditNoteId: string,
  kind: TimelineEntry['kind'],
  facts: Record<string, string>,
): Promise<boolean> {
  const rows = await tx.$queryRaw<{ told: boolean }[]>`
    SELECT EXISTS (SELECT FROM timeline_entries WHERE credit_note_id = ${creditNoteId}::uuid AND kind = ${kind}
      AND detail @> ${JSON.stringify(facts)}::jsonb) AS told`
  return rows[0]?.told ?? false
}
