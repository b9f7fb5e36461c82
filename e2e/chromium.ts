import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from '@playwright/test'

/** The browser of the tests: CHROMIUM_PATH, else Playwright's own, else Debian's; undefined when there is none. */
export function chromiumPath(): string | undefined {
  return [process.env.CHROMIUM_PATH, chromium.executablePath(), '/usr/bin/chromium'].find(
    (place) => place && existsSync(place),
  )
}

/** Sees to it that there is a browser, by installing one where that can be done; false when it cannot. */
export function ensureChromium(): boolean {
  if (chromiumPath()) return true
  console.log('No Chromium yet: asking Playwright for one …')
  run('npx', ['playwright', 'install', 'chromium'])
  if (chromiumPath()) return true
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log("Playwright has none to give: taking Debian's …")
    run('apt-get', ['update', '-qq'])
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'])
  }
  if (chromiumPath()) return true
  console.error(
    "The browser tests need Chromium. Install it (npx playwright install chromium, or your system's package), or set CHROMIUM_PATH to one.",
  )
  return false
}

function run(program: string, args: string[]) {
  spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'], timeout: 5 * 60_000 })
}
