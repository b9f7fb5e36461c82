import { z } from 'zod'
import type { Transaction } from '@/lib/transaction'
import { type CreditNote, standingAlarms, type TimelineEntry, type TimelineKind } from './credit-note'
import {
  getCreditNote,
  getTimeline,
  hasTimelineEntry,
  insertTimelineEntry,
  lockCreditNoteRow,
  type NewTimelineEntry,
} from './credit-note-store'

const creditNoteId = z.uuid()

/** The freelancer's credit note with this id; null when there is none, or the id is no id at all. */
export async function findCreditNote(freelancerId: string, id: string): Promise<CreditNote | null> {
  return creditNoteId.safeParse(id).success ? getCreditNote(freelancerId, id) : null
}

/** The note as it stands, held until the transaction ends. Every change of its refund begins here. Null when there is none. */
export async function holdCreditNote(tx: Transaction, freelancerId: string, id: string): Promise<CreditNote | null> {
  await lockCreditNoteRow(tx, freelancerId, id)
  return getCreditNote(freelancerId, id, tx)
}

/** Adds a line to a note's history, in the transaction of what it tells. */
export async function writeTimeline(tx: Transaction, entry: NewTimelineEntry): Promise<void> {
  await insertTimelineEntry(tx, entry)
}

/** True when a held note's history tells this already, with these facts among its details. */
export async function isOnTimeline(
  tx: Transaction,
  creditNoteId: string,
  kind: TimelineKind,
  facts: Record<string, string>,
): Promise<boolean> {
  return hasTimelineEntry(tx, creditNoteId, kind, facts)
}

/** What a held note is alarmed of as paying its client twice, by its number at Stripe. */
export async function findStandingAlarms(
  tx: Transaction,
  note: CreditNote,
): Promise<ReadonlyMap<string, TimelineEntry['detail']>> {
  return standingAlarms(await getTimeline(note.freelancerId, note.id, tx))
}
