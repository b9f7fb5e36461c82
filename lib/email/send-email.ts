import { setTimeout as pause } from 'node:timers/promises'
import { creditNoteFileName, renderCreditNotePdf } from '@/lib/credit-notes/credit-note-pdf'
import { env } from '@/lib/env'
import { databaseOut, describeFailure } from '@/lib/failures'
import { log } from '@/lib/log'
import type { OutboxEmail } from '@/prisma/generated/client'
import { type Email, parseEmail } from './email-moments'
import { countTry, findQueued, MOST_TRIES, recordRefused, recordSent, recordTrouble, waitBehind } from './outbox'
import { renderEmail } from './render-email'
import { deliver, type Mail } from './transport'

export type SendOutcome = 'sent' | 'refused' | 'waits' | 'nothing_to_send'

/** The mail server is in trouble: the job is to be run again later. Names no address, since the worker logs it. */
export class EmailNotSent extends Error {
  constructor(code: string, tries: number) {
    super(`mail server in trouble (${code}), try ${tries} of ${MOST_TRIES}`)
    this.name = 'EmailNotSent'
  }
}

/**
 * Sends an email of the outbox; while there is one that the same reader should get before it, it waits and looks again later.
 * An email that has been sent is not sent again. Throws EmailNotSent when the server is in trouble; a final refusal is recorded and returned. If the process dies
 * between the server's acceptance and our record of it, or is told to stop while the database is out, the next run sends the
 * mail again under the same Message-ID.
 */
export async function sendEmail(outboxId: string, stopping?: AbortSignal): Promise<SendOutcome> {
  const queued = await findQueued(outboxId)
  if (!queued) return 'nothing_to_send'
  const { email, elder } = queued
  if (!elder) return sendOne(email, stopping)
  const { elderHadNoJob } = await waitBehind(elder, email)
  if (elderHadNoJob) log.warn({ outboxId: elder.id }, 'an email had no job left to send it')
  return 'waits'
}

async function sendOne(row: OutboxEmail, stopping: AbortSignal | undefined): Promise<SendOutcome> {
  const tries = await countTry(row)
  if (tries > MOST_TRIES) {
    // The last try did not live to tell how it ended. If each ends the process, the worker must not be killed without end.
    log.error({ outboxId: row.id, tries }, 'email given up: its last try was cut short')
    await recordRefused(row, 'Requite could not send this email.')
    return 'refused'
  }
  const mail = await mailOf(row).catch(async (error: unknown) => {
    // What can't be written out stays queued while there is hope of a correction, and is then shown like any refusal.
    if (tries < MOST_TRIES) throw error
    log.error({ outboxId: row.id, failure: describeFailure(error) }, 'email could not be written')
    return null
  })
  if (!mail) {
    await recordRefused(row, 'Requite could not write this email.')
    return 'refused'
  }
  const delivery = await deliver(mail)
  const ids = { outboxId: row.id, creditNoteId: row.creditNoteId, moment: row.moment, tries }
  if (delivery.outcome === 'accepted') {
    await insist(() => recordSent(row), stopping)
    log.info(ids, 'email sent')
    return 'sent'
  }
  if (delivery.outcome === 'refused' || tries >= MOST_TRIES) {
    await recordRefused(row, delivery.reply)
    log.warn({ ...ids, code: delivery.code }, 'email refused')
    return 'refused'
  }
  await recordTrouble(row, delivery.reply)
  throw new EmailNotSent(delivery.code, tries)
}

/** Milliseconds between our tries to record that a mail has left, doubled each time up to the most. */
const FIRST_GAP = 250
const LONGEST_GAP = 4000

/** Once a mail has left, an outage of the database must not have it sent again, however long it lasts. */
async function insist(record: () => Promise<void>, stopping: AbortSignal | undefined): Promise<void> {
  for (let gap = FIRST_GAP; ; gap = Math.min(gap * 2, LONGEST_GAP)) {
    try {
      return await record()
    } catch (error) {
      if (stopping?.aborted || !databaseOut(error)) throw error
      log.warn({ failure: describeFailure(error) }, 'a sent email could not be recorded yet')
      await pause(gap)
    }
  }
}

async function mailOf(row: OutboxEmail): Promise<Mail> {
  const email = parseEmail(row.moment, row.facts)
  const { freelancer } = email.facts
  const toClient = row.recipientRole === 'client'
  return {
    messageId: row.messageId,
    fromName: toClient ? `${freelancer.name} via Requite` : 'Requite',
    replyTo: toClient ? freelancer.email : null,
    to: row.recipient,
    ...(await renderEmail(email, { appUrl: env().APP_URL })),
    attachments: await attachmentsOf(email),
  }
}

async function attachmentsOf(email: Email): Promise<Mail['attachments']> {
  if (email.moment !== 'refund_initiated') return []
  const { document } = email.facts
  const content = await renderCreditNotePdf(document)
  return [{ filename: creditNoteFileName(document.number), content, contentType: 'application/pdf' }]
}
