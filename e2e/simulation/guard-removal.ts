import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { projectRoot } from '../world/migrated-database'

// npm run test:guards [-- --only 'word']: takes each guard out of a copy of this tree, one at a time. Some test must notice.

type Change = { file: string; guard: string; without: string }
type Guard = {
  name: string
  changes: Change[]
  /** The fewest tests that must go red, a file and part of their names; or how many seeds the simulation needs at most. */
  noticedBy: { file: string; named?: string } | { seeds: number }
}

const GUARDS_SQL = 'prisma/migrations/20261123000100_guards/migration.sql'
const DOMAIN_SQL = 'prisma/migrations/20261123000000_domain/migration.sql'
const ATTEMPTS = 'lib/refunds/attempt-store.ts'
const ANSWERS = 'e2e/refunds/stripe-answers.db.test.ts'
const NEWS = 'e2e/refunds/stripe-news.db.test.ts'

const OWN_KEY: Change = {
  file: 'lib/stripe/create-refund.ts',
  guard: 'idempotencyKey: request.idempotencyKey }',
  without: 'idempotencyKey: crypto.randomUUID() }',
}
const UNCERTAIN: Change = {
  file: ATTEMPTS,
  guard: `uncertain = uncertain OR \${trouble.mayHaveHappened},`,
  without: '',
}
const LIST_FIRST: Change = {
  file: 'lib/refunds/ask-stripe.ts',
  guard: ': settleByList(attempt, outcome, cause)',
  without: ": closeAsRefused(attempt, { ...outcome, kind: 'refused' }, cause)",
}

const LOOK_FIRST: Change = {
  file: 'lib/refunds/ask-stripe.ts',
  guard: 'attempt.ordinal > 1 || ',
  without: '',
}

const guards: Guard[] = [
  {
    name: 'one open attempt per note (index)',
    changes: [
      {
        file: GUARDS_SQL,
        guard: 'CREATE UNIQUE INDEX refund_attempts_one_open',
        without: 'CREATE INDEX refund_attempts_one_open',
      },
      {
        file: ATTEMPTS,
        guard: "ON CONFLICT (credit_note_id) WHERE state IN ('in_flight', 'unknown') DO NOTHING",
        without: '',
      },
    ],
    noticedBy: { file: 'prisma/guards.db.test.ts', named: 'is the only open one of its note' },
  },
  {
    name: 'legal transitions (trigger)',
    changes: [
      {
        file: GUARDS_SQL,
        guard: 'IF NEW.refund_status IS DISTINCT FROM OLD.refund_status THEN',
        without: 'IF false THEN',
      },
    ],
    noticedBy: { file: 'prisma/guards.db.test.ts', named: 'is refused' },
  },
  {
    name: 'a change holds its note (row lock)',
    changes: [
      {
        file: 'lib/credit-notes/find-credit-note.ts',
        guard: '  await lockCreditNoteRow(tx, freelancerId, id)\n',
        without: '',
      },
    ],
    noticedBy: { file: 'e2e/simulation/linearizable.db.test.ts' },
  },
  {
    name: 'the stored attempt’s key',
    changes: [OWN_KEY],
    noticedBy: { file: ANSWERS, named: 'the same key makes the refund' },
  },
  { name: 'the stored attempt’s key', changes: [OWN_KEY], noticedBy: { seeds: 100 } },
  {
    name: 'an event is kept once',
    changes: [{ file: 'lib/stripe/event-inbox.ts', guard: 'ON CONFLICT (id) DO NOTHING', without: '' }],
    noticedBy: { file: 'app/api/stripe/route.db.test.ts', named: 'kept once' },
  },
  {
    name: 'signature of a webhook',
    changes: [
      {
        file: 'lib/stripe/event-inbox.ts',
        guard: "if (!signed) return { ok: false, reason: 'bad_signature' }",
        without: '',
      },
    ],
    noticedBy: { file: 'app/api/stripe/route.db.test.ts' },
  },
  {
    name: 'tenant filter on a note',
    changes: [
      {
        file: 'lib/credit-notes/credit-note-store.ts',
        guard: `\${SELECT_CREDIT_NOTE} WHERE n.id = \${id}::uuid AND n.freelancer_id = \${freelancerId}::uuid\``,
        without: `\${SELECT_CREDIT_NOTE} WHERE n.id = \${id}::uuid\``,
      },
    ],
    noticedBy: { file: 'app/api/credit-notes/credit-notes.db.test.ts', named: 'another freelancer' },
  },
  {
    name: 'only a confirmed deposit is refunded',
    changes: [
      {
        file: 'lib/refunds/trigger-refund.ts',
        guard: "if (!source.confirmed) return { kind: 'wait', code: 'charge_not_confirmed' }",
        without: '',
      },
    ],
    noticedBy: { file: NEWS, named: 'is not refunded: no call' },
  },
  {
    name: 'older news never wins (rank)',
    changes: [
      {
        file: 'lib/refunds/refund-news-rules.ts',
        guard: 'RANK[news.status] >= RANK[known.status] ? news : known',
        without: 'news',
      },
    ],
    noticedBy: { file: NEWS, named: 'succeeded arrives before pending' },
  },
  {
    name: 'after a 500 the list is read',
    changes: [LIST_FIRST],
    noticedBy: { file: ANSWERS, named: 'although it made the refund' },
  },
  // Either alone keeps the money safe.
  {
    name: 'after a 500, or before the next try, the list is read',
    changes: [LIST_FIRST, LOOK_FIRST],
    noticedBy: { seeds: 300 },
  },
  {
    name: 'one email per moment',
    changes: [
      {
        file: DOMAIN_SQL,
        guard: 'CREATE UNIQUE INDEX "outbox_emails_credit_note_id_moment',
        without: 'CREATE INDEX "outbox_emails_credit_note_id_moment',
      },
      {
        file: 'lib/email/outbox.ts',
        guard: 'ON CONFLICT (credit_note_id, moment, recipient_role, refund_ref) DO NOTHING',
        without: '',
      },
    ],
    noticedBy: { file: ANSWERS, named: 'refused again and again' },
  },
  { name: 'an unheard call is remembered', changes: [UNCERTAIN], noticedBy: { file: ANSWERS, named: 'a day later' } },
  { name: 'an unheard call is remembered', changes: [UNCERTAIN], noticedBy: { seeds: 300 } },
  {
    name: 'a busy no ends no unheard call',
    changes: [
      {
        file: 'lib/refunds/ask-stripe.ts',
        guard: "  if (mayBeAtWork(attempt, refusal)) return recordUnknown(attempt, { ...refusal, kind: 'unknown' })\n",
        without: '',
      },
    ],
    noticedBy: { file: ANSWERS, named: 'before it looks at the key' },
  },
  {
    name: 'a try after another one looks first',
    changes: [LOOK_FIRST],
    noticedBy: { file: ANSWERS, named: 'a try after another one' },
  },
  {
    name: 'a restored backup is looked after',
    changes: [{ file: 'lib/stripe/event-cursor-store.ts', guard: `AND read_in = \${THIS_LIFE})`, without: ')' }],
    noticedBy: { file: 'e2e/faults/restored-backup.db.test.ts', named: 'Retry looks before it asks' },
  },
]

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } })
const copy = mkdtempSync(path.join(tmpdir(), 'requite-guards-'))
const rows: { name: string; noticedBy: string; noticed: boolean; seconds: number }[] = []
try {
  copyTree()
  for (const guard of guards.filter(({ name }) => name.includes(values.only))) {
    const began = Date.now()
    const restore = guard.changes.map(takeOut)
    const noticed = goesRed(guard)
    for (const putBack of restore.toReversed()) putBack()
    rows.push({
      name: guard.name,
      noticedBy: inWords(guard.noticedBy),
      noticed,
      seconds: Math.round((Date.now() - began) / 1000),
    })
    const last = rows.at(-1)
    if (last) console.log(line(last))
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
const unnoticed = rows.filter(({ noticed }) => !noticed)
console.log(`\n${rows.length} guards taken out, ${rows.length - unnoticed.length} noticed`)
process.exitCode = unnoticed.length > 0 ? 1 : 0

function inWords(test: Guard['noticedBy']): string {
  if ('seeds' in test) return `npm run simulate -- --seeds ${test.seeds}`
  return test.named ? `${test.file} “${test.named}”` : test.file
}

function line(row: (typeof rows)[number]): string {
  return `${row.noticed ? '✓' : '✗ nobody noticed:'} ${row.name.padEnd(38)} ${row.noticedBy} (${row.seconds} s)`
}

/** The tree as it stands, changes that are not committed included; packages are hard links. */
function copyTree(): void {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: projectRoot, encoding: 'utf8' })
  const files = git('ls-files', '--cached', '--others', '--exclude-standard', '-z').split('\0').filter(Boolean)
  for (const file of files) cpSync(path.join(projectRoot, file), path.join(copy, file))
  cpSync(path.join(projectRoot, 'prisma/generated'), path.join(copy, 'prisma/generated'), { recursive: true })
  execFileSync('cp', ['-al', path.join(projectRoot, 'node_modules'), path.join(copy, 'node_modules')])
}

