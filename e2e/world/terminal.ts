import path from 'node:path'
import { projectRoot } from './migrated-database'
import type { World } from './world'

/** Names a step once it has taken a second, every ten seconds from then on, and says at its end how long it took. */
export async function sayProgress<T>(step: string, work: Promise<T>): Promise<T> {
  const began = Date.now()
  const seconds = () => Math.round((Date.now() - began) / 1000)
  let timer = setTimeout(function tell() {
    console.log(seconds() < 5 ? `  … ${step}` : `  … ${step}, ${seconds()} s so far`)
    timer = setTimeout(tell, 10_000)
  }, 1000)
  try {
    const result = await work
    if (seconds() >= 1) console.log(`  ✓ ${step}, ${seconds()} s`)
    return result
  } finally {
    clearTimeout(timer)
  }
}

/** What a person who has just started Requite wants to know, and nothing else. */
export function announce(world: World, dataDir: string): void {
  const places = [
    ['Desk', world.appUrl],
    ['Sign in', 'freelancer@example.com, password requite-demo (or other@example.com, the same password)'],
    ...(world.mailboxUrl ? [['Mailbox', `${world.mailboxUrl}   every email that Requite sends`]] : []),
    ...(world.simulatorUrl
      ? [['Stripe', `${world.simulatorUrl}   the simulator: let refunds through, bounce them, dispute`]]
      : []),
  ] as const
  console.log(`\nRequite is up.\n\n${places.map(([name, value]) => `  ${name.padEnd(9)}${value}`).join('\n')}\n`)
  if (world.seedFailure) {
    console.log(`The demo data is missing. ${world.seedFailure.message}\n\nSign up instead.\n`)
  } else {
    console.log(`Try first
  1  Sign in: the desk opens with what needs you.
  2  Open a refund that failed, read what the banner says about retrying, press Retry.
  3  Look what the client was told: the mailbox.
  4  Play the bank on the simulator's page and watch the desk redraw itself.
`)
  }
  console.log(
    `Ctrl-C stops everything. The data stays in ${path.relative(projectRoot, dataDir)}/: delete it to begin anew.\n`,
  )
}
