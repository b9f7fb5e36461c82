import { afterAll, beforeAll, expect, test } from 'vitest'
import { db, disconnectDatabase } from './db'
import { inTransaction, type Transaction } from './transaction'

beforeAll(async () => {
  await db().$executeRaw`CREATE TABLE tally (name text PRIMARY KEY, count int NOT NULL)`
})
afterAll(disconnectDatabase)

async function count(tx: Transaction, name: string): Promise<void> {
  await tx.$executeRaw`UPDATE tally SET count = count + 1 WHERE name = ${name}`
}

async function counts(...names: string[]): Promise<number[]> {
  const rows = await db().$queryRaw<{ count: number }[]>`
    SELECT count FROM tally WHERE name = ANY(${names}::text[]) ORDER BY name`
  return rows.map((row) => row.count)
}

/** Resolves for each of two once both have come. */
function meetingPoint() {
  let here = 0
  let bothHere = () => {}
  const both = new Promise<void>((resolve) => {
    bothHere = resolve
  })
  return () => {
    if (++here === 2) bothHere()
    return both
  }
}

test('of two transactions that lock each other out both commit in the end, each exactly once', async () => {
  await db().$executeRaw`INSERT INTO tally VALUES ('a', 0), ('b', 0)`
  const meet = meetingPoint()
  let runs = 0
  const inOrder = (first: string, second: string) =>
    inTransaction(async (tx) => {
      runs++
      // PostgreSQL looks for a deadlock after a second of waiting: neither wait may end before, however far apart they begin.
      await tx.$executeRaw`SET LOCAL lock_timeout = 0`
      await tx.$executeRaw`SET LOCAL statement_timeout = 0`
      await count(tx, first)
      await meet()
      await count(tx, second)
    })
  await Promise.all([inOrder('a', 'b'), inOrder('b', 'a')])
  expect(runs).toBeGreaterThan(2)
  expect(await counts('a', 'b')).toEqual([2, 2])
})

test('a serialization failure runs the whole of it again, and what the first run wrote is gone', async () => {
  await db().$executeRaw`INSERT INTO tally VALUES ('c', 0), ('d', 0)`
  let runs = 0
  await inTransaction(async (tx) => {
    await tx.$executeRaw`SET TRANSACTION ISOLATION LEVEL SERIALIZABLE`
    await count(tx, 'c')
    await tx.$queryRaw`SELECT count FROM tally WHERE name = 'd'`
    if (++runs === 1) await db().$executeRaw`UPDATE tally SET count = count + 1 WHERE name = 'd'`
    await count(tx, 'd')
  })
  expect(runs).toBe(2)
  expect(await counts('c', 'd')).toEqual([1, 2])
})

test('one that never gets through is given up after a few runs, and leaves nothing behind', async () => {
  await db().$executeRaw`INSERT INTO tally VALUES ('e', 0)`
  let runs = 0
  const hopeless = inTransaction(async (tx) => {
    runs++
    await count(tx, 'e')
    await tx.$executeRawUnsafe(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`)
  })
  await expect(hopeless).rejects.toThrow()
  expect(runs).toBe(4)
  expect(await counts('e')).toEqual([0])
})

test('any other failure is not run again', async () => {
  let runs = 0
  const broken = inTransaction(async (tx) => {
    runs++
    await tx.$executeRaw`SELECT 1 / 0`
  })
  await expect(broken).rejects.toThrow()
  expect(runs).toBe(1)
})
