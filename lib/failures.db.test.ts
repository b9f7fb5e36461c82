import { expect, test } from 'vitest'
import { db } from './db'
import { databaseOut, describeFailure } from './failures'
import { inTransaction } from './transaction'

async function thrownBy(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown.')
}

test.each([
  [
    'a statement that takes too long',
    () =>
      inTransaction(async (tx) => {
        await tx.$executeRaw`SET LOCAL statement_timeout = '50ms'`
        await tx.$queryRaw`SELECT pg_sleep(3)`
      }),
  ],
  ['a connection that an operator ended', () => db().$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`],
  [
    'a database that is read-only',
    () =>
      inTransaction(async (tx) => {
        await tx.$executeRaw`SET TRANSACTION READ ONLY`
        await tx.rateLimit.deleteMany()
      }),
  ],
  [
    'a full pool',
    async () => {
      const crowd = Array.from({ length: 11 }, () => db().$queryRaw`SELECT pg_sleep(3.3)::text`)
      await Promise.all(crowd).finally(() => Promise.allSettled(crowd))
    },
  ],
])('%s means: try again later', async (_what, work) => {
  expect(databaseOut(await thrownBy(work))).toBe(true)
})

test.each([
  ['a mistake in a statement', () => db().$queryRaw`SELECT nothing FROM nowhere`],
  ['a row that may not be twice', () => db().rateLimit.createMany({ data: [twice, twice] })],
  ['a bug of ours', () => Promise.reject(new TypeError('undefined is not a function'))],
])('%s does not', async (_what, work) => {
  expect(databaseOut(await thrownBy(work))).toBe(false)
})

const twice = { key: 'same', count: 1, windowStart: new Date() }

test('a log learns what failed, and none of the values it failed with', async () => {
  const secret = 'client@example.com'
  const refused = await thrownBy(() => db().$queryRaw`SELECT ${secret}::uuid`)
  expect(describeFailure(refused)).toMatchObject({ code: 'P2010', sqlState: '22P02' })
  expect(JSON.stringify(describeFailure(refused))).not.toContain(secret)
})
