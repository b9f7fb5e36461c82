import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'

export const projectRoot = path.resolve(import.meta.dirname, '../..')

/** Brings the database up to the newest schema, the worker's tables included: exactly what production does at its start. */
export async function migrate(databaseUrl: string): Promise<void> {
  const env = { ...process.env, DATABASE_URL: databaseUrl }
  await promisify(execFile)('npm', ['run', '--silent', 'db:migrate'], { cwd: projectRoot, env }).catch(
    (error: unknown) => {
      const said = error instanceof Error && 'stderr' in error ? `\n${error.stderr}` : ''
      throw new Error(`The database could not be migrated.${said}`, { cause: error })
    },
  )
}
