import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { PrismaPg } from '@prisma/adapter-pg'
import { Client } from 'pg'
import { z } from 'zod'
import { insertAmendment } from '@/lib/amendments/amendment-store'
import { linkHash, newLinkToken } from '@/lib/amendments/client-link'
import { disconnectDatabase } from '@/lib/db'
import { confirmDeposit } from '@/lib/deposits/confirm-deposit'
import { connectStripeAccount, createFreelancer } from '@/lib/freelancers/freelancer-store'
import { storeEvent, verifyWebhook } from '@/lib/stripe/event-inbox'
import { inTransaction } from '@/lib/transaction'
import { TASKS } from '@/lib/worker/tasks'
import { PrismaClient } from '@/prisma/generated/client'
import { prepareAgreement } from '@/prisma/seed/agreement'
import {
  accountRecord,
  chargeRecord,
  deliveryRecord,
  disputeRecord,
  paymentIntentRecord,
  refundRecord,
} from '../world/stripe/ledger/records'
import { startStripeSimulator } from '../world/stripe/simulator'
import type { Payment } from './schedule'

const ledgerSchema = z.object({
  accounts: z.array(accountRecord),
  paymentIntents: z.array(paymentIntentRecord),
  charges: z.array(chargeRecord),
  refunds: z.array(refundRecord),
  disputes: z.array(disputeRecord),
})
export type LedgerView = z.infer<typeof ledgerSchema>

const requestSchema = z.object({
  method: z.string(),
  path: z.string(),
  account: z.string().nullable(),
  idempotencyKey: z.string().nullable(),
  params: z.record(z.string(), z.json()),
  status: z.int().nullable(),
  replayed: z.boolean(),
  fault: z.string().nullable(),
})
export type LoggedCall = z.infer<typeof requestSchema>

const deliverySchema = deliveryRecord.extend({ type: z.string(), account: z.string() })
const named = z.object({ id: z.string() })
const intentSchema = z.object({ id: z.string(), latest_charge: z.string().nullish() })

/** A client's link to an amendment, and what the credit note must be once it is signed. */
export type Link = {
  token: string
  amendmentId: string
  paymentIntentId: string
  /** What goes back, minor units, once every link of this payment before it is signed. */
  priceAfter: number
}

/** The freelancer of one seed, with what Stripe knows of their clients' payments. */
export type Studio = {
  freelancerId: string
  account: string
  links: Link[]
  payments: { paymentIntentId: string; depositId: string; amount: number }[]
}

type Job = { id: string; name: string; payload: unknown; key: string | null }

/**
 * What a client pays up front, and the price after the first and the second amendment. So little goes back that Stripe would
 * pay it twice or three times if asked: its own refusal must not hide a second refund.
 */
const PAID = 30_000
const PRICES_AFTER = [22_000, 19_000]
/** The second price where the second note is of the same amount as the first. */
const PRICE_AFTER_ALIKE = 14_000

export type SimulatedWorld = Awaited<ReturnType<typeof startSimulatedWorld>>

/**
 * The outside of the product for simulated schedules: the Stripe simulator in this process, the door that its webhooks
 * knock at, the database looked at from beside, a clock that is moved by hand. DATABASE_URL and Stripe's secrets must be
 * in the environment. Nothing happens in it by itself: webhooks leave and jobs run when a step says so.
 */
