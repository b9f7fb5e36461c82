import { setTimeout as pause } from 'node:timers/promises'
import { Prisma } from '@/prisma/generated/client'
import { db } from './db'

/** A transaction that a use case has opened and hands to stores. */
export type Transaction = Prisma.TransactionClient

/** How often a transaction is run in all when the database asks for it to be run again. */
const TRIES = 4

/**
 * Runs `work` in one transaction and commits it; rolls back when it throws. A deadlock or serialization failure runs the
 * whole of it again, a few times (faults.md F45), so `work` must touch nothing but the database: never Stripe or SMTP.
 */
export async function inTransaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db().$transaction(work, { maxWait: 4000, timeout: 8000 })
    } catch (error) {
      if (attempt === TRIES || !asksToBeRunAgain(error)) throw error
      await pause(attempt * 20 * (1 + Math.random()))
    }
  }
}

function asksToBeRunAgain(error: unknown): boolean {
  return (
    error instanceof Prisma.PrismaClientKnownRequestError &&
    (error.code === 'P2034' || /40001|40P01/.test(error.message))
  )
}
