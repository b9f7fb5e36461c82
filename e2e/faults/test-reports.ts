import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { projectRoot } from '../world/migrated-database'

/** One test as its runner reports it; the file is relative to the repository. */
export type TestResult = { file: string; title: string; passed: boolean }

const vitestReport = z.object({
  testResults: z.array(
    z.object({ name: z.string(), assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) }),
  ),
})

/** Runs Vitest, says on the terminal how it goes, and returns every test that ran or should have. */
export function runVitest(args: readonly string[]): TestResult[] {
  return withReport((file) => {
    node([
      'node_modules/vitest/vitest.mjs',
      'run',
      ...args,
      '--reporter=verbose',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ])
    const report = vitestReport.parse(readJson(file) ?? { testResults: [] })
    return report.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'passed' || status === 'failed')
        .map(({ fullName, status }) => ({
          file: path.relative(projectRoot, name),
          title: fullName,
          passed: status === 'passed',
        })),
    )
  })
}

const playwrightReport = z.object({
  suites: z.array(z.object({ file: z.string(), specs: z.array(z.object({ title: z.string(), ok: z.boolean() })) })),
})

/** Runs Playwright over some of its specs, likewise. */
export function runPlaywright(args: readonly string[]): TestResult[] {
  return withReport((file) => {
    node(['node_modules/@playwright/test/cli.js', 'test', ...args, '--reporter=list,json'], {
      PLAYWRIGHT_JSON_OUTPUT_FILE: file,
    })
    const report = playwrightReport.parse(readJson(file) ?? { suites: [] })
    return report.suites.flatMap(({ file: spec, specs }) =>
      specs.map(({ title, ok }) => ({ file: `e2e/${spec}`, title, passed: ok })),
    )
  })
}

function node(args: readonly string[], env: Record<string, string> = {}): void {
  spawnSync(process.execPath, args, { cwd: projectRoot, stdio: 'inherit', env: { ...process.env, ...env } })
}

function withReport<T>(work: (file: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'requite-report-'))
  try {
    return work(path.join(folder, 'report.json'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Undefined when the run did not get as far as a report. */
function readJson(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

const document = path.join(projectRoot, 'docs/reliability-faults.md')

/** Writes a part of docs/reliability-faults.md anew. */
export function writeSection(name: 'faults' | 'crashes', text: string): void {
  const [begin, end] = [`<!-- ${name}: written by a test run -->`, `<!-- end of ${name} -->`]
  const page = readFileSync(document, 'utf8')
  const [before, rest] = page.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`${document} has no place for ${name}.`)
  writeFileSync(document, `${before}${begin}\n\n${text}\n\n${end}${after}`)
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
