import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from './ports'
import { startWorld, type World } from './world'
import { newWebhookSecret } from './world-file'

export type ThrowawayWorld = {
  appUrl: string
  simulatorUrl: string
  mailboxUrl: string
  databaseUrl: string
  /** Signs what the app takes for Stripe's webhooks. */
  webhookSecret: string
  stop: () => Promise<void>
}

/**
 * A complete Requite for one test run: production build, worker, database, simulator and mailbox on ports and data of its
 * own, with the demo's data. Nothing of it is left after `stop`, and nothing that the user has configured reaches it.
 */
export async function startThrowawayWorld({ timeScale = 0.02 } = {}): Promise<ThrowawayWorld> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'requite-world-'))
  const [app, postgres, simulator, mailbox, smtp] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ])
  const webhookSecret = newWebhookSecret()
  const { PATH, HOME, TMPDIR, NODE_ENV } = process.env
  try {
    const world = await startWorld({
      serve: 'build',
      dataDir,
      ports: { app, postgres, simulator, mailbox, smtp },
      given: { NODE_ENV, PATH, HOME, TMPDIR, AUTH_SECRET: randomBytes(32).toString('base64url') },
      webhookSecret,
      persistent: false,
      timeScale,
      progress: (_step, work) => work,
    })
    if (world.seedFailure) {
      await world.stop()
      throw world.seedFailure
    }
    return {
      ...addresses(world),
      webhookSecret,
      stop: () => world.stop().finally(() => rmSync(dataDir, { recursive: true, force: true })),
    }
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true })
    throw error
  }
}

function addresses({ appUrl, simulatorUrl, mailboxUrl, databaseUrl }: World) {
  if (!simulatorUrl || !mailboxUrl) throw new Error('A throwaway world has a simulator and a mailbox of its own.')
  return { appUrl, simulatorUrl, mailboxUrl, databaseUrl }
}