export async function startSimulatedWorld() {
  globalThis.requiteDatabase = patientDatabase()
  const sql = new Client({ connectionString: process.env.DATABASE_URL })
  await sql.connect()
  // The looker-on may move time and wipe the slate, which the product's own guards forbid.
  await sql.query('SET session_replication_role = replica')
  const { rows: tables } = await sql.query<{ name: string; columns: string }>(TABLES)
  const empty = tables.map(({ name }) => `DELETE FROM ${name};`).join('\n')
  const wipe = `${empty}\nUPDATE stripe_breaker SET failures = 0, open_until = NULL;`

  /** Events that the door has answered with 200: Stripe sends them no more. */
  const answered = new Set<string>()
  /** Those of them that the database must still know of; a restored backup does not. */
  const taken = new Set<string>()
  let backup: (Backup & { taken: ReadonlySet<string> }) | null = null
  const door = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const verified = verifyWebhook(
      Buffer.concat(chunks).toString('utf8'),
      String(request.headers['stripe-signature']),
      new Date(),
    )
    if (!verified.ok) return void response.writeHead(400).end()
    try {
      await storeEvent(verified.event)
      answered.add(verified.event.id)
      taken.add(verified.event.id)
      response.writeHead(200).end()
    } catch {
      response.writeHead(500).end()
    }
  })
  await new Promise<void>((listening) => door.listen(0, '127.0.0.1', listening))
  const { port } = z.object({ port: z.int() }).parse(door.address())
  const clock = secondHand()
  const simulator = await startStripeSimulator({
    clock,
    apiKey: String(process.env.STRIPE_SECRET_KEY),
    webhooks: [{ url: `http://127.0.0.1:${port}`, secret: String(process.env.STRIPE_WEBHOOK_SECRET) }],
  })
  process.env.STRIPE_API_BASE = simulator.url

  const ask = async (path: string, init?: RequestInit): Promise<unknown> => {
    const answer = await simulator.sideDoor(path, init)
    const body: unknown = await answer.json()
    if (!answer.ok && answer.status !== 409) throw new Error(`/sim${path}: ${answer.status} ${JSON.stringify(body)}`)
    return answer.ok ? body : null
  }
  /** Makes something happen at Stripe; null when its state does not allow it. */
  const act = (path: string, input: object = {}) =>
    ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(input) })

  /** Asks Stripe's API as the platform, past the product. */
  const call = async (path: string, account: string, params: Record<string, string>): Promise<unknown> => {
    const answer = await fetch(`${simulator.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${process.env.STRIPE_SECRET_KEY}`, 'stripe-account': account },
      body: new URLSearchParams(params),
    })
    return answer.json()
  }

  async function rows<Row extends object>(statement: string, values: unknown[] = []): Promise<Row[]> {
    return (await sql.query<Row>(statement, values)).rows
  }

  async function takePayment(account: string, paid: boolean) {
    const params = { amount: String(PAID), currency: 'eur', 'automatic_payment_methods[enabled]': 'true' }
    const card = {
      payment_method: 'pm_card_visa',
      confirm: 'true',
      'automatic_payment_methods[allow_redirects]': 'never',
    }
    return intentSchema.parse(await call('/v1/payment_intents', account, paid ? { ...params, ...card } : params))
  }

  let agreements = 0

  return {
    act,
    call,
    rows,
    sql,
    answered,
    taken,
    ledger: async (): Promise<LedgerView> => ledgerSchema.parse(await ask('/ledger')),
    calls: async (): Promise<LoggedCall[]> => z.array(requestSchema).parse(await ask('/requests')),
    deliveries: async () => z.array(deliverySchema).parse(await ask('/deliveries')),
    send: (deliveryId: string) => act(`/deliveries/${deliveryId}/send`),
    forgetFaults: () => ask('/faults', { method: 'DELETE' }),
    forgetCalls: () => ask('/requests', { method: 'DELETE' }),

    /** Wipes everything and opens a freelancer's studio with payments and unsigned amendments. */
    async open(payments: readonly Payment[]): Promise<Studio> {
      clock.start()
      await act('/reset')
      await act('/deliveries/pause')
      answered.clear()
      taken.clear()
      backup = null
      await sql.query(wipe)
      const account = named.parse(await act('/accounts')).id
      const userId = randomUUID()
      const email = `${userId}@example.com`
      await sql.query('INSERT INTO users (id, name, email, updated_at) VALUES ($1, $2, $3, now())', [
        userId,
        'Ida',
        email,
      ])
      const freelancerId = await createFreelancer({
        userId,
        email,
        businessName: 'Studio Lindqvist',
        timeZone: 'Europe/Berlin',
      })
      await connectStripeAccount(freelancerId, account, true)
      const studio: Studio = { freelancerId, account, links: [], payments: [] }
      for (const payment of payments) await agree(studio, payment)
      return studio
    },

    /** Time passes: whatever waits for a moment is that much nearer to it. */
    timePasses: async (seconds: number): Promise<void> => {
      clock.tick()
      if (backup) backup.secondsAgo += seconds
      await sql.query(timePassing(seconds))
    },

    /** Copies the database as it is now. */
    async backUp(): Promise<void> {
      const copies = tables.map(({ name }) => `(SELECT coalesce(json_agg(r), '[]')::text FROM ${name} r)`)
      const { rows: copied } = await sql.query(`SELECT ARRAY[${copies.join(', ')}]`)
      const [{ array }] = z.tuple([z.object({ array: z.array(z.string()) })]).parse(copied)
      const contents = new Map(tables.map(({ name }, i) => [name, array[i] ?? '[]']))
      backup = { tables: contents, secondsAgo: 0, taken: new Set(taken) }
    },

    /** Puts the database back to the last copy: what was done since is known to Stripe alone. */
    async restore(): Promise<void> {
      if (!backup) throw new Error('there is no backup')
      await sql.query(wipe)
      for (const { name, columns } of tables)
        await sql.query(
          `INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE
            SELECT ${columns} FROM json_populate_recordset(NULL::${name}, $1)`,
          [backup.tables.get(name)],
        )
      await sql.query(timePassing(backup.secondsAgo))
      // Restored into a server that has begun another life since.
      await sql.query(`UPDATE event_cursors SET tried_in = 'before ' || tried_in, read_in = 'before ' || read_in`)
      taken.clear()
      for (const event of backup.taken) taken.add(event)
    },

    /** The jobs of the queue that are due, as the worker would take them up; emails stay in the outbox. */
    dueJobs: (): Promise<Job[]> =>
      rows(`SELECT j.id::text, t.identifier AS name, j.payload, j.key
        FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
        WHERE t.identifier <> 'send-email' AND j.run_at <= now() ORDER BY j.priority, j.run_at, j.id`),

    /**
     * Runs a job as the worker does; one that throws is put back for later. `keep` leaves it in the queue as well, as after
     * a worker that died before it could say that it was done.
     */
    async run(job: Job, keep = false): Promise<void> {
      const { rowCount } = keep
        ? { rowCount: 1 }
        : await sql.query('DELETE FROM graphile_worker._private_jobs WHERE id = $1', [job.id])
      if (!rowCount) return
      const task: unknown = TASKS[job.name]
      if (typeof task !== 'function') throw new Error(`the worker knows no task ${job.name}`)
      try {
        await Reflect.apply(task, undefined, [job.payload])
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('Stripe did not answer')) throw error
        await sql.query(
          `SELECT FROM graphile_worker.add_job($1, $2::json, run_at => now() + interval '3 seconds', job_key => $3)`,
          [job.name, JSON.stringify(job.payload), job.key],
        )
      }
    },

    async close(): Promise<void> {
      await disconnectDatabase()
      await sql.end()
      await simulator.close()
      await new Promise<void>((closed) => {
        door.close(() => closed())
        door.closeAllConnections()
      })
    },
  }

  async function agree(studio: Studio, payment: Payment): Promise<void> {
    const { freelancerId, account } = studio
    const intent = await takePayment(account, payment.paid)
    const ids = { stripeAccountId: account, paymentIntentId: intent.id, chargeId: intent.latest_charge ?? null }
    const line = (unitNet: number) => [{ description: 'Design', quantity: 1, unitNet, vatRate: 0 }]
    const [first = 0, smaller = 0] = PRICES_AFTER
    const second = payment.alike ? PRICE_AFTER_ALIKE : smaller
    const ordinal = ++agreements
    const sent = await prepareAgreement({
      freelancerId,
      ordinal,
      year: 2026,
      client: { name: 'Harbour & Pine', email: 'office@harbourpine.example', address: '', locale: 'en-IE' },
      title: 'Website',
      currency: 'eur',
      lines: line(PAID),
      deposit: { method: 'card', amount: PAID, payment: { ...ids, knownBy: payment.knownBy } },
      amendment: { reason: 'Fewer pages', lines: line(first) },
    })
    studio.payments.push({ paymentIntentId: intent.id, depositId: sent.depositId, amount: PAID })
    studio.links.push({ ...sent, paymentIntentId: intent.id, priceAfter: first })
    if (payment.confirmed) await inTransaction((tx) => confirmDeposit(tx, { ...ids, checkoutSessionId: null }))
    if (payment.amendments === 1) return
    const token = newLinkToken()
    const amendmentId = await inTransaction((tx) =>
      insertAmendment(tx, {
        freelancerId,
        proposalId: sent.proposalId,
        number: `AMD-2026-${ordinal}-2`,
        status: 'sent',
        reason: 'Fewer pages still',
        totals: { net: second, vat: 0, gross: second },
        lines: line(second),
        linkHash: linkHash(token),
        linkExpiresAt: new Date(Date.now() + 86_400_000),
      }),
    )
    studio.links.push({ token, amendmentId, paymentIntentId: intent.id, priceAfter: second })
  }
}

