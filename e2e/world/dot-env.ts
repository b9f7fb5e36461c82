import { existsSync } from 'node:fs'
import path from 'node:path'
import { projectRoot } from './migrated-database'

/** Adds the user's own settings to the environment from the files that Next reads too; what is set already wins. */
export function loadDotEnv(): void {
  for (const name of ['.env.local', '.env']) {
    const place = path.join(projectRoot, name)
    if (existsSync(place)) process.loadEnvFile(place)
  }
}
