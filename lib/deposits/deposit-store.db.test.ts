import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { db, disconnectDatabase } from '@/lib/db'
import { inTransaction } from '@/lib/transaction'
import { insertDeposit } from './deposit-store'

afterAll(disconnectDatabase)

test('a deposit in another currency than its proposal is refused in words, and nothing is written', async () => {
  const user = { id: randomUUID(), name: 'Ida', email: 'ida@example.com' }
  const proposal = await db().proposal.create({
    data: {
      freelancer: { create: { businessName: 'Studio', email: user.email, user: { create: user } } },
      client: {
        create: {
          name: 'Pine',
          email: 'pine@example.com',
          freelancer: {
            create: {
              businessName: 'Studio',
              email: user.email,
              user: { create: { ...user, id: randomUUID(), email: 'other@example.com' } },
            },
          },
        },
      },
      number: 'PRO-2026-0001',
      title: 'Website',
      currency: 'eur',
      ...{ totalNet: 30_000, totalVat: 0, totalGross: 30_000 },
    },
  })
  const deposit = {
    freelancerId: proposal.freelancerId,
    proposalId: proposal.id,
    method: 'sepa',
    amount: 30_000,
  } as const
  await expect(inTransaction((tx) => insertDeposit(tx, { ...deposit, currency: 'gbp' }))).rejects.toThrow(
    'A proposal in eur takes no deposit in gbp.',
  )
  expect(await db().deposit.count()).toBe(0)
  await inTransaction((tx) => insertDeposit(tx, { ...deposit, currency: 'eur' }))
})
