import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Desk, openDesk, sendAmendment, sign } from '@/e2e/refunds/desk'
import { type Mailbox, startMailbox } from '@/e2e/world/mailbox/mailbox'
import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { getTimeline } from '@/lib/credit-notes/credit-note-store'
import { db, disconnectDatabase } from '@/lib/db'
import { inTransaction } from '@/lib/transaction'
import type { OutboxEmail } from '@/prisma/generated/client'
import type { BounceReport } from './bounce-report'
import { refundFailed } from './email-moments'
import { countTry, enqueueEmail, recordSent, requeueEmail } from './outbox'
import { recordBounce } from './record-bounce'
import { sendEmail } from './send-email'

const dataDir = mkdtempSync(path.join(tmpdir(), 'requite-bounces-'))
let mailbox: Mailbox
let desk: Desk
let note: CreditNote

beforeAll(async () => {
  mailbox = await startMailbox({ dataDir })
  process.env.SMTP_URL = mailbox.smtpUrl
})

afterAll(async () => {
  await mailbox.close()
  rmSync(dataDir, { recursive: true })
  await disconnectDatabase()
})

beforeEach(async () => {
  desk = await openDesk(`acct_${randomUUID()}`)
  note = await issueNote(desk)
})

/** A credit note whose first email waits for its worker. */
async function issueNote(of: Desk): Promise<CreditNote> {
  return sign(of, await sendAmendment(of, { payment: { method: 'sepa', amount: 30_000 } }))
}

async function emailOf({ id }: CreditNote, moment = 'refund_initiated'): Promise<OutboxEmail> {
  return db().outboxEmail.findFirstOrThrow({ where: { creditNoteId: id, moment } })
}

/** What the worker notes of an email that a mail server took. */
async function sent(of = note, moment?: string): Promise<OutboxEmail> {
  const email = await emailOf(of, moment)
  await countTry(email)
  await recordSent(email)
  return emailOf(of, moment)
}

const REASON = 'There is no such mailbox.'
function bounceOf(
  { messageId, recipient }: OutboxEmail,
  id: string | null = `<${randomUUID()}@mx.example>`,
): BounceReport {
  return { id, messageId, failures: [{ addresses: [recipient], reason: REASON }] }
}

async function emailHistory({ freelancerId, id }: CreditNote) {
  return (await getTimeline(freelancerId, id)).filter(({ kind }) => kind.startsWith('email'))
}
const kindsOf = async (of = note) => (await emailHistory(of)).map(({ kind }) => kind)

const inMailbox = z.object({ messages: z.array(z.object({ messageId: z.string() })) })
async function arrivedAt(address: string): Promise<string[]> {
  const found = await fetch(`${mailbox.url}/api/messages?to=${address}`)
  return inMailbox.parse(await found.json()).messages.map(({ messageId }) => messageId)
}

test('a mail that came back is shown as not delivered, with the reason and with when it was sent', async () => {
  const email = await sent()
  expect(await recordBounce(bounceOf(email))).toBe('recorded')
  expect(await emailOf(note)).toMatchObject({ state: 'refused', lastError: REASON, sentAt: email.sentAt })
  const history = await emailHistory(note)
  expect(history.map(({ kind }) => kind)).toEqual(['email_sent', 'email_bounced'])
  expect(history[1]).toMatchObject({
    actor: 'worker',
    detail: { moment: 'refund_initiated', recipient: email.recipient, message: REASON },
  })
})

test('the same bounce a hundred times, one after the other and all at once, is told once', async () => {
  const bounce = bounceOf(await sent(), null)
  const crowd = await Promise.all(Array.from({ length: 50 }, () => recordBounce(bounce)))
  expect(crowd.filter((outcome) => outcome === 'recorded')).toHaveLength(1)
  for (let i = 0; i < 50; i++) expect(await recordBounce(bounce)).toBe('nothing_changed')
  expect(await kindsOf()).toEqual(['email_sent', 'email_bounced'])
})

