import { existsSync } from 'node:fs'
import { env } from './env'

// What "npm start", "npm run worker" and "npm run seed" do first: every variable that is missing or wrong is named at once,
// before a database is touched.
if (existsSync('.env')) process.loadEnvFile('.env')
try {
  env()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exit(1)
}