/**
 * The product's pool of connections, but for two things: it waits as long as it takes, for a machine at which others work
 * too must not look like a database in trouble; and statements are planned once, for the same few hundred are asked all
 * the time, and planning them would be a third of all the work.
 */
function patientDatabase(): PrismaClient {
  const names = new Map<string, string>()
  const statementNameGenerator = ({ sql }: { sql: string }): string => {
    const name = names.get(sql) ?? `statement_${names.size}`
    names.set(sql, name)
    return name
  }
  const pool = { connectionString: String(process.env.DATABASE_URL), max: 10 }
  return new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator }),
    transactionOptions: { maxWait: 60_000, timeout: 60_000 },
  })
}

/**
 * Stripe's clock while a schedule is played: it stands still, and ticks when time passes, so that which events fall within
 * one second (all that Stripe tells of their order) is decided by the schedule and not by the machine. It never runs more than
 * some seconds off the machine's own, by which webhooks are judged stale.
 */
function secondHand() {
  let now = 0
  return {
    now: () => now,
    seconds: () => now / 1000,
    scaled: (seconds: number) => seconds * 1000,
    start() {
      now = Math.floor(Date.now() / 1000) * 1000
    },
    tick() {
      now += 1000
    },
  }
}

/** What a backup holds, by table, each as JSON, and how much time has passed since. */
type Backup = { tables: Map<string, string>; secondsAgo: number }