test('a bounce that is told again after the mail was sent again to the same address is no second one', async () => {
  const email = await sent()
  const bounce = bounceOf(email)
  await recordBounce(bounce)
  await requeueEmail(desk.freelancerId, email.id, null)
  await sent()
  expect(await recordBounce(bounce)).toBe('nothing_changed')
  expect(await emailOf(note)).toMatchObject({ state: 'sent' })
  expect(await recordBounce(bounceOf(email))).toBe('recorded')
  expect(await kindsOf()).toEqual(['email_sent', 'email_bounced', 'email_sent', 'email_bounced'])
})

test('sent again to a corrected address it arrives under the same Message-ID, and a late bounce of the old one changes nothing', async () => {
  const email = await sent()
  await recordBounce(bounceOf(email))
  const corrected = `accounts.${randomUUID()}@example.com`
  expect(await requeueEmail(desk.freelancerId, email.id, corrected)).toEqual({ ok: true })
  expect(await emailOf(note)).toMatchObject({ state: 'queued', sentAt: null, lastError: null })
  // Not offered to any server yet: whatever came back is not this.
  expect(await recordBounce(bounceOf(await emailOf(note)))).toBe('nothing_changed')
  await sendEmail(email.id)
  expect(await arrivedAt(corrected)).toEqual([email.messageId])
  expect(await recordBounce(bounceOf(email))).toBe('nothing_changed')
  expect(await emailOf(note)).toMatchObject({ state: 'sent', recipient: corrected, lastError: null })
})

test('a bounce that is sooner than our own note that the mail has left is not lost', async () => {
  const email = await emailOf(note)
  await countTry(email)
  expect(await recordBounce(bounceOf(email))).toBe('recorded')
  await recordSent(email)
  expect(await emailOf(note)).toMatchObject({ state: 'refused', lastError: REASON, sentAt: expect.any(Date) })
  expect(await sendEmail(email.id)).toBe('nothing_to_send')
})

test('a note that the mail to the old address has left does not settle the one to the corrected address', async () => {
  const email = await emailOf(note)
  await countTry(email)
  await recordBounce(bounceOf(email))
  await requeueEmail(desk.freelancerId, email.id, 'corrected@example.com')
  await recordSent(email)
  expect(await emailOf(note)).toMatchObject({ state: 'queued', recipient: 'corrected@example.com' })
})

test('what came back to one freelancer changes nothing of another’s, not even for the same client', async () => {
  const other = await issueNote(await openDesk(`acct_${randomUUID()}`))
  const [mine, theirs] = [await sent(), await sent(other)]
  expect(theirs.recipient).toBe(mine.recipient)
  await recordBounce(bounceOf(mine))
  expect(await emailOf(other)).toEqual(theirs)
  expect(await kindsOf(other)).toEqual(['email_sent'])
})

test('the freelancer’s own alert comes back like a client’s mail', async () => {
  const freelancer = { businessName: 'Studio', email: 'ida@example.com', locale: 'en-GB', timeZone: 'Europe/Berlin' }
  const failure = { refundRef: 're_1', reason: 'lost_or_stolen_card', stripeMessage: null, failedAt: new Date() }
  await inTransaction((tx) => enqueueEmail(tx, refundFailed(note, freelancer, failure)))
  expect(await recordBounce(bounceOf(await sent(note, 'refund_failed')))).toBe('recorded')
  expect(await emailOf(note, 'refund_failed')).toMatchObject({ state: 'refused', recipient: 'ida@example.com' })
  expect(await emailOf(note)).toMatchObject({ state: 'queued' })
})

test('a mail that nobody knows, and one that is not named, change nothing', async () => {
  const email = await sent()
  expect(await recordBounce({ ...bounceOf(email), messageId: `<${randomUUID()}@requite.example>` })).toBe(
    'unknown_mail',
  )
  expect(await recordBounce({ ...bounceOf(email), messageId: null })).toBe('unknown_mail')
  expect(await recordBounce({ ...bounceOf(email), failures: [] })).toBe('nothing_changed')
  expect(await emailOf(note)).toEqual(email)
})
