import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const folder = path.join(import.meta.dirname, 'migrations')
const migrations = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())

// While a new version is rolled out the old one still runs, on the schema of the new one (faults.md F53). What a migration
// takes away must have been unused for a whole version: name it here, with the version that stopped using it.
const CONTRACTIONS: readonly string[] = []

/** Statements that break code which does not know of them yet. */
const BREAKS_OLD_CODE = [
  /\bDROP\s+(TABLE|COLUMN|TYPE|VIEW|SCHEMA)\b/i,
  /\bRENAME\b/i,
  /\bALTER\s+COLUMN\s+\S+\s+(SET\s+NOT\s+NULL|(SET\s+DATA\s+)?TYPE)\b/i,
  /\bADD\s+COLUMN\s+(?:(?!DEFAULT|,|;)[\s\S])*NOT\s+NULL(?!\s+DEFAULT)(?:(?!DEFAULT|,|;)[\s\S])*(,|;|$)/i, // Rewrites the table, and nobody may read it meanwhile.
  /\bADD\s+COLUMN\s+\S+\s+(BIG|SMALL)?SERIAL\b/i,
]

test.each(migrations.map(({ name }) => name))('old code works on the new schema: %s only adds', (name) => {
  const sql = readFileSync(path.join(folder, name, 'migration.sql'), 'utf8').replace(/--.*$/gm, '')
  const breaking = BREAKS_OLD_CODE.filter((pattern) => pattern.test(sql)).map(String)
  expect(CONTRACTIONS.includes(name) ? [] : breaking).toEqual([])
})

test.each([
  'ALTER TABLE a DROP COLUMN b;',
  'ALTER TABLE a RENAME COLUMN b TO c;',
  'ALTER TABLE a ALTER COLUMN b SET NOT NULL;',
  'ALTER TABLE a ADD COLUMN b text NOT NULL;',
  'ALTER TABLE a ADD COLUMN b bigserial;',
])('%s would be noticed', (sql) => {
  expect(BREAKS_OLD_CODE.some((pattern) => pattern.test(sql))).toBe(true)
})

test('a column with a default would not be', () => {
  expect(BREAKS_OLD_CODE.some((pattern) => pattern.test('ALTER TABLE a ADD COLUMN b int NOT NULL DEFAULT 0;'))).toBe(
    false,
  )
})
