import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { Logger, type Runner, run, runOnce, type TaskList } from 'graphile-worker'
import { type ParsedMail, simpleParser } from 'mailparser'
import pg from 'pg'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { db, disconnectDatabase } from '@/lib/db'
import { log } from '@/lib/log'
import { inTransaction } from '@/lib/transaction'
import { refundCompleted, refundFailed, refundInitiated, refundReturned } from './email-moments'
import { enqueueEmail, findQueued, listEmails, MOST_TRIES, requeueEmail } from './outbox'
import { recordBounce } from './record-bounce'
import { sendEmail } from './send-email'
import { deliver, type Mail } from './transport'

// ── A mail server that does as it is told ───────────────────────────────────────────────────────

type Fault =
  | { at: 'recipient' | 'message'; code: number }
  | { at: 'accepted'; act: () => unknown }
  | { at: 'taken'; act: () => Promise<void> }

const received: ParsedMail[] = []
let faults: Fault[] = []

const mailServer = new SMTPServer({
  authOptional: true,
  disableReverseLookup: true,
  disabledCommands: ['STARTTLS', 'AUTH'],
  onRcptTo(_address, _session, done) {
    const fault = faults[0]
    if (fault?.at !== 'recipient') return done()
    faults.shift()
    done(Object.assign(new Error('no such mailbox <someone@example.com>'), { responseCode: fault.code }))
  },
  onData(stream, _session, done) {
    simpleParser(stream).then((mail) => {
      const fault = faults.shift()
      if (fault?.at === 'message') return done(Object.assign(new Error('try later'), { responseCode: fault.code }))
      received.push(mail)
      if (fault?.at === 'accepted') return void fault.act()
      if (fault?.at === 'taken') return fault.act().then(() => done(), done)
      done()
    }, done)
  },
})

beforeAll(async () => {
  await new Promise<void>((listening) => mailServer.listen(0, '127.0.0.1', listening))
  process.env.SMTP_URL = `smtp://127.0.0.1:${portOf(mailServer.server.address())}`
  process.env.MAIL_FROM = 'Refunds <refunds@mail.requite.example>'
})

afterAll(async () => {
  await disconnectDatabase()
  await new Promise<void>((closed) => mailServer.close(closed))
})

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port')
  return address.port
}

// ── A credit note in the database ───────────────────────────────────────────────────────────────

const freelancer = {
  businessName: 'Studio Nord',
  email: 'studio@example.com',
  locale: 'en-IE',
  timeZone: 'Europe/Berlin',
}
let sequence = 0
let note: CreditNote

beforeEach(async () => {
  received.length = 0
  faults = []
  await forgetJobs()
  note = await issueCreditNote()
})

