import { randomUUID } from 'node:crypto'
import { db } from '@/lib/db'
import { inTransaction, type Transaction } from '@/lib/transaction'
import { type OutboxEmail, Prisma } from '@/prisma/generated/client'
import type { NewEmail } from './email-moments'
import { senderAddress } from './transport'

/** How often a mail is offered to a server in trouble before it is shown as undeliverable: with growing gaps, about four days. */
export const MOST_TRIES = 25

/**
 * Emails queue in a few lanes. A lane sends one at a time, so that the emails about one credit note (always in the same lane)
 * are never sent twice at once, and so that a mail server that hangs never takes more than these many workers from refunds.
 */
const LANES = 3

/** More than MOST_TRIES: a worker that was killed has spent an attempt without counting a try. Waiting for one's turn spends none. */
const JOB_ATTEMPTS = 2 * MOST_TRIES

/**
 * How often an email that did not arrive may be sent again. Reports that it came back can be forged by whoever knows its
 * Message-ID, as the freelancer does of those to themselves: without an end it could be sent to any number of strangers.
 */
export const MOST_RESENDS = 10

/** Refunds go first. */
const JOB_PRIORITY = 10

/** The order in which emails were written: the number alone, but for those of before there was one. */
const AS_WRITTEN = [
  { ordinal: { sort: 'asc', nulls: 'first' } },
  { createdAt: 'asc' },
  { id: 'asc' },
] satisfies Prisma.OutboxEmailOrderByWithRelationInput[]

/** How long after the next try of its elder an email looks whether its turn has come. */
const SECONDS_BEHIND = 1

/**
 * Adds the job of each row of `email` to the queue. An email has one job at most: of two, each with growing gaps of its own,
 * both would count tries, and those meant for four days would be spent in two. One that is there already begins anew.
 */
function addSendJob(runAt = Prisma.sql`now()`): Prisma.Sql {
  return Prisma.sql`graphile_worker.add_job(
    'send-email', json_build_object('outboxId', email.id),
    queue_name => 'emails-' || abs(hashtext(email.credit_note_id::text) % ${LANES}::int),
    max_attempts => ${JOB_ATTEMPTS}::int, priority => ${JOB_PRIORITY}::int,
    job_key => ${KEY_OF_JOB}, run_at => ${runAt})`
}
const KEY_OF_JOB = Prisma.sql`'send-email-' || email.id`

/** The jobs of an `email`, those included that a version has added which gave them no key. */
const JOBS_OF_EMAIL = Prisma.sql`graphile_worker._private_jobs job
  WHERE (job.key = ${KEY_OF_JOB} OR job.payload ->> 'outboxId' = email.id::text)`

/**
 * Puts an email into the outbox, and with it the job that sends it, in the caller's transaction: both exist once it commits,
 * neither when it rolls back. An email that is there already (same credit note, moment, recipient and refund) is left alone.
 */
export async function enqueueEmail(tx: Transaction, email: NewEmail): Promise<'queued' | 'already_there'> {
  const id = randomUUID()
  const queued = await tx.$queryRaw<{ id: string }[]>`
    WITH email AS (
      INSERT INTO outbox_emails
        (id, freelancer_id, credit_note_id, moment, recipient_role, refund_ref, recipient, facts, message_id)
      VALUES (
        ${id}::uuid, ${email.freelancerId}::uuid, ${email.creditNoteId}::uuid, ${email.moment}, ${email.recipientRole},
        ${email.refundRef}, coalesce(${correctedAddress(email)}, ${email.recipient}), ${JSON.stringify(email.facts)}::jsonb, ${messageIdOf(id)})
      ON CONFLICT (credit_note_id, moment, recipient_role, refund_ref) DO NOTHING
      RETURNING id, credit_note_id
    )
    SELECT email.id, (${addSendJob()}).id AS job FROM email`
  return queued.length > 0 ? 'queued' : 'already_there'
}

/**
 * A client's address that the freelancer has put right holds for what else the client hears of this credit note: the latest
 * one, which may be the first again. That an email went elsewhere says nothing: it may just have followed a correction.
 */
function correctedAddress({ creditNoteId, recipientRole }: NewEmail): Prisma.Sql {
  return Prisma.sql`(
    SELECT recipient FROM outbox_emails
    WHERE credit_note_id = ${creditNoteId}::uuid AND recipient_role = ${recipientRole} AND recipient_role = 'client'
      AND recipient_corrected_at IS NOT NULL
    ORDER BY recipient_corrected_at DESC LIMIT 1)`
}

/** Stays the same however often the mail is sent, so that a mail program can tell a repetition. */
function messageIdOf(id: string): string {
  return `<${id}@${senderAddress().split('@').at(-1)}>`
}

