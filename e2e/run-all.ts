import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { ensureChromium } from './chromium'
import { GENERATE, isClientGenerated } from './world/generated-client'

// npm test: everything that must hold, one after the other, and at the end how many of it did.

type Count = { passed: number; failed: number }
type Step = { name: string; run: () => Count }

/** Schedules of clicks, news, faults and deaths; how many a second depends on the machine, about twelve on two cores. */
const SIMULATED_SEEDS = 1000

const reports = mkdtempSync(path.join(tmpdir(), 'requite-tests-'))

const steps: Step[] = [
  { name: 'lint', run: () => asOne(npm('lint')) },
  { name: 'typecheck', run: () => asOne(npm('typecheck')) },
  { name: 'unit tests', run: () => vitest('unit') },
  { name: 'database tests', run: () => vitest('db') },
  { name: 'simulation', run: () => asOne(npm('simulate', ['--seeds', String(SIMULATED_SEEDS)])) },
  { name: 'browser tests', run: playwright },
  // After the browser's: it runs several instances of the build that those made.
  { name: 'installations', run: () => vitest('faults') },
]

if (!isClientGenerated()) spawnSync(process.execPath, GENERATE, { stdio: ['ignore', 'inherit', 'inherit'] })

const results = steps.map(({ name, run }) => {
  console.log(`\n── ${name} ${'─'.repeat(Math.max(0, 60 - name.length))}`)
  const began = Date.now()
  return { name, ...run(), seconds: Math.round((Date.now() - began) / 1000) }
})
rmSync(reports, { recursive: true, force: true })

console.log(`\n── summary ${'─'.repeat(53)}`)
for (const { name, passed, failed, seconds } of results) {
  const words = failed ? `${passed} passed, ${failed} FAILED` : `${passed} passed`
  console.log(`${failed ? '✗' : '✓'} ${name.padEnd(16)}${words.padEnd(28)}${seconds} s`)
}
const total = (part: keyof Count) => results.reduce((sum, result) => sum + result[part], 0)
process.exitCode = total('failed') > 0 ? 1 : 0
console.log(`\n${total('passed')} passed, ${total('failed')} failed`)

function npm(script: string, args: string[] = [], env: Record<string, string> = {}): boolean {
  return runs('npm', ['run', '--silent', script, '--', ...args], env)
}

function runs(command: string, args: string[], env: Record<string, string> = {}): boolean {
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  return status === 0
}

function asOne(well: boolean): Count {
  return { passed: well ? 1 : 0, failed: well ? 0 : 1 }
}

function vitest(project: 'unit' | 'db' | 'faults'): Count {
  const file = path.join(reports, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const well = runs('npx', ['vitest', 'run', '--project', project, ...reporters])
  const report = z.object({ numPassedTests: z.int(), numFailedTests: z.int() })
  return counted(file, report, well, ({ numPassedTests, numFailedTests }) => ({
    passed: numPassedTests,
    failed: numFailedTests,
  }))
}

function playwright(): Count {
  if (!ensureChromium()) return asOne(false)
  const file = path.join(reports, 'browser.json')
  const well = npm('test:e2e', ['--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_FILE: file })
  const report = z.object({ stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int() }) })
  return counted(file, report, well, ({ stats }) => ({
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky,
  }))
}

/** A run that failed without a failed test (a file that does not load, a world that does not come up) has failed all the same. */
function counted<T>(file: string, schema: z.ZodType<T>, well: boolean, count: (report: T) => Count): Count {
  const found = existsSync(file)
    ? count(schema.parse(JSON.parse(readFileSync(file, 'utf8'))))
    : { passed: 0, failed: 0 }
  return well ? found : { ...found, failed: Math.max(1, found.failed) }
}
