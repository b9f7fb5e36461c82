import { existsSync } from 'node:fs'
import { runMigrations } from 'graphile-worker'

// Part of "npm run db:migrate", which may run where nothing but .env names the database.
if (existsSync('.env')) process.loadEnvFile('.env')

const connectionString = process.env.DATABASE_URL
if (!connectionString) {
  process.stderr.write(
    'DATABASE_URL is missing: the address of a PostgreSQL database, postgresql://user:password@host:5432/name\n',
  )
  process.exit(1)
}
await runMigrations({ connectionString })
