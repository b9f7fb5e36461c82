import { z } from 'zod'

/** What Prisma tells of a failed query; `meta.driverAdapterError.cause` is what PostgreSQL or the socket said. */
const databaseError = z.object({
  name: z.string(),
  code: z.string().optional(),
  meta: z
    .object({
      driverAdapterError: z
        .object({ cause: z.object({ kind: z.string(), originalCode: z.string().optional() }) })
        .optional(),
    })
    .optional(),
})

/** Prisma's own codes for a database that is not there, too busy, or asks to be tried again. */
const OUT_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034'])
/** The driver's kinds for the same. */
const OUT_KINDS = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
  'TransactionWriteConflict',
])
/**
 * SQLSTATEs that mean "not now" rather than "never": connection gone (08), out of memory, disk or connections (53), stopped
 * by an operator, a shutdown or a time-out (57), lock not had in time (55P03), a read-only database (25006).
 */
const OUT_SQL_STATES = /^(08...|53...|57...|55P03|25006)$/
/** node-postgres throws these bare, before Prisma can dress them. */
const OUT_MESSAGES = /^(timeout exceeded when trying to connect|Connection terminated|Query read timeout)/

/** Whether what was thrown means that the database can't serve just now, so that the caller may try again later. */
export function databaseOut(thrown: unknown): boolean {
  const { code = '', meta } = read(thrown)
  const cause = meta?.driverAdapterError?.cause
  return (
    OUT_CODES.has(code) ||
    OUT_KINDS.has(cause?.kind ?? '') ||
    OUT_SQL_STATES.test(cause?.originalCode ?? '') ||
    (thrown instanceof Error && OUT_MESSAGES.test(thrown.message))
  )
}

/**
 * What a log may say of something thrown. Prisma's messages quote the values of the query, which may be a client's, so
 * that of those only codes are kept.
 */
export function describeFailure(thrown: unknown): Record<string, string> {
  const { name, code, meta } = read(thrown)
  const cause = meta?.driverAdapterError?.cause
  const fromPrisma = name.startsWith('Prisma') || cause !== undefined
  return {
    name,
    ...(code && { code }),
    ...(cause && { kind: cause.kind }),
    ...(cause?.originalCode && { sqlState: cause.originalCode }),
    ...(thrown instanceof Error && !fromPrisma && { message: thrown.message }),
    ...(thrown instanceof Error && { at: frames(thrown) }),
  }
}

function read(thrown: unknown): z.infer<typeof databaseError> {
  const parsed = databaseError.safeParse(thrown)
  if (parsed.success) return parsed.data
  return { name: thrown instanceof Error ? thrown.name : typeof thrown }
}

/** The stack without its first lines, which repeat the message. */
function frames(error: Error): string {
  const lines = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  return lines.slice(0, 8).join('\n')
}
