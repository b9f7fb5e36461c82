import { FAULTS } from './catalogue'
import { markdownTable, runPlaywright, runVitest, type TestResult, writeSection } from './test-reports'

// npm run test:faults: every fault of the catalogue by its number. Fails when one of them has no test that passes, or one
// that does not. With --write the table goes to docs/reliability-faults.md.

const files = [...new Set(Object.values(FAULTS).flatMap(({ proofs }) => proofs.map(([file]) => file)))]
const isSpec = (file: string) => file.endsWith('.spec.ts')
const results = [
  ...runVitest(['--project=unit', '--project=db', '--project=faults', ...files.filter((file) => !isSpec(file))]),
  ...runPlaywright(files.filter(isSpec)),
]

const outcomes = Object.entries(FAULTS).map(([number, fault]) => {
  const tests = fault.proofs.map(([file, title]) => ({
    file,
    title,
    ran: results.filter((result) => result.file === file && result.title.includes(title)),
  }))
  return {
    number,
    ...fault,
    tests,
    held: tests.every(({ ran }) => ran.length > 0 && ran.every(({ passed }) => passed)),
  }
})

for (const { number, how, out, tests, held } of outcomes) {
  console.log(`${held ? '✓' : '✗'} ${number.padEnd(4)}${how} → ${held ? out : 'NOT SO'}`)
  for (const { file, title, ran } of tests) console.log(`       ${file}: ${nameOf(title, ran)}${trouble(ran)}`)
}
const broken = outcomes.filter(({ held }) => !held).map(({ number }) => number)
console.log(`\n${outcomes.length - broken.length} of ${outcomes.length} faults come out as they must`)
if (broken.length > 0) console.log(`Not so: ${broken.join(', ')}`)
process.exitCode = broken.length > 0 ? 1 : 0

if (process.argv.includes('--write')) {
  const rows = outcomes.map(({ number, how, out, tests, held }) => [
    number,
    how,
    held ? out : '**not so**',
    tests.map(({ file, title, ran }) => `${nameOf(title, ran)} (\`${file}\`)`).join('<br>'),
  ])
  writeSection('faults', markdownTable(['fault', 'how it is made', 'what comes out', 'proved by'], rows))
}

function nameOf(title: string, ran: readonly TestResult[]): string {
  const [only, more] = ran
  return title === '' || more || !only
    ? `${title || 'all of its tests'}${ran.length > 1 ? ` (${ran.length} tests)` : ''}`
    : only.title
}

function trouble(ran: readonly TestResult[]): string {
  const failed = ran.filter(({ passed }) => !passed).length
  return ran.length === 0 ? ' – DID NOT RUN' : failed > 0 ? ` – ${failed} FAILED` : ''
}
