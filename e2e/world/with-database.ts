import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { loadDotEnv } from './dot-env'
import { projectRoot } from './migrated-database'
import { ensureDatabase, startPostgres } from './postgres'
import { WorldFile } from './world-file'

// tsx e2e/world/with-database.ts prisma migrate dev: runs a command against the database of DATABASE_URL or, when that is
// not set, against the demo's own, which is started for it if it does not run.
const [command, ...args] = process.argv.slice(2)
if (!command) throw new Error('with-database.ts takes the command to run')

loadDotEnv()

const dataDir = path.join(projectRoot, '.data')
const postgres = process.env.DATABASE_URL
  ? undefined
  : await startPostgres({
      dataDir: path.join(dataDir, 'postgres'),
      port: new WorldFile(dataDir).notes.ports.postgres,
      persistent: true,
    })
try {
  const url = postgres ? await ensureDatabase(postgres.adminUrl, 'requite') : process.env.DATABASE_URL
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, DATABASE_URL: url } })
  const [code] = await once(child, 'exit')
  process.exitCode = code ?? 1
} finally {
  // A server that somebody else has started is theirs to stop.
  if (postgres && !postgres.reused) await postgres.stop()
}
