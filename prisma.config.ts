import { existsSync } from 'node:fs'
import path from 'node:path'
import { defineConfig } from 'prisma/config'

const root = import.meta.dirname
const dotEnv = path.join(root, '.env')
if (existsSync(dotEnv)) process.loadEnvFile(dotEnv)

// The CLI would fetch a native schema engine from a server that a closed network cannot reach, even for `generate`.
// Windows cannot start a script as a program, so it keeps the native one.
if (process.platform !== 'win32') {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= path.join(root, 'prisma/schema-engine.mjs')
}

// Asking for updates would add seconds to every call where there is no network.
process.env.CHECKPOINT_DISABLE ??= '1'

const databaseUrl = process.env.DATABASE_URL

export default defineConfig({
  schema: path.join(root, 'prisma/schema.prisma'),
  migrations: { path: path.join(root, 'prisma/migrations') },
  // `generate` runs right after installing, before any database exists: only commands that touch one may miss the URL.
  ...(databaseUrl && { datasource: { url: databaseUrl } }),
})
