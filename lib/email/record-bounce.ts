import { log } from '@/lib/log'
import { type BounceReport, reasonFor } from './bounce-report'
import { findByMessageId, recordBounced } from './outbox'

export type BounceOutcome = 'recorded' | 'nothing_changed' | 'unknown_mail'

/**
 * Takes note that a mail came back, so that the freelancer sees why and can have it sent again. Only a mail to the address
 * that the outbox names can come back: a late report about one since corrected changes nothing. Safe to repeat.
 */
export async function recordBounce(report: BounceReport): Promise<BounceOutcome> {
  const email = report.messageId && (await findByMessageId(report.messageId))
  if (!email) return 'unknown_mail'
  const reason = reasonFor(report, email.recipient)
  if (!reason || !(await recordBounced(email, reason, report.id))) return 'nothing_changed'
  log.warn({ outboxId: email.id, creditNoteId: email.creditNoteId, moment: email.moment }, 'email came back')
  return 'recorded'
}
