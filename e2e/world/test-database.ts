import { randomUUID } from 'node:crypto'
import { afterAll, inject } from 'vitest'
import { createDatabase, dropDatabase } from './postgres'
import { migratedTemplate } from './test-cluster'

// Vitest's setupFiles of the db project: before a test file is loaded, DATABASE_URL names a migrated database of its own.
const adminUrl = inject('postgresAdminUrl')
const name = `test_${randomUUID()}`
process.env.DATABASE_URL = await createDatabase(adminUrl, name, { template: migratedTemplate })

afterAll(() => dropDatabase(adminUrl, name))