/**
 * An email that is still to be sent, with the one to wait for if it is not its turn: the oldest that is queued about the same
 * credit note and to the same reader. A client reads the story in its order even after an outage. Null once it is settled.
 */
export async function findQueued(outboxId: string): Promise<{ email: OutboxEmail; elder: OutboxEmail | null } | null> {
  const email = await db().outboxEmail.findUnique({ where: { id: outboxId } })
  if (email?.state !== 'queued') return null
  const { creditNoteId, recipientRole } = email
  const [oldest] = await db().outboxEmail.findMany({
    where: { creditNoteId, recipientRole, state: 'queued' },
    orderBy: AS_WRITTEN,
    take: 1,
  })
  const elder = oldest && oldest.id !== email.id ? oldest : null
  return { email, elder }
}

/**
 * Has an email look again right after the next try of its elder. Only an elder's own job tries it: if whatever waits did, k
 * emails would spend the tries of the first in a kth of their time. Nor does waiting spend attempts, as failing would: the job
 * makes way for a new one, so that the email has all its tries and their gaps when its turn comes. An elder whose job is gone
 * is given another, or both would wait for ever. Returns whether that was so.
 */
export async function waitBehind(elder: OutboxEmail, email: OutboxEmail): Promise<{ elderHadNoJob: boolean }> {
  return inTransaction(async (tx) => {
    const revived = await tx.$queryRaw<{ id: string }[]>`
      WITH email AS (SELECT id, credit_note_id FROM outbox_emails WHERE id = ${elder.id}::uuid AND state = 'queued')
      SELECT email.id, (${addSendJob()}).id AS job FROM email
      WHERE NOT EXISTS (SELECT FROM ${JOBS_OF_EMAIL} AND job.attempts < job.max_attempts)`
    const afterElder = Prisma.sql`greatest(now(), elder.run_at) + ${SECONDS_BEHIND}::int * interval '1 second'`
    await tx.$queryRaw`
      WITH email AS (
        UPDATE outbox_emails SET tries = 0 WHERE id = ${email.id}::uuid AND state = 'queued' RETURNING id, credit_note_id
      ), elder AS (
        SELECT (SELECT max(job.run_at) FROM ${JOBS_OF_EMAIL}) AS run_at FROM outbox_emails email
        WHERE email.id = ${elder.id}::uuid
      )
      SELECT email.id, (${addSendJob(afterElder)}).id AS job FROM email LEFT JOIN elder ON true`
    return { elderHadNoJob: revived.length > 0 }
  })
}

/** Counts a try before it is made, so that one that kills the process is counted too. Returns how many there have been. */
export async function countTry(email: OutboxEmail): Promise<number> {
  const { tries } = await db().outboxEmail.update({ where: { id: email.id }, data: { tries: { increment: 1 } } })
  return tries
}

/** The mail server has taken the mail: it is not sent again. */
export async function recordSent(email: OutboxEmail): Promise<void> {
  await settle(email, 'sent', null)
}

/** The mail is given up; the freelancer sees why, and can have it sent again. */
export async function recordRefused(email: OutboxEmail, reason: string): Promise<void> {
  await settle(email, 'refused', reason)
}

/** Keeps what the mail server said for the freelancer to see; the mail stays queued. */
export async function recordTrouble(email: OutboxEmail, reason: string): Promise<void> {
  await db().outboxEmail.updateMany({ where: { id: email.id, state: 'queued' }, data: { lastError: reason } })
}

/**
 * The email whose Message-ID somebody quotes. Whose it is need not be asked: the id is chance, and known only where this very
 * mail has been.
 */
export async function findByMessageId(messageId: string): Promise<OutboxEmail | null> {
  return db().outboxEmail.findUnique({ where: { messageId } })
}

/**
 * A mail that a server took has come back to us. It is given up like one that was refused, but keeps the time it was sent.
 * A report may be sooner than our own note that the mail has left. One that was heeded before changes nothing, not even once
 * the freelancer has had the mail sent again. Returns whether anything changed.
 */
export async function recordBounced(email: OutboxEmail, reason: string, reportId: string | null): Promise<boolean> {
  const detail = { ...timelineDetail(email, reason), ...(reportId && { reportId }) }
  const recorded = await db().$executeRaw`
    WITH bounced AS (
      UPDATE outbox_emails email
      SET state = 'refused', sent_at = coalesce(sent_at, now()), last_error = ${reason}
      WHERE id = ${email.id}::uuid AND freelancer_id = ${email.freelancerId}::uuid AND recipient = ${email.recipient}
        AND (state = 'sent' OR (state = 'queued' AND tries > 0))
        AND NOT EXISTS (
          SELECT FROM timeline_entries told
          WHERE told.credit_note_id = email.credit_note_id AND told.kind = 'email_bounced'
            AND told.detail ->> 'reportId' = ${reportId}::text)
      RETURNING freelancer_id, credit_note_id
    )
    INSERT INTO timeline_entries (freelancer_id, credit_note_id, kind, actor, detail)
    SELECT freelancer_id, credit_note_id, 'email_bounced', 'worker', ${JSON.stringify(detail)}::jsonb FROM bounced`
  return recorded > 0
}

