import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import { ChildEnded, ChildProcesses, type StartedChild } from './child-processes'
import { GENERATE, isClientGenerated } from './generated-client'
import { migrate } from './migrated-database'
import { build, isBuilt } from './next-build'
import { ensureDatabase, type RunningPostgres, startPostgres } from './postgres'
import type { Ports } from './world-file'

export type WorldPlan = {
  /** `demo` serves a production build, `dev` the sources as they are. */
  serve: 'build' | 'sources'
  dataDir: string
  /** Ports that are free right now. */
  ports: Ports
  /** Variables the user has set, which win over stand-ins. */
  given: NodeJS.ProcessEnv
  webhookSecret: string
  /** False for tests: the database is thrown away at the end. */
  persistent: boolean
  /** How long the simulator's waits last, 1 as long as Stripe's. */
  timeScale: number
  /** Aborted, it ends what has been started so far. */
  signal?: AbortSignal
  onProcesses?: (children: StartedChild[]) => void
  /** Told of each step while it is under way. */
  progress: <T>(step: string, work: Promise<T>) => Promise<T>
}

export type World = {
  appUrl: string
  databaseUrl: string
  /** The port of the stand-in database, if that is the one. */
  postgresPort: number | undefined
  /** Undefined where the user's own Stripe, mail server or database is used. */
  simulatorUrl: string | undefined
  mailboxUrl: string | undefined
  /** Why the demo's data could not be laid, if it could not. */
  seedFailure: ChildEnded | undefined
  /** Settles when one of the processes ends by itself. */
  firstDeath: Promise<Error>
  stop: () => Promise<void>
}

const tsx = (file: string) => ['--import', 'tsx', file]

