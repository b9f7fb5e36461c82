import pg from 'pg'
import { worldOfThisRun } from './world/world-of-this-run'

/**
 * Asks the database of this run's world. A connection for each question: Playwright runs a file's tests in several
 * processes and ends them when it likes.
 */
export async function rows(sql: string, values: unknown[] = []): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: worldOfThisRun().databaseUrl })
  await client.connect()
  try {
    return (await client.query(sql, values)).rows
  } finally {
    await client.end()
  }
}
