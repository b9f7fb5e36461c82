import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '@/prisma/generated/client'
import { env } from './env'
import { log } from './log'

declare global {
  // Next reloads modules in development: without this every reload would leave a pool of connections behind.
  var requiteDatabase: PrismaClient | undefined
}

function connect(): PrismaClient {
  const adapter = new PrismaPg(
    {
      connectionString: env().DATABASE_URL,
      max: 10,
      // Nothing hangs over five seconds (faults.md F46): a full pool or a held lock becomes an error that a door answers with
      // 503. Whoever waited for a connection may have to wait for a lock as well, so the two together stay below.
      connectionTimeoutMillis: 3000,
      lock_timeout: 1500,
      statement_timeout: 3500,
      // A server that fell silent keeps no time-out of its own; its connection is given up.
      query_timeout: 4000,
      keepAlive: true,
      idle_in_transaction_session_timeout: 10_000,
    },
    { onPoolError: (error) => log.warn({ reason: error.message }, 'database connection lost') },
  )
  return new PrismaClient({ adapter })
}

/** The database of this process, one pool. Only stores, the inbox, the outbox and lib/transaction.ts may ask it. */
export function db(): PrismaClient {
  globalThis.requiteDatabase ??= connect()
  return globalThis.requiteDatabase
}

/** Throws when the database does not answer. */
export async function pingDatabase(): Promise<void> {
  await db().$queryRaw`SELECT 1`
}

/** Ends the pool; for processes that stop. */
export async function disconnectDatabase(): Promise<void> {
  await globalThis.requiteDatabase?.$disconnect()
  globalThis.requiteDatabase = undefined
}