/** Starts everything that a working Requite needs on this machine; stops what it has started when one part fails. */
export async function startWorld(plan: WorldPlan): Promise<World> {
  const { ports, dataDir, progress } = plan
  const given = nonEmpty(plan.given)
  const processes = new ChildProcesses(path.join(dataDir, 'logs'), plan.onProcesses)
  const started: { postgres?: Promise<RunningPostgres>; doors: ChildProcess[] } = { doors: [] }

  async function stop() {
    // First those who write, then those who are written to.
    await Promise.all(started.doors.map((door) => processes.stop(door)))
    await processes.stopAll()
    // It may still be on its way up; if it does not get there, there is nothing to stop.
    const postgres = await started.postgres?.catch(() => undefined)
    await postgres?.stop()
  }

  async function database(): Promise<string> {
    if (given.DATABASE_URL) return given.DATABASE_URL
    started.postgres = startPostgres({
      dataDir: path.join(dataDir, 'postgres'),
      port: ports.postgres,
      persistent: plan.persistent,
    })
    return ensureDatabase((await started.postgres).adminUrl, 'requite')
  }

  const appUrl = given.APP_URL ?? `http://localhost:${ports.app}`
  const simulatorUrl = usesOwnStripe(given) ? undefined : `http://127.0.0.1:${ports.simulator}`
  const mailboxUrl = given.SMTP_URL ? undefined : `http://127.0.0.1:${ports.mailbox}`
  const mode = plan.serve === 'build' ? 'production' : 'development'

  async function simulator() {
    if (!simulatorUrl) return
    const env = {
      ...given,
      SIM_PORT: String(ports.simulator),
      SIM_DATA: path.join(dataDir, 'stripe.json'),
      SIM_API_KEY: 'sk_test_simulator',
      SIM_WEBHOOK_URL: `http://127.0.0.1:${ports.app}/api/stripe`,
      SIM_WEBHOOK_SECRET: given.STRIPE_WEBHOOK_SECRET?.split(',')[0] ?? plan.webhookSecret,
      SIM_TIME_SCALE: String(plan.timeScale),
      SIM_TRACE_AFTER: '30',
    }
    await processes.serve(
      { name: 'The Stripe simulator', args: tsx('e2e/world/stripe/main.ts'), env },
      `${simulatorUrl}/sim/health`,
    )
    // Nobody listens for webhooks yet: they wait for the app instead of being tried in vain.
    await fetch(`${simulatorUrl}/sim/deliveries/pause`, { method: 'POST' })
  }

  async function mailbox() {
    if (!mailboxUrl) return
    const env = {
      ...given,
      MAILBOX_SMTP_PORT: String(ports.smtp),
      MAILBOX_HTTP_PORT: String(ports.mailbox),
      MAILBOX_DATA: path.join(dataDir, 'mailbox'),
      MAILBOX_BOUNCE_URL: `http://127.0.0.1:${ports.app}/api/email-bounces`,
    }
    await processes.serve({ name: 'The mailbox', args: tsx('e2e/world/mailbox/main.ts'), env }, mailboxUrl)
  }

  function environment(databaseUrl: string): NodeJS.ProcessEnv {
    return {
      ...given,
      NODE_ENV: mode,
      NEXT_TELEMETRY_DISABLED: '1',
      APP_URL: appUrl,
      PORT: String(ports.app),
      DATABASE_URL: databaseUrl,
      MAIL_FROM: given.MAIL_FROM ?? 'Requite <refunds@requite.example>',
      ...(simulatorUrl && {
        STRIPE_SECRET_KEY: 'sk_test_simulator',
        STRIPE_WEBHOOK_SECRET: given.STRIPE_WEBHOOK_SECRET ?? plan.webhookSecret,
        STRIPE_API_BASE: simulatorUrl,
      }),
      ...(mailboxUrl && { SMTP_URL: `smtp://127.0.0.1:${ports.smtp}` }),
    }
  }

  /** Demo data for an empty database. Without it Requite works all the same, for people who sign up. */
  async function seed(env: NodeJS.ProcessEnv): Promise<ChildEnded | undefined> {
    return processes.run({ name: 'Laying the demo data', args: tsx('prisma/seed.ts'), env }).then(
      () => undefined,
      (failure: unknown) => {
        if (failure instanceof ChildEnded) return failure
        throw failure
      },
    )
  }

  async function prepareData() {
    const [databaseUrl] = await Promise.all([
      progress('PostgreSQL', database()),
      progress('Stripe simulator', simulator()),
      progress('Mailbox', mailbox()),
    ])
    const env = environment(databaseUrl)
    await progress('Database schema', migrate(databaseUrl))
    return { env, databaseUrl, seedFailure: await progress('Demo data', seed(env)) }
  }

  async function bringUp(): Promise<World> {
    if (!isClientGenerated()) {
      await progress(
        'Database client',
        processes.run({ name: 'Making the database client', args: GENERATE, env: given }),
      )
    }
    const [data] = await Promise.all([
      prepareData(),
      plan.serve === 'build' && !isBuilt()
        ? progress('Building the app', build(processes, { ...given, NEXT_TELEMETRY_DISABLED: '1' }))
        : undefined,
    ])
    const next = ['node_modules/next/dist/bin/next', plan.serve === 'build' ? 'start' : 'dev', '-H', '127.0.0.1']
    const app = { name: 'The app', args: next, env: data.env, inTerminal: plan.serve === 'sources' }
    const worker = { name: 'The worker', args: tsx('lib/worker/main.ts'), env: data.env }
    const health = `http://127.0.0.1:${ports.app}/api/health`
    started.doors = await progress(
      'App and worker',
      Promise.all([processes.serve(app, health), processes.serve(worker, health)]),
    )
    if (simulatorUrl) await fetch(`${simulatorUrl}/sim/deliveries/resume`, { method: 'POST' })
    const postgres = await started.postgres
    const firstDeath = Promise.race([processes.firstDeath, ...(postgres ? [postgres.death] : [])])
    return { appUrl, simulatorUrl, mailboxUrl, ...data, postgresPort: postgres?.port, firstDeath, stop }
  }

  try {
    return await Promise.race([bringUp(), whenAborted(plan.signal)])
  } catch (error) {
    await stop()
    throw error
  }
}

function whenAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
}

/** A line such as `SMTP_URL=` in .env sets nothing. */
function nonEmpty(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { NODE_ENV } = variables
  return { ...Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== '')), NODE_ENV }
}

function usesOwnStripe(given: NodeJS.ProcessEnv): boolean {
  return Boolean(given.STRIPE_SECRET_KEY || given.STRIPE_API_BASE)
}