/**
 * One statement: the email's end and its line on the credit note's timeline, or neither. Meanwhile it may have come back and
 * wait for another address: then what is told here is of the old one.
 */
async function settle(email: OutboxEmail, state: 'sent' | 'refused', reason: string | null): Promise<void> {
  const detail = timelineDetail(email, reason)
  await db().$executeRaw`
    WITH settled AS (
      UPDATE outbox_emails
      SET state = ${state}::email_state, sent_at = CASE WHEN ${state} = 'sent' THEN now() END, last_error = ${reason}
      WHERE id = ${email.id}::uuid AND state = 'queued' AND recipient = ${email.recipient}
      RETURNING freelancer_id, credit_note_id
    )
    INSERT INTO timeline_entries (freelancer_id, credit_note_id, kind, actor, detail)
    SELECT freelancer_id, credit_note_id, ${`email_${state}`}, 'worker', ${JSON.stringify(detail)}::jsonb FROM settled`
}

function timelineDetail({ moment, recipientRole, recipient }: OutboxEmail, reason: string | null) {
  return { moment, recipientRole, recipient, ...(reason && { message: reason }) }
}

/** An email as the credit note's page shows it. */
export type EmailOfCreditNote = Pick<
  OutboxEmail,
  'id' | 'moment' | 'recipientRole' | 'recipient' | 'state' | 'tries' | 'lastError' | 'createdAt' | 'sentAt'
>

/** The emails of a credit note, oldest first. */
export async function listEmails(freelancerId: string, creditNoteId: string): Promise<EmailOfCreditNote[]> {
  return db().outboxEmail.findMany({
    where: { freelancerId, creditNoteId },
    orderBy: AS_WRITTEN,
    select: {
      id: true,
      moment: true,
      recipientRole: true,
      recipient: true,
      state: true,
      tries: true,
      lastError: true,
      createdAt: true,
      sentAt: true,
    },
  })
}

/** An email that did not reach its reader, with the credit note at which it can be sent again. */
export type UndeliveredEmail = {
  id: string
  moment: string
  recipient: string
  creditNote: { id: string; number: string }
}

/** A freelancer's emails that were refused or came back, newest first. */
export async function listUndelivered(freelancerId: string, limit: number): Promise<UndeliveredEmail[]> {
  return db().outboxEmail.findMany({
    where: { freelancerId, state: 'refused' },
    orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
    take: limit,
    select: { id: true, moment: true, recipient: true, creditNote: { select: { id: true, number: true } } },
  })
}

/**
 * Has an email that was refused or came back sent again, to a corrected address if one is given. Of two presses one wins;
 * what was sent stays sent. How often it did not arrive is read from the timeline, where it stands each time.
 */
export async function requeueEmail(
  freelancerId: string,
  outboxId: string,
  recipient: string | null,
): Promise<{ ok: true } | { ok: false; reason: 'not_found' | 'not_refused' | 'sent_too_often' }> {
  return inTransaction(async (tx) => {
    const queued = await tx.$queryRaw<{ id: string }[]>`
      WITH email AS (
        UPDATE outbox_emails email
        SET state = 'queued', tries = 0, sent_at = NULL, last_error = NULL, recipient = coalesce(${recipient}::text, recipient),
          recipient_corrected_at = CASE WHEN ${recipient}::text <> recipient THEN now() ELSE recipient_corrected_at END
        WHERE id = ${outboxId}::uuid AND freelancer_id = ${freelancerId}::uuid AND state = 'refused'
          AND ${MOST_RESENDS}::int >= (
            SELECT count(*) FROM timeline_entries told
            WHERE told.credit_note_id = email.credit_note_id AND told.kind IN ('email_refused', 'email_bounced')
              AND told.detail ->> 'moment' = email.moment AND told.detail ->> 'recipientRole' = email.recipient_role)
        RETURNING id, credit_note_id
      )
      SELECT email.id, (${addSendJob()}).id AS job FROM email`
    if (queued.length > 0) return { ok: true }
    const there = await tx.outboxEmail.findFirst({ where: { id: outboxId, freelancerId }, select: { state: true } })
    if (!there) return { ok: false, reason: 'not_found' }
    return { ok: false, reason: there.state === 'refused' ? 'sent_too_often' : 'not_refused' }
  })
}
