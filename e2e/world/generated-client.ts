import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { projectRoot } from './migrated-database'

const schema = path.join(projectRoot, 'prisma/schema.prisma')
const client = path.join(projectRoot, 'prisma/generated/client.ts')

/** Arguments for Node that make the database client from the schema. */
export const GENERATE = ['node_modules/prisma/build/index.js', 'generate']

/** False right after an install without scripts, and after a pull that brought another schema. */
export function isClientGenerated(): boolean {
  return existsSync(client) && statSync(client).mtimeMs >= statSync(schema).mtimeMs
}
