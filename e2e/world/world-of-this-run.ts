import { z } from 'zod'
import type { ThrowawayWorld } from './throwaway-world'

const variables = z.object({
  E2E_APP_URL: z.url(),
  E2E_SIMULATOR_URL: z.url(),
  E2E_MAILBOX_URL: z.url(),
  E2E_DATABASE_URL: z.string(),
  E2E_WEBHOOK_SECRET: z.string(),
})

/** Puts the addresses of the world where Playwright's workers, which are other processes, find them. */
export function publishWorld(world: ThrowawayWorld): void {
  process.env.E2E_APP_URL = world.appUrl
  process.env.E2E_SIMULATOR_URL = world.simulatorUrl
  process.env.E2E_MAILBOX_URL = world.mailboxUrl
  process.env.E2E_DATABASE_URL = world.databaseUrl
  process.env.E2E_WEBHOOK_SECRET = world.webhookSecret
}

/** The world that this run of the browser tests has brought up. */
export function worldOfThisRun(): Omit<ThrowawayWorld, 'stop'> {
  const found = variables.parse(process.env)
  return {
    appUrl: found.E2E_APP_URL,
    simulatorUrl: found.E2E_SIMULATOR_URL,
    mailboxUrl: found.E2E_MAILBOX_URL,
    databaseUrl: found.E2E_DATABASE_URL,
    webhookSecret: found.E2E_WEBHOOK_SECRET,
  }
}