async function issueCreditNote(): Promise<CreditNote> {
  sequence += 1
  const userId = `user-${sequence}`
  await db().user.create({ data: { id: userId, name: 'Nora', email: `nora-${sequence}@example.com` } })
  const owner = await db().freelancer.create({ data: { userId, businessName: 'Studio Nord', email: freelancer.email } })
  const totals = { totalNet: 100n, totalVat: 0n, totalGross: 100n }
  const proposal = await db().proposal.create({
    data: {
      freelancer: { connect: { id: owner.id } },
      client: { create: { freelancerId: owner.id, name: 'Anna Schmidt', email: 'anna@example.com' } },
      number: 'PRO-2026-0001',
      title: 'Website relaunch',
      currency: 'eur',
      ...totals,
    },
  })
  const amendment = await db().amendment.create({
    data: { freelancerId: owner.id, proposalId: proposal.id, number: 'AMD-2026-0001', reason: 'No blog', ...totals },
  })
  const deposit = await db().deposit.create({
    data: { freelancerId: owner.id, proposalId: proposal.id, method: 'sepa', amount: 50000n, currency: 'eur' },
  })
  const parties: CreditNote['parties'] = {
    issuer: { name: 'Studio Nord', address: 'Hamburg', vatNumber: null, email: freelancer.email },
    client: { name: 'Anna Schmidt', address: 'Berlin', email: 'anna@example.com', locale: 'en-IE' },
  }
  const issued = await db().creditNote.create({
    data: {
      freelancerId: owner.id,
      proposalId: proposal.id,
      amendmentId: amendment.id,
      depositId: deposit.id,
      year: 2026,
      sequence: 1,
      number: 'CRN-2026-0001',
      amountNet: 40000n,
      amountVat: 0n,
      amountGross: 40000n,
      currency: 'eur',
      parties,
      issuedAt: new Date('2026-03-14T09:00:00Z'),
    },
  })
  return {
    id: issued.id,
    freelancerId: owner.id,
    number: issued.number,
    proposalId: proposal.id,
    proposalNumber: proposal.number,
    proposalTitle: proposal.title,
    amendmentId: amendment.id,
    amendmentNumber: amendment.number,
    amendmentReason: amendment.reason,
    parties,
    amountNet: 40000,
    amountVat: 0,
    amountGross: 40000,
    currency: 'eur',
    issuedAt: issued.issuedAt,
    refundStatus: 'pending',
    failureReason: null,
    failureMessage: null,
    stripeRefundId: null,
    requestedAt: null,
    settledAt: null,
    manual: null,
    paidTwiceAt: null,
    depositMethod: 'card',
    depositConfirmed: true,
    attemptOpen: false,
    outcomeWithheld: false,
    accountConnected: true,
    attempts: 0,
    pendingReason: null,
    nextTryAt: null,
    automaticTries: 0,
    automaticStopped: false,
    foreignRefund: null,
    disputeStatus: null,
    disputeId: null,
    disputeClosedAt: null,
    disputePays: 0,
    disputeLeftOver: 0,
    traceNumber: null,
  }
}

const completedAt = new Date('2026-03-16T09:00:00Z')
const completed = (about = note, stripeRefundId = 're_1') =>
  refundCompleted(about, freelancer, { stripeRefundId, completedAt, traceNumber: '7420' })
const initiated = () => refundInitiated(note, freelancer)

async function enqueue(...emails: ReturnType<typeof initiated>[]): Promise<string[]> {
  for (const email of emails) await inTransaction((tx) => enqueueEmail(tx, email))
  return (await listEmails(note.freelancerId, note.id)).map(({ id }) => id)
}

function statementsOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .replace(/--.*$/gm, '')
    .split(';')
    .filter((statement) => statement.trim())
}

async function theEmail() {
  const [email] = await listEmails(note.freelancerId, note.id)
  if (!email) throw new Error('there is no email')
  return email
}

async function timelineKinds(): Promise<string[]> {
  const entries = await db().timelineEntry.findMany({ where: { creditNoteId: note.id }, orderBy: { id: 'asc' } })
  return entries.map(({ kind }) => kind)
}

/** The worker's job runner, until no job is left or something else has come true. */
async function runJobs(until = async () => (await dueJobs()) === 0): Promise<void> {
  const worker = await startWorker({})
  await expect.poll(until, { interval: 20, timeout: 10_000 }).toBe(true)
  await worker.stop()
}

function startWorker(otherTasks: TaskList): Promise<Runner> {
  return run({ ...workerOptions(), concurrency: 10, pollInterval: 50, taskList: { ...sendingTasks, ...otherTasks } })
}

const sendingTasks: TaskList = { 'send-email': async (payload) => void (await sendEmail(outboxIdOf(payload))) }

function workerOptions() {
  return {
    connectionString: process.env.DATABASE_URL ?? '',
    noHandleSignals: true,
    logger: new Logger(() => () => {}),
  }
}