/** What the product keeps, but for what every installation of it holds from the start. */
const TABLES = `
  SELECT format('%I.%I', c.table_schema, c.table_name) AS name, string_agg(quote_ident(c.column_name), ', ') AS columns
  FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
  WHERE c.is_generated = 'NEVER' AND t.table_type = 'BASE TABLE'
    AND (c.table_schema = 'public' AND c.table_name NOT IN ('_prisma_migrations', 'stripe_breaker')
      OR c.table_schema = 'graphile_worker' AND c.table_name = '_private_jobs')
  GROUP BY 1`

function timePassing(seconds: number): string {
  const earlier = (...columns: string[]) =>
    columns.map((column) => `${column} = ${column} - interval '${seconds} seconds'`).join(', ')
  return [
    `UPDATE refund_attempts SET ${earlier('lease_until', 'started_at', 'finished_at', 'look_refused_since')}`,
    `UPDATE credit_notes SET ${earlier('issued_at', 'requested_at', 'settled_at', 'next_try_at', 'stripe_read_at')}`,
    `UPDATE deposits SET ${earlier('paid_at', 'confirmed_at')}`,
    `UPDATE event_cursors SET ${earlier('read_at')}`,
    `UPDATE stripe_events SET ${earlier('received_at', 'look_again_at')}`,
    `UPDATE stripe_breaker SET ${earlier('open_until')}`,
    `UPDATE graphile_worker._private_jobs SET ${earlier('run_at')}`,
  ].join(';\n')
}
