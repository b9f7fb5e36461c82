import type { CreditNote, CreditNoteKey } from '@/lib/credit-notes/credit-note'
import { holdCreditNote, writeTimeline } from '@/lib/credit-notes/find-credit-note'
import { refundTriesEnded } from '@/lib/email/email-moments'
import { enqueueEmail } from '@/lib/email/outbox'
import { findFreelancer } from '@/lib/freelancers/find-freelancer'
import { addJob } from '@/lib/jobs'
import { inTransaction, type Transaction } from '@/lib/transaction'
import { findFailedFor, findTries, planNextTry, writeTriesStopped } from './automatic-tries-store'
import type { Cause } from './move-refund'
import { goesOnByItself, refundReason } from './refund-reasons'
import { HEALED_BY, type Healing, healedAlready, nextAutomaticTry, reasonAfterDispute } from './refund-tries'

/**
 * Plans the next automatic try of a note that has just failed, where its reason passes by itself, or has passed already, and
 * the budget lasts. False when there will be none.
 */
export async function planAutomaticTry(
  tx: Transaction,
  note: CreditNote & { cameBack?: boolean },
  reason: string,
): Promise<boolean> {
  const { made } = await findTries(tx, note.id)
  // A lost dispute may have paid it, whatever it failed for.
  const left = reasonAfterDispute(reason, note)
  const inSeconds = nextAutomaticTry(left, made, Math.random(), healedAlready(left, note))
  if (inSeconds === null) return false
  return askAgainIn(tx, { freelancerId: note.freelancerId, creditNoteId: note.id }, inSeconds)
}

/**
 * Plans the next try of a note that was just refused. Where none is planned after one that Requite has made by itself, the
 * freelancer, who was told to wait for it, hears what the refund waits for now: once for each thing that Requite then goes on
 * after by itself, and each time that it waits for them.
 */
export async function goOnAfterRefusal(
  tx: Transaction,
  note: CreditNote & { cameBack?: boolean },
  refusal: { code: string; message: string | null },
): Promise<void> {
  if (await planAutomaticTry(tx, note, refusal.code)) return
  const { made } = await findTries(tx, note.id)
  if (made === 0) return
  const freelancer = await findFreelancer(tx, note.freelancerId)
  const reason = reasonAfterDispute(refusal.code, note)
  const goesOn = goesOnByItself(refundReason(reason), { planned: false, made, stopped: note.automaticStopped })
  const failed = {
    endedWith: goesOn ? reason : `attempt ${note.attempts}, try ${made}`,
    reason,
    // What Stripe said of another reason explains this one no longer.
    stripeMessage: reason === refusal.code ? refusal.message : null,
    tries: made,
    failedAt: new Date(),
  }
  await enqueueEmail(tx, refundTriesEnded(note, freelancer, failed))
}

/** Something has healed at Stripe: every refund that failed for want of it is asked for again at once. Returns how many. */
export async function wakeRefunds(
  tx: Transaction,
  healing: Healing,
  of: { stripeAccountId: string; paymentIntentId?: string | null; chargeId?: string | null },
): Promise<number> {
  const waiting = await findFailedFor(tx, HEALED_BY[healing], of)
  for (const note of waiting) await wakeRefund(tx, note, healing)
  return waiting.length
}

/** Asks again for one refund at once, because what it waited for has come about. False when it is not to be asked for. */
export async function wakeRefund(
  tx: Transaction,
  note: CreditNoteKey,
  healing: Healing,
  cause: Cause = { actor: 'stripe' },
): Promise<boolean> {
  if (!(await askAgainIn(tx, note, 0))) return false
  await writeTimeline(tx, { ...note, kind: 'cause_healed', detail: { healing }, ...cause })
  return true
}

async function askAgainIn(tx: Transaction, note: CreditNoteKey, inSeconds: number): Promise<boolean> {
  if (!(await planNextTry(tx, note.creditNoteId, inSeconds))) return false
  // A second late rather than early: the job checks that the try is due.
  await addJob(
    tx,
    'trigger-refund',
    { ...note, cause: 'automatic' },
    { inSeconds: inSeconds + 1, key: `trigger-${note.creditNoteId}` },
  )
  return true
}

/**
 * Stops Requite from asking again by itself, whatever heals; the refund stays failed until a person acts. False when it has
 * not failed.
 */
export async function stopAutomaticTries(click: {
  freelancerId: string
  creditNoteId: string
  actor: 'freelancer' | 'api_key'
}): Promise<boolean> {
  return inTransaction(async (tx) => {
    const note = await holdCreditNote(tx, click.freelancerId, click.creditNoteId)
    if (note?.refundStatus !== 'failed') return false
    await writeTriesStopped(tx, note.id)
    await writeTimeline(tx, {
      freelancerId: note.freelancerId,
      creditNoteId: note.id,
      kind: 'tries_stopped',
      actor: click.actor,
    })
    return true
  })
}