/** Runs what is due next as if the time until then had passed. Returns how many days that were. */
async function runNextJobs(): Promise<number> {
  const [next] = await db().$queryRaw<{ seconds: number }[]>`
    SELECT greatest(0, extract(epoch FROM min(run_at) - now()))::float8 AS seconds FROM graphile_worker.jobs WHERE attempts < max_attempts`
  // A little more, so that what follows on its heels is run along with it.
  const seconds = (next?.seconds ?? 0) + 2
  await db()
    .$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = run_at - ${seconds}::float8 * interval '1 second'`
  await runOnce({ ...workerOptions(), taskList: sendingTasks })
  return seconds / (24 * 60 * 60)
}

function outboxIdOf(payload: unknown): string {
  if (typeof payload !== 'object' || payload === null || !('outboxId' in payload)) throw new Error('no outboxId')
  return String(payload.outboxId)
}

async function forgetJobs(): Promise<void> {
  // A worker that is stopped in the midst of a failing job leaves it locked.
  await db().$queryRaw`
    SELECT graphile_worker.force_unlock_workers(ARRAY(SELECT DISTINCT locked_by FROM graphile_worker.jobs WHERE locked_by <> ''))::text`
  await db().$queryRaw`SELECT FROM graphile_worker.complete_jobs(ARRAY(SELECT id FROM graphile_worker.jobs))`
}

async function dueJobs(): Promise<number> {
  const [row] = await db().$queryRaw<
    { jobs: number }[]
  >`SELECT count(*)::int AS jobs FROM graphile_worker.jobs WHERE task_identifier = 'send-email'`
  return row?.jobs ?? 0
}

/** Jobs whose failure is booked. Until it is, their worker must not be stopped: it would leave them and their lane locked. */
function failedJobs() {
  return db().$queryRaw<{ later: boolean; lastError: string }[]>`
    SELECT run_at > now() AS later, last_error AS "lastError" FROM graphile_worker.jobs WHERE last_error IS NOT NULL`
}

// ── What it guarantees ──────────────────────────────────────────────────────────────────────────

describe('the outbox', () => {
  test('holds one email per credit note, moment, reader and refund, however often it is told', async () => {
    await enqueue(completed(), completed(), completed())
    await runJobs()
    expect(await listEmails(note.freelancerId, note.id)).toHaveLength(1)
    expect(received).toHaveLength(1)
  })

  test('holds one even when two transactions tell it at once', async () => {
    const told = await Promise.all(
      Array.from({ length: 8 }, () => inTransaction((tx) => enqueueEmail(tx, completed()))),
    )
    expect(told.filter((answer) => answer === 'queued')).toHaveLength(1)
    await runJobs()
    expect(received).toHaveLength(1)
  })

  test('writes again about another refund of the same credit note', async () => {
    await enqueue(completed(), completed(note, 're_2'))
    await runJobs()
    expect(received).toHaveLength(2)
  })

  test('keeps neither email nor job of a transaction that rolls back', async () => {
    const rolledBack = inTransaction(async (tx) => {
      await enqueueEmail(tx, completed())
      throw new Error('changed my mind')
    })
    await expect(rolledBack).rejects.toThrow('changed my mind')
    expect(await listEmails(note.freelancerId, note.id)).toEqual([])
    expect(await dueJobs()).toBe(0)
  })

  test('shows one freelancer’s emails to no other', async () => {
    await enqueue(completed())
    const other = await issueCreditNote()
    expect(await listEmails(other.freelancerId, note.id)).toEqual([])
  })
})

describe('sending', () => {
  test('delivers what the client needs, from the freelancer’s name, with the credit note attached', async () => {
    const [id = ''] = await enqueue(initiated())
    await expect(sendEmail(id)).resolves.toBe('sent')
    const [mail] = received
    expect(mail?.from?.text).toBe('"Studio Nord via Requite" <refunds@mail.requite.example>')
    expect(mail?.replyTo?.text).toBe('studio@example.com')
    expect(mail?.subject).toBe('Refund initiated: €400.00 — credit note CRN-2026-0001')
    expect(mail?.messageId).toBe(`<${id}@mail.requite.example>`)
    expect(mail?.attachments.map(({ filename, contentType }) => [filename, contentType])).toEqual([
      ['CRN-2026-0001.pdf', 'application/pdf'],
    ])
    expect(mail?.attachments[0]?.content.subarray(0, 5).toString()).toBe('%PDF-')
    expect(await theEmail()).toMatchObject({ state: 'sent', lastError: null })
    expect(await timelineKinds()).toEqual(['email_sent'])
  })

  test('what has been sent is not sent again', async () => {
    const [id = ''] = await enqueue(completed())
    await sendEmail(id)
    await expect(sendEmail(id)).resolves.toBe('nothing_to_send')
    expect(received).toHaveLength(1)
    expect(await timelineKinds()).toEqual(['email_sent'])
  })

  test('a server in trouble delays an email and never loses it', async () => {
    const [id = ''] = await enqueue(completed())
    faults = [
      { at: 'recipient', code: 451 },
      { at: 'message', code: 452 },
    ]
    await expect(sendEmail(id)).rejects.toThrow('451')
    await expect(sendEmail(id)).rejects.toThrow('452')
    expect(await theEmail()).toMatchObject({ state: 'queued', tries: 2, lastError: expect.stringContaining('452') })
    await expect(sendEmail(id)).resolves.toBe('sent')
    expect(received).toHaveLength(1)
    expect(await theEmail()).toMatchObject({ state: 'sent', tries: 3, lastError: null })
  })

  test('trouble leaves its job in the queue, to be run later', async () => {
    await enqueue(completed())
    faults = [{ at: 'recipient', code: 451 }]
    await runJobs(async () => (await failedJobs()).length > 0)
    const jobs = await failedJobs()
    expect(jobs).toMatchObject([{ later: true }])
    // Job errors end up in logs: the server's words name the recipient, so they stay in the outbox.
    expect(jobs[0]?.lastError).not.toContain('@example.com')
  })

  test('no server at all is trouble too', async () => {
    const closed = net.createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const port = portOf(closed.address())
    closed.close()
    await once(closed, 'close')
    await expect(deliver(aMail, { server: `smtp://127.0.0.1:${port}` })).resolves.toMatchObject({
      outcome: 'trouble',
      code: 'ESOCKET',
    })
  })

  test('a server that drips a byte now and then is left at the deadline', async () => {
    const dripping = net.createServer((socket) => {
      const drip = setInterval(() => socket.write('2'), 20)
      socket.on('error', () => {}).on('close', () => clearInterval(drip))
    })
    dripping.listen(0, '127.0.0.1')
    await once(dripping, 'listening')
    const server = `smtp://127.0.0.1:${portOf(dripping.address())}`
    await expect(deliver(aMail, { server, deadline: 300 })).resolves.toMatchObject({ outcome: 'trouble' })
    dripping.close()
    await once(dripping, 'close')
  })

  test('a final refusal is shown to the freelancer and not tried again by itself', async () => {
    const [id = ''] = await enqueue(completed())
    faults = [{ at: 'recipient', code: 550 }]
    await expect(sendEmail(id)).resolves.toBe('refused')
    expect(await theEmail()).toMatchObject({ state: 'refused', lastError: expect.stringContaining('no such mailbox') })
    expect(await timelineKinds()).toEqual(['email_refused'])
    await expect(sendEmail(id)).resolves.toBe('nothing_to_send')
    expect(received).toEqual([])
  })

  test('trouble that never ends is shown to the freelancer as well', async () => {
    const [id = ''] = await enqueue(completed())
    await db().outboxEmail.update({ where: { id }, data: { tries: MOST_TRIES - 1 } })
    faults = [{ at: 'recipient', code: 451 }]
    await expect(sendEmail(id)).resolves.toBe('refused')
    expect(await timelineKinds()).toEqual(['email_refused'])
  })

  test('after an outage a reader gets the older news first', async () => {
    const [, newer = ''] = await enqueue(initiated(), completed())
    await sendEmail(newer)
    await runJobs()
    expect(received.map(({ subject }) => subject)).toEqual([
      'Refund initiated: €400.00 — credit note CRN-2026-0001',
      'Refund completed: €400.00 — credit note CRN-2026-0001',
    ])
  })

  test('what was written in one transaction is read in that order', async () => {
    const refunds = Array.from({ length: 8 }, (_, at) => `re_${at}`)
    await inTransaction(async (tx) => {
      for (const refund of refunds) await enqueueEmail(tx, completed(note, refund))
    })
    const queued = await db().outboxEmail.findMany({ where: { creditNoteId: note.id }, orderBy: { refundRef: 'asc' } })
    expect((await listEmails(note.freelancerId, note.id)).map(({ id }) => id)).toEqual(queued.map(({ id }) => id))
    const elders = await Promise.all(queued.map(async ({ id }) => (await findQueued(id))?.elder?.refundRef))
    expect(elders).toEqual([undefined, ...refunds.slice(1).map(() => 're_0')])
  })

  test('each email has four days of tries to itself, however many wait behind it', { timeout: 300_000 }, async () => {
    const ids = await enqueue(completed(), completed(note, 're_2'), completed(note, 're_3'))
    faults = Array.from({ length: 1000 }, () => ({ at: 'recipient', code: 451 }))
    let now = 0
    for (const id of ids) {
      const begun = now
      const email = () => db().outboxEmail.findUniqueOrThrow({ where: { id } })
      while ((await email()).state === 'queued') {
        expect(await dueJobs()).toBeGreaterThan(0)
        now += await runNextJobs()
      }
      expect(await email()).toMatchObject({ state: 'refused', tries: MOST_TRIES })
      expect(now - begun).toBeGreaterThan(3.5)
      expect(now - begun).toBeLessThan(4.5)
    }
  })

  test.each([
    ['was taken away', (id: bigint) => db().$queryRaw`SELECT FROM graphile_worker.complete_jobs(ARRAY[${id}::bigint])`],
    [
      'has no attempts left',
      (id: bigint) => db().$queryRaw`SELECT FROM graphile_worker.permanently_fail_jobs(ARRAY[${id}::bigint])`,
    ],
  ])('an email whose job %s is sent all the same, before those behind it', async (_how, end) => {
    const ids = await enqueue(completed(), completed(note, 're_2'), completed(note, 're_3'))
    const [job] = await db().$queryRaw<{ id: bigint }[]>`SELECT min(id) AS id FROM graphile_worker.jobs`
    await end(job?.id ?? expect.fail())
    await runJobs(async () => received.length === 3)
    expect(received.map(({ messageId }) => messageId)).toEqual(ids.map((id) => `<${id}@mail.requite.example>`))
  })

  test('an email that has to wait for one sent again has all its tries once its turn comes back', async () => {
    const [, id = ''] = await enqueue(completed(), completed(note, 're_2'))
    await db().outboxEmail.update({ where: { id }, data: { tries: MOST_TRIES - 1 } })
    await expect(sendEmail(id)).resolves.toBe('waits')
    await runJobs()
    expect(await db().outboxEmail.findUniqueOrThrow({ where: { id } })).toMatchObject({ state: 'sent', tries: 1 })
  })

  test('an email that an older version has queued, its job without a key, gets no second one for whoever waits behind it', async () => {
    const [, next = ''] = await enqueue(completed(), completed(note, 're_2'))
    await db().$executeRaw`UPDATE graphile_worker._private_jobs SET key = NULL`
    await expect(sendEmail(next)).resolves.toBe('waits')
    const [jobs] = await db().$queryRaw<{ ofElder: number }[]>`
      SELECT count(*)::int AS "ofElder" FROM graphile_worker._private_jobs WHERE payload ->> 'outboxId' <> ${next}`
    expect(jobs).toEqual({ ofElder: 1 })
    await runJobs()
    expect(received.map(({ subject }) => subject)).toHaveLength(2)
  })

  test('an email whose every try ends the process is given up and shown, so that those behind it are sent', async () => {
    const [id = '', next = ''] = await enqueue(completed(), completed(note, 're_2'))
    await db().outboxEmail.update({ where: { id }, data: { tries: MOST_TRIES } })
    await expect(sendEmail(id)).resolves.toBe('refused')
    expect(await timelineKinds()).toEqual(['email_refused'])
    expect(received).toEqual([])
    await expect(sendEmail(next)).resolves.toBe('sent')
  })

  test('the freelancer’s email does not wait for the client’s', async () => {
    const failed = { refundRef: 're_1', reason: 'lost_or_stolen_card', stripeMessage: null, failedAt: completedAt }
    await enqueue(initiated(), refundFailed(note, freelancer, failed))
    const [, toFreelancer] = await listEmails(note.freelancerId, note.id)
    await sendEmail(toFreelancer?.id ?? '')
    expect(received.map(({ subject }) => subject)).toEqual([
      'Refund failed: €400.00 to Anna Schmidt — credit note CRN-2026-0001',
    ])
  })

  test('a hanging mail server takes no more than three workers', async () => {
    // Many enough that no lane is left empty.
    const notes = [note]
    while (notes.length < 36) notes.push(await issueCreditNote())
    for (const each of notes) {
      const email = refundCompleted(each, freelancer, { stripeRefundId: 're_1', completedAt, traceNumber: null })
      await inTransaction((tx) => enqueueEmail(tx, email))
    }
    let hanging = 0
    const threeHang = new Promise<void>((resolve) => {
      faults = notes.map(() => ({ at: 'accepted', act: () => ++hanging === 3 && resolve() }))
    })
    let somethingElse = () => {}
    const somethingElseRan = new Promise<void>((resolve) => {
      somethingElse = resolve
    })
    const worker = await startWorker({ 'something-else': async () => somethingElse() })
    await threeHang
    await db().$queryRaw`SELECT FROM graphile_worker.add_job('something-else')`
    await somethingElseRan
    expect(hanging).toBe(3)
    faults = []
    const stopped = worker.stop()
    for (const connection of mailServer.connections) connection.close()
    await stopped
  })

  test('a bad moment of the database after the server’s acceptance does not send the mail again', async () => {
    const [id = ''] = await enqueue(completed())
    const other = new pg.Client({ connectionString: process.env.DATABASE_URL })
    await other.connect()
    const failures = vi.spyOn(log, 'warn')
    faults = [
      {
        at: 'taken',
        act: async () => {
          await other.query('BEGIN')
          await other.query('SELECT FROM outbox_emails WHERE id = $1 FOR UPDATE', [id])
        },
      },
    ]
    const sending = sendEmail(id)
    await expect.poll(() => failures.mock.calls.length, { timeout: 15_000 }).toBeGreaterThan(0)
    await other.query('ROLLBACK')
    await expect(sending).resolves.toBe('sent')
    await other.end()
    expect(received).toHaveLength(1)
    expect(await theEmail()).toMatchObject({ state: 'sent', tries: 1 })
  })

  test('nor does one that lasts: it is recorded as soon as it can be, unless the worker shall stop', {
    timeout: 60_000,
  }, async () => {
    const [id = ''] = await enqueue(completed())
    const failures = vi.spyOn(log, 'warn')
    await db().$executeRawUnsafe(`CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full'; END $$`)
    await db().$executeRaw`
      CREATE TRIGGER no_room BEFORE UPDATE ON outbox_emails FOR EACH ROW WHEN (NEW.state = 'sent') EXECUTE FUNCTION no_room()`
    const sending = sendEmail(id)
    // More than a quarter of a minute's worth of tries, and no end to them.
    await expect.poll(() => failures.mock.calls.length, { timeout: 40_000 }).toBeGreaterThan(7)
    await expect(sendEmail(id, AbortSignal.abort())).rejects.toThrow()
    await db().$executeRaw`DROP TRIGGER no_room ON outbox_emails`
    await db().$executeRaw`DROP FUNCTION no_room`
    await expect(sending).resolves.toBe('sent')
    expect(await theEmail()).toMatchObject({ state: 'sent' })
  })

  test('killed between the server’s acceptance and our mark, it comes again under the same Message-ID', {
    // Starting another process takes its time on a busy machine.
    timeout: 60_000,
  }, async () => {
    const [id = ''] = await enqueue(completed())
    const code = `
      const { sendEmail } = await import(${JSON.stringify(pathToFileURL(path.join(import.meta.dirname, 'send-email.ts')).href)})
      await sendEmail(${JSON.stringify(id)})`
    const mailer = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    faults = [{ at: 'accepted', act: () => mailer.kill('SIGKILL') }]
    const [, signal] = await once(mailer, 'exit')
    expect(signal).toBe('SIGKILL')
    expect(await theEmail()).toMatchObject({ state: 'queued', tries: 1 })

    await expect(sendEmail(id)).resolves.toBe('sent')
    expect(received).toHaveLength(2)
    expect(received[0]?.messageId).toBe(received[1]?.messageId)
    expect(await timelineKinds()).toEqual(['email_sent'])
  })
})

