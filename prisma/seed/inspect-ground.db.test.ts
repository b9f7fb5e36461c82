import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { signAmendment } from '@/lib/credit-notes/sign-amendment'
import { db } from '@/lib/db'
import { createFreelancer } from '@/lib/freelancers/freelancer-store'
import { inTransaction } from '@/lib/transaction'
import { prepareAgreement } from './agreement'
import { inspectGround } from './inspect-ground'

const DEMO = [
  { email: 'freelancer@example.com', creditNotes: 2 },
  { email: 'other@example.com', creditNotes: 1 },
]
const OTHER_PEOPLES_DATA = /holds other people's data/
const CUT_SHORT = /cut short/

afterEach(async () => {
  await inTransaction(async (tx) => {
    // What is issued may not be deleted: the guards look away for once.
    await tx.$executeRaw`SET LOCAL session_replication_role = replica`
    await tx.$executeRaw`TRUNCATE users CASCADE`
  })
})

test('an empty database may be seeded', async () => {
  expect(await inspectGround(DEMO)).toBe('empty')
})

test('where the demo is, nothing is left to do, whoever signed up since and whatever they did', async () => {
  await moveIn('freelancer@example.com', 2)
  await moveIn('other@example.com', 1)
  expect(await inspectGround(DEMO)).toBe('seeded')
  await signUp('guest@example.org')
  await moveIn('new@example.org', 3)
  expect(await inspectGround(DEMO)).toBe('seeded')
})

test('a client who signed the amendment that waits makes the demo no less whole', async () => {
  await moveIn('freelancer@example.com', 3)
  await moveIn('other@example.com', 1)
  expect(await inspectGround(DEMO)).toBe('seeded')
})

test('other people’s data is never written beside, not even where a part of the demo lies already', async () => {
  await moveIn('mara@example.org', 3)
  await expect(inspectGround(DEMO)).rejects.toThrow(OTHER_PEOPLES_DATA)
  await moveIn('freelancer@example.com', 2)
  await expect(inspectGround(DEMO)).rejects.toThrow(OTHER_PEOPLES_DATA)
  await signUp('other@example.com')
  await expect(inspectGround(DEMO)).rejects.toThrow(OTHER_PEOPLES_DATA)
})

test('a sign-up without a credit note is other people’s data too', async () => {
  await signUp('mara@example.org')
  await expect(inspectGround(DEMO)).rejects.toThrow(OTHER_PEOPLES_DATA)
})

test('a seed that was cut short says so, and another desk’s notes do not hide it', async () => {
  await moveIn('freelancer@example.com', 3)
  await expect(inspectGround(DEMO)).rejects.toThrow(CUT_SHORT)
  await signUp('other@example.com')
  await expect(inspectGround(DEMO)).rejects.toThrow(CUT_SHORT)
})

async function signUp(email: string): Promise<string> {
  const { id } = await db().user.create({ data: { id: randomUUID(), name: 'Ida Lindqvist', email } })
  return id
}

async function moveIn(email: string, creditNotes: number): Promise<void> {
  const freelancerId = await createFreelancer({ userId: await signUp(email), email, businessName: 'Studio' })
  const lines = (unitNet: number) => [{ description: 'Design', quantity: 1, unitNet, vatRate: 0 }]
  for (let ordinal = 1; ordinal <= creditNotes; ordinal++) {
    const { token } = await prepareAgreement({
      freelancerId,
      ordinal,
      year: 2026,
      client: { name: 'Paula Pine', email: 'paula@example.org', address: '', locale: 'en-IE' },
      title: 'Website',
      currency: 'eur',
      lines: lines(60_000),
      deposit: { method: 'sepa', amount: 60_000 },
      amendment: { reason: 'Fewer pages.', lines: lines(40_000) },
    })
    await signAmendment({ token, signedBy: 'Paula Pine' })
  }
}
