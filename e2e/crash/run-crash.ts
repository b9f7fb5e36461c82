import { markdownTable, runVitest, writeSection } from '../faults/test-reports'

// npm run test:crash: the crash matrix. With --write its table goes to docs/reliability-faults.md.

const results = runVitest(['--project=crash'])
const failed = results.filter(({ passed }) => !passed)
console.log(`\n${results.length - failed.length} of ${results.length} deaths come out as they must`)
process.exitCode = results.length > 0 && failed.length === 0 ? 0 : 1

if (process.argv.includes('--write')) {
  const rows = results.map(({ file, title, passed }) => {
    const [death = title, outcome = ''] = title.split(/: (.*)/)
    return [death, passed ? outcome : '**not so**', `\`${file}\``]
  })
  writeSection('crashes', markdownTable(['who died, and where', 'what came out', 'test file'], rows))
}
