import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Desk, openDesk, sendAmendment, sign } from '@/e2e/refunds/desk'
import { RATE_LIMITS } from '@/lib/auth/rate-limit-rules'
import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { db } from '@/lib/db'
import { countTry, MOST_RESENDS } from './outbox'
import { recordBounce } from './record-bounce'
import { resendEmail } from './resend-email'

async function issueNote(desk: Desk): Promise<CreditNote> {
  return sign(desk, await sendAmendment(desk, { payment: { method: 'sepa', amount: 30_000 } }))
}
const emailOf = ({ id }: CreditNote) => db().outboxEmail.findFirstOrThrow({ where: { creditNoteId: id } })

/** What anybody can have happen who knows the Message-ID. */
async function comesBack(note: CreditNote): Promise<string> {
  const email = await emailOf(note)
  await countTry(email)
  const failures = [{ addresses: [email.recipient], reason: 'There is no such mailbox.' }]
  expect(await recordBounce({ id: `<${randomUUID()}@mx.example>`, messageId: email.messageId, failures })).toBe(
    'recorded',
  )
  return email.id
}

test('however often a freelancer has mails come back, so many are sent again in an hour, and nobody else is kept from it', async () => {
  const [desk, other] = [await openDesk(`acct_${randomUUID()}`), await openDesk(`acct_${randomUUID()}`)]
  const { times } = RATE_LIMITS.resend_per_freelancer
  const notes = [await issueNote(desk), await issueNote(desk), await issueNote(desk)]
  const resend = async (note = notes[0], of = desk) =>
    note && resendEmail(of.freelancerId, await comesBack(note), `stranger.${randomUUID()}@example.com`)

  for (let i = 0; i < times; i++) expect(await resend(notes[i % 3])).toEqual({ ok: true })
  const refused = await resend(notes[2])
  expect(refused).toEqual({ ok: false, reason: 'rate_limited', retryAfterSeconds: expect.any(Number) })
  expect(await emailOf(notes[2] ?? expect.fail())).toMatchObject({ state: 'refused' })
  expect(await resend(await issueNote(other), other)).toEqual({ ok: true })
})

test('one email is sent again so many times and no more, however long that takes', async () => {
  const desk = await openDesk(`acct_${randomUUID()}`)
  const [note, another] = [await issueNote(desk), await issueNote(desk)]
  const resend = async (of: CreditNote) => {
    await db().$executeRaw`TRUNCATE rate_limits`
    return resendEmail(desk.freelancerId, await comesBack(of), `stranger.${randomUUID()}@example.com`)
  }
  for (let i = 0; i < MOST_RESENDS; i++) expect(await resend(note)).toEqual({ ok: true })
  const sentTo = (await emailOf(note)).recipient
  expect(await resend(note)).toEqual({ ok: false, reason: 'sent_too_often' })
  expect(await emailOf(note)).toMatchObject({ state: 'refused', recipient: sentTo })
  expect(await resend(another)).toEqual({ ok: true })
})