describe('sending again', () => {
  test('a refused email goes to the corrected address, once', async () => {
    const [id = ''] = await enqueue(completed())
    faults = [{ at: 'recipient', code: 550 }]
    await sendEmail(id)
    const pressedTwice = await Promise.all([
      requeueEmail(note.freelancerId, id, 'anna.schmidt@example.com'),
      requeueEmail(note.freelancerId, id, 'anna.schmidt@example.com'),
    ])
    expect(pressedTwice.filter(({ ok }) => ok)).toHaveLength(1)
    await runJobs()
    expect(received.map(({ to }) => [to].flat().map((address) => address?.text))).toEqual([
      ['anna.schmidt@example.com'],
    ])
    expect(await theEmail()).toMatchObject({ state: 'sent', recipient: 'anna.schmidt@example.com' })
  })

  test('an email that came back while its next try was put off has one job, and all its tries, when it is sent again', async () => {
    const [id = ''] = await enqueue(completed())
    faults = [{ at: 'recipient', code: 451 }]
    await runJobs(async () => (await failedJobs()).length > 0)
    const { messageId, recipient } = await db().outboxEmail.findUniqueOrThrow({ where: { id } })
    const failures = [{ addresses: [recipient], reason: 'There is no such mailbox.' }]
    await expect(recordBounce({ id: null, messageId, failures })).resolves.toBe('recorded')
    await requeueEmail(note.freelancerId, id, 'anna.schmidt@example.com')
    expect(await dueJobs()).toBe(1)
    await runJobs()
    expect(await theEmail()).toMatchObject({ state: 'sent', tries: 1 })
  })

  test('an address that was put right holds for the next email about the same credit note, and for no other', async () => {
    const [id = ''] = await enqueue(completed())
    faults = [{ at: 'recipient', code: 550 }]
    await sendEmail(id)
    await requeueEmail(note.freelancerId, id, 'anna.schmidt@example.com')
    const [correction] = refundReturned(note, freelancer, {
      stripeRefundId: 're_1',
      completedAt: new Date(),
      returnedAt: new Date(),
      reason: 'declined',
      stripeMessage: null,
    })
    await enqueue(correction)
    const recipients = async () => (await listEmails(note.freelancerId, note.id)).map(({ recipient }) => recipient)
    expect(await recipients()).toEqual(['anna.schmidt@example.com', 'anna.schmidt@example.com'])
    const other = await issueCreditNote()
    await enqueue(completed(other))
    const [theirs] = await listEmails(other.freelancerId, other.id)
    expect(theirs?.recipient).toBe(other.parties.client.email)
  })

  test('the latest address put right holds, also when it is the first again', async () => {
    const refunds = ['re_1', 're_2', 're_3', 're_4']
    const recipientOf = (refundRef: string) =>
      db()
        .outboxEmail.findFirstOrThrow({ where: { creditNoteId: note.id, refundRef } })
        .then(({ recipient }) => recipient)
    const comesBack = async (refundRef: string, correctedTo: string | null) => {
      const { id } = await db().outboxEmail.findFirstOrThrow({ where: { creditNoteId: note.id, refundRef } })
      faults = [{ at: 'recipient', code: 550 }]
      await expect(sendEmail(id)).resolves.toBe('refused')
      await requeueEmail(note.freelancerId, id, correctedTo)
      await expect(sendEmail(id)).resolves.toBe('sent')
    }
    await enqueue(completed(note, 're_1'))
    await comesBack('re_1', 'anna.schmidt@example.com')
    await enqueue(completed(note, 're_2'))
    await comesBack('re_2', 'anna@example.com')
    await enqueue(completed(note, 're_3'))
    // Sent again to where it was going anyway: nothing is put right by that.
    await comesBack('re_3', 'anna@example.com')
    await enqueue(completed(note, 're_4'))
    expect(await Promise.all(refunds.map(recipientOf))).toEqual([
      'anna.schmidt@example.com',
      'anna@example.com',
      'anna@example.com',
      'anna@example.com',
    ])
  })

  test('an email that is sent again to the address it had does not bring that address back', async () => {
    const [first = '', second = ''] = await enqueue(completed(), completed(note, 're_2'))
    faults = [
      { at: 'recipient', code: 550 },
      { at: 'recipient', code: 550 },
    ]
    await sendEmail(first)
    await sendEmail(second)
    await requeueEmail(note.freelancerId, second, 'anna.schmidt@example.com')
    await requeueEmail(note.freelancerId, first, null)
    await enqueue(completed(note, 're_3'))
    const recipients = (await listEmails(note.freelancerId, note.id)).map(({ recipient }) => recipient)
    expect(recipients).toEqual(['anna@example.com', 'anna.schmidt@example.com', 'anna.schmidt@example.com'])
  })

  test('addresses put right before it was noted when hold on', async () => {
    const [id = ''] = await enqueue(completed())
    faults = [{ at: 'recipient', code: 550 }]
    await sendEmail(id)
    await requeueEmail(note.freelancerId, id, 'anna.schmidt@example.com')
    const failed = { refundRef: 're_2', reason: 'declined', stripeMessage: null, failedAt: completedAt }
    await enqueue(completed(await issueCreditNote()), refundFailed(note, freelancer, failed))

    const folder = path.resolve(import.meta.dirname, '../../prisma/migrations/20261126000500_corrected_recipients')
    await db().$transaction([
      db().$executeRaw`ALTER TABLE outbox_emails DROP COLUMN recipient_corrected_at`,
      ...statementsOf(path.join(folder, 'migration.sql')).map((statement) => db().$executeRawUnsafe(statement)),
    ])
    const corrected = await db().outboxEmail.findMany({ where: { recipientCorrectedAt: { not: null } } })
    expect(corrected.map((email) => email.id)).toContain(id)
    expect(
      corrected.filter(
        ({ recipientRole, recipient }) => recipientRole !== 'client' || recipient === 'anna@example.com',
      ),
    ).toEqual([])
    await enqueue(completed(note, 're_3'))
    const recipients = (await listEmails(note.freelancerId, note.id)).map(({ recipient }) => recipient)
    expect(recipients).toEqual(['anna.schmidt@example.com', freelancer.email, 'anna.schmidt@example.com'])
  })

  test('a freelancer whose account has another address by now is written to there', async () => {
    const failed = { reason: 'declined', stripeMessage: null, failedAt: new Date() }
    await enqueue(refundFailed(note, freelancer, { ...failed, refundRef: 're_1' }))
    const moved = { ...freelancer, email: 'moved@studio-nord.example' }
    await enqueue(refundFailed(note, moved, { ...failed, refundRef: 're_2' }))
    const recipients = (await listEmails(note.freelancerId, note.id)).map(({ recipient }) => recipient)
    expect(recipients).toEqual([freelancer.email, moved.email])
  })

  test('an email that was sent stays sent', async () => {
    const [id = ''] = await enqueue(completed())
    await sendEmail(id)
    expect(await requeueEmail(note.freelancerId, id, null)).toEqual({ ok: false, reason: 'not_refused' })
  })

  test('another freelancer’s email is not found', async () => {
    const [id = ''] = await enqueue(completed())
    faults = [{ at: 'recipient', code: 550 }]
    await sendEmail(id)
    const other = await issueCreditNote()
    expect(await requeueEmail(other.freelancerId, id, 'me@example.com')).toEqual({ ok: false, reason: 'not_found' })
    expect(await theEmail()).toMatchObject({ state: 'refused', recipient: 'anna@example.com' })
  })
})

const aMail: Mail = {
  messageId: '<1@requite.example>',
  fromName: 'Requite',
  replyTo: null,
  to: 'anna@example.com',
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: 'Hello',
  attachments: [],
}
