import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { signAmendment } from '@/lib/credit-notes/sign-amendment'
import { db, disconnectDatabase } from '@/lib/db'
import { amendAgain, type Desk, openDesk, sendAmendment } from './desk'

let desk: Desk

beforeEach(async () => {
  desk = await openDesk(`acct_${crypto.randomUUID()}`)
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(disconnectDatabase)

/** A client's link to an amendment that takes 100.00 off what was paid by bank transfer. */
async function link(of: Desk = desk): Promise<string> {
  return (await sendAmendment(of, { payment: { method: 'sepa', amount: 30_000 } })).token
}

function sign(token: string) {
  return signAmendment({ token, signedBy: 'Paula Pine' })
}

async function numbersOf({ freelancerId }: Desk = desk): Promise<string[]> {
  const notes = await db().creditNote.findMany({
    where: { freelancerId },
    orderBy: [{ year: 'asc' }, { sequence: 'asc' }],
  })
  return notes.map(({ number }) => number)
}

function series(year: number, length: number): string[] {
  return Array.from({ length }, (_, i) => `CRN-${year}-${String(i + 1).padStart(4, '0')}`)
}

const noon = new Date('2026-06-15T12:00:00Z')

/** Has the calendar stand at a moment; timers run on. */
function at(moment: string | Date): void {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(moment) })
}

test('twenty signatures at once: no number missing, none given twice', async () => {
  at(noon)
  const links: string[] = []
  for (let i = 0; i < 20; i++) links.push(await link())
  const signed = await Promise.all(links.map(sign))
  expect(signed.map((result) => result.ok && result.creditNoteNumber).toSorted()).toEqual(series(2026, 20))
  expect(await numbersOf()).toEqual(series(2026, 20))
})

test('a signature that is rolled back gives its number back and leaves no trace; it can be given again', async () => {
  at(noon)
  const [first, broken, second] = [await link(), await link(), await link()]
  expect(await sign(first)).toMatchObject({ creditNoteNumber: 'CRN-2026-0001' })

  // The last thing a signature writes fails: its email.
  await db().$executeRawUnsafe(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'; END $$`)
  await db().$executeRaw`CREATE TRIGGER fail BEFORE INSERT ON outbox_emails FOR EACH ROW EXECUTE FUNCTION fail()`
  await expect(sign(broken)).rejects.toThrow()
  await db().$executeRaw`DROP TRIGGER fail ON outbox_emails`
  expect(await numbersOf()).toEqual(['CRN-2026-0001'])

  expect(await sign(second)).toMatchObject({ creditNoteNumber: 'CRN-2026-0002' })
  expect(await sign(broken)).toMatchObject({ creditNoteNumber: 'CRN-2026-0003' })
  expect(await numbersOf()).toEqual(series(2026, 3))
})

test('of one amendment signed many times at once, one signature counts and one credit note is issued', async () => {
  at(noon)
  const token = await link()
  const signed = await Promise.all(Array.from({ length: 8 }, () => sign(token)))
  expect(signed.filter(({ ok }) => ok)).toEqual([{ ok: true, creditNoteNumber: 'CRN-2026-0001' }])
  expect(signed.filter(({ ok }) => !ok)).toEqual(Array(7).fill({ ok: false, reason: 'already_signed' }))
  expect(await numbersOf()).toEqual(['CRN-2026-0001'])
  const note = await db().creditNote.findFirstOrThrow({ where: { freelancerId: desk.freelancerId } })
  expect(await db().outboxEmail.count({ where: { creditNoteId: note.id } })).toBe(1)
  expect(await db().timelineEntry.count({ where: { creditNoteId: note.id } })).toBe(1)
})

test('a note carries the year that it is where its freelancer lives, and each year counts from one', async () => {
  const ahead = await openDesk(`acct_${crypto.randomUUID()}`, 'Pacific/Kiritimati')
  const behind = await openDesk(`acct_${crypto.randomUUID()}`, 'America/Los_Angeles')
  at('2026-12-31T23:30:00Z')
  for (const one of [desk, ahead, behind]) await sign(await link(one))
  at('2027-01-01T08:30:00Z')
  for (const one of [desk, ahead, behind]) await sign(await link(one))
  expect(await numbersOf(desk)).toEqual(['CRN-2027-0001', 'CRN-2027-0002'])
  expect(await numbersOf(ahead)).toEqual(['CRN-2027-0001', 'CRN-2027-0002'])
  expect(await numbersOf(behind)).toEqual(['CRN-2026-0001', 'CRN-2027-0001'])
})

test('two freelancers who sign at once count each for themselves', async () => {
  at(noon)
  const other = await openDesk(`acct_${crypto.randomUUID()}`)
  const links = [await link(), await link(other), await link(), await link(other)]
  await Promise.all(links.map(sign))
  expect(await numbersOf(desk)).toEqual(series(2026, 2))
  expect(await numbersOf(other)).toEqual(series(2026, 2))
})

test('an amendment that gives nothing back takes no number', async () => {
  at(noon)
  const { token } = await sendAmendment(desk, { payment: { method: 'sepa', amount: 30_000 }, priceAfter: 30_000 })
  expect(await sign(token)).toEqual({ ok: true, creditNoteNumber: null })
  expect(await sign(await link())).toMatchObject({ creditNoteNumber: 'CRN-2026-0001' })
})

test('two amendments of one proposal signed at once never give back more than was paid', async () => {
  at(noon)
  const sent = await sendAmendment(desk, { payment: { method: 'sepa', amount: 30_000 }, priceAfter: 10_000 })
  const again = await amendAgain({ ...desk, proposalId: sent.proposalId }, 10_000)
  await Promise.all([sign(sent.token), sign(again.token)])
  const notes = await db().creditNote.findMany({ where: { freelancerId: desk.freelancerId } })
  expect(notes.map(({ amountGross }) => amountGross)).toEqual([20_000n])
})