/** Takes a guard out of the copy and returns what puts it back. The text must be there exactly once, or the guard has moved. */
function takeOut({ file, guard, without }: Change): () => void {
  const place = path.join(copy, file)
  const text = readFileSync(place, 'utf8')
  const found = text.split(guard).length - 1
  if (found !== 1) throw new Error(`${file} has ${found} times, not once: ${guard}`)
  writeFileSync(
    place,
    text.replace(guard, () => without),
  )
  return () => writeFileSync(place, text)
}

function goesRed({ noticedBy }: Guard): boolean {
  return 'seeds' in noticedBy ? simulationGoesRed(noticedBy.seeds) : testsGoRed(noticedBy)
}

/** True when the simulation was played and some schedule broke a promise. */
function simulationGoesRed(seeds: number): boolean {
  const args = ['tsx', 'e2e/simulation/simulate.ts', '--seeds', String(seeds)]
  const run = spawnSync('npx', args, { cwd: copy, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  const failed = / schedules, .* (\d+) failed/.exec(run.stdout)?.[1]
  if (failed === undefined) throw new Error(`the simulation did not run:\n${run.stderr}\n${run.stdout.slice(0, 2000)}`)
  return Number(failed) > 0
}

/** True when tests were run and one of them failed: a run that found no test, or could not start, proves nothing. */
function testsGoRed({ file, named }: { file: string; named?: string }): boolean {
  const args = [
    'vitest',
    'run',
    '--project',
    'db',
    '--reporter=json',
    '--bail',
    '1',
    file,
    ...(named ? ['-t', named] : []),
  ]
  const run = spawnSync('npx', args, {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, LOG_LEVEL: 'silent' },
  })
  const failed = Number(/"numFailedTests":(\d+)/.exec(run.stdout)?.[1] ?? 0)
  if (!/"numTotalTests":[1-9]/.test(run.stdout))
    throw new Error(`${file} ran no test:\n${run.stderr}\n${run.stdout.slice(0, 2000)}`)
  // A machine too busy to finish in time has noticed nothing.
  if (failed > 0 && /timed out in \d+ms/.test(run.stdout)) throw new Error(`${file} ran out of time`)
  return failed > 0
}
