import type { TestProject } from 'vitest/node'
import { migrate } from './migrated-database'
import { createDatabase, startThrowawayPostgres } from './postgres'

declare module 'vitest' {
  export interface ProvidedContext {
    postgresAdminUrl: string
  }
}

export const migratedTemplate = 'requite_migrated'

/** Vitest's globalSetup of the db project: one PostgreSQL a run, migrated once; test files copy the migrated database. */
export default async function startTestCluster(project: TestProject) {
  const postgres = await startThrowawayPostgres()
  try {
    await migrate(await createDatabase(postgres.adminUrl, migratedTemplate))
  } catch (error) {
    await postgres.stop()
    throw error
  }
  project.provide('postgresAdminUrl', postgres.adminUrl)
  return postgres.stop
}
