import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest'
import { createDatabase, dropDatabase } from '@/e2e/world/postgres'

// Each test starts Prisma's CLI, which takes seconds on a busy machine, up to four times.
vi.setConfig({ testTimeout: 120_000 })

const root = path.resolve(import.meta.dirname, '..')

const schema = (fields: string) => `
generator client {
  provider = "prisma-client"
  output   = "./generated"
}
datasource db {
  provider = "postgresql"
}
model Note {
  id    Int    @id @default(autoincrement())
  state State
  ${fields}
}
enum State {
  open
  settled
}
`

/** A function body full of semicolons, as the guards of the real migrations have. */
const guard = `
CREATE FUNCTION refuse() RETURNS trigger AS $$
BEGIN
  IF NEW.state = 'settled' THEN
    RAISE EXCEPTION 'refused; for good';
  END IF;
  RETURN NEW;
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER refuse BEFORE INSERT ON "Note" FOR EACH ROW EXECUTE FUNCTION refuse();
`

describe("Prisma's CLI over the WebAssembly engine, in a project of its own", () => {
  const adminUrl = inject('postgresAdminUrl')
  let project: string
  let database: string
  let url: string

  beforeEach(async () => {
    // Inside the repository: the config and the engine find their packages as they do in place.
    mkdirSync(path.join(root, '.data'), { recursive: true })
    project = mkdtempSync(path.join(root, '.data/schema-engine-test-'))
    mkdirSync(path.join(project, 'prisma'))
    cpSync(path.join(root, 'prisma.config.ts'), path.join(project, 'prisma.config.ts'))
    symlinkSync(path.join(root, 'prisma/schema-engine.mjs'), path.join(project, 'prisma/schema-engine.mjs'))
    writeFileSync(path.join(project, 'prisma/schema.prisma'), schema(''))
    database = `schema_engine_${randomUUID()}`
    url = await createDatabase(adminUrl, database)
  })

  afterEach(async () => {
    await dropDatabase(adminUrl, database)
    rmSync(project, { recursive: true, force: true })
  })

  function prisma(args: string, env: { DATABASE_URL?: string } = { DATABASE_URL: url }) {
    const { DATABASE_URL, PRISMA_SCHEMA_ENGINE_BINARY, ...rest } = process.env
    return new Promise<{ code: number; output: string }>((resolve) => {
      const cli = path.join(root, 'node_modules/prisma/build/index.js')
      const child = execFile(process.execPath, [cli, ...args.split(' ')], { cwd: project, env: { ...rest, ...env } })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text))
      child.on('close', (code) => resolve({ code: code ?? -1, output }))
    })
  }

  async function rows(statement: string) {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query(statement)).rows
    } finally {
      await client.end()
    }
  }

  test('the client is generated before any database exists', async () => {
    expect(await prisma('generate', {})).toMatchObject({ code: 0 })
    expect(readdirSync(path.join(project, 'prisma/generated'))).toContain('client.ts')
  })

  test('a migration is made, deployed once and then up to date, its trigger functions whole', async () => {
    expect(await prisma('migrate dev --name first --create-only')).toMatchObject({ code: 0 })
    const folder = path.join(project, 'prisma/migrations')
    mkdirSync(path.join(folder, '99990101000000_guard'))
    writeFileSync(path.join(folder, '99990101000000_guard/migration.sql'), guard)

    expect((await prisma('migrate status')).code).toBe(1)
    expect(await prisma('migrate deploy')).toMatchObject({ code: 0 })
    const status = await prisma('migrate status')
    expect(status).toMatchObject({ code: 0, output: expect.stringContaining('up to date') })

    await rows(`INSERT INTO "Note" (state) VALUES ('open')`)
    await expect(rows(`INSERT INTO "Note" (state) VALUES ('settled')`)).rejects.toThrow('refused; for good')
  })

  test('the next migration holds only what is new, and the shadow database is gone again', async () => {
    await prisma('migrate dev --name first')
    writeFileSync(path.join(project, 'prisma/schema.prisma'), schema('text String?'))
    const made = await prisma(
      'migrate diff --from-migrations prisma/migrations --to-schema prisma/schema.prisma --script',
    )
    expect(made.output).toContain('ALTER TABLE "Note" ADD COLUMN     "text" TEXT')
    expect(made.output).not.toContain('CREATE TABLE')
    expect(await prisma('migrate dev --name second')).toMatchObject({ code: 0 })
    expect(await rows(`SELECT datname FROM pg_database WHERE datname LIKE 'prisma_migrate_shadow%'`)).toEqual([])
  })

  test('a migration that fails is named by what is wrong in it, and can be reset away', async () => {
    const folder = path.join(project, 'prisma/migrations/20200101000000_broken')
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'migration.sql'), 'CREATE TABLE a (id int); SELECT nonsense;')
    const failed = await prisma('migrate deploy')
    expect(failed.code).not.toBe(0)
    expect(failed.output).toContain('nonsense')

    writeFileSync(path.join(folder, 'migration.sql'), 'CREATE TABLE a (id int);')
    expect(await prisma('migrate reset --force')).toMatchObject({ code: 0 })
    expect(await rows('SELECT * FROM a')).toEqual([])
  })

  test('a database server that is not there is named as such', async () => {
    const { code, output } = await prisma('migrate deploy', { DATABASE_URL: 'postgresql://a:b@127.0.0.1:9/none' })
    expect(code).toBe(1)
    expect(output).toMatch(/P1001|Can't reach database server|ECONNREFUSED/)
  })

  test('a database that does not exist yet is made by deploying', async () => {
    await dropDatabase(adminUrl, database)
    mkdirSync(path.join(project, 'prisma/migrations/20200101000000_first'), { recursive: true })
    writeFileSync(
      path.join(project, 'prisma/migrations/20200101000000_first/migration.sql'),
      'CREATE TABLE a (id int);',
    )
    expect(await prisma('migrate deploy')).toMatchObject({ code: 0 })
    expect(await rows('SELECT * FROM a')).toEqual([])
  })
})
