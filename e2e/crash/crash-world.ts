import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'vitest'
import { z } from 'zod'
import { db } from '@/lib/db'
import { storeEvent, verifyWebhook } from '@/lib/stripe/event-inbox'
import { type ProductProcess, startProcess, startWorker } from '../faults/product-process'
import type { Desk, Note } from '../refunds/desk'
import { forgetJobs, standing } from '../refunds/desk'
import type { StripeWorld } from '../refunds/stripe-world'
import { type Mailbox, startMailbox } from '../world/mailbox/mailbox'
import type { SmtpFault } from '../world/mailbox/smtp-faults'

/** Where a process dies: before or after a function of a module, the first time or the nth. */
export type CrashPoint = { when: 'before' | 'after'; call: string; module: string; nth?: number }

/** Reads "after createRefund of lib/stripe/create-refund". */
export function crashPoint(words: string): CrashPoint {
  const [, when, call, module] = /^(before|after) (\w+) of ([\w/-]+)$/.exec(words) ?? []
  if ((when !== 'before' && when !== 'after') || !call || !module) throw new Error(`no crash point: ${words}`)
  return { when, call, module }
}

const dieHere = './e2e/crash/die-here.mjs'

function dying(point: CrashPoint) {
  return { preload: [dieHere], env: { CRASH_AT: JSON.stringify(point) } }
}

/** Runs a process until it dies at its point; one that never comes there is a test that proves nothing. */
export async function dieIn(args: readonly string[], point: CrashPoint): Promise<void> {
  await expectDeath(startProcess(args, dying(point)))
}

/** The worker does its jobs until it dies at its point. */
export async function dieInWorker(point: CrashPoint): Promise<void> {
  await expectDeath(startProcess(['lib/worker/main.ts'], dying(point)))
}

async function expectDeath(process: ProductProcess): Promise<void> {
  const patience = setTimeout(() => void process.end('SIGTERM'), 45_000)
  const end = await process.ended
  clearTimeout(patience)
  expect(end, `it never came to its point:\n${process.output()}`).toBe('SIGKILL')
}

const mails = z.object({ messages: z.array(z.object({ messageId: z.string().nullable(), subject: z.string() })) })

/** A mail server for a test file, and what has reached it. */
export async function startMail() {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'requite-crash-mail-'))
  const mailbox: Mailbox = await startMailbox({ dataDir })
  process.env.SMTP_URL = mailbox.smtpUrl
  process.env.MAIL_FROM = 'Requite <refunds@requite.example>'
  return {
    received: async () => mails.parse(await (await fetch(`${mailbox.url}/api/messages`)).json()).messages,
    plan: (fault: SmtpFault) => fetch(`${mailbox.url}/api/faults`, { method: 'POST', body: JSON.stringify(fault) }),
    empty: () => fetch(`${mailbox.url}/api/messages`, { method: 'DELETE' }),
    async close() {
      await mailbox.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
export type Mail = Awaited<ReturnType<typeof startMail>>

/** Nobody waits half a minute in a test: leases lapse, dead workers are found dead, what was put off is due. */
async function letTimePass(): Promise<void> {
  await db()
    .$executeRaw`UPDATE refund_attempts SET lease_until = now() WHERE finished_at IS NULL AND lease_until > now()`
  await db().$executeRaw`UPDATE worker_heartbeats SET seen_at = now() - interval '1 minute'`
  await db().$executeRaw`
    UPDATE graphile_worker._private_jobs SET locked_at = now() - interval '1 minute' WHERE locked_at IS NOT NULL`
  await db().$executeRaw`UPDATE event_cursors SET read_at = now() - interval '1 hour'`
  await makeJobsDue()
}

async function makeJobsDue(): Promise<void> {
  await db().$executeRaw`
    UPDATE graphile_worker._private_jobs j SET run_at = now() FROM graphile_worker._private_tasks t
    WHERE t.id = j.task_id AND t.identifier <> 'sweep-refunds' AND j.locked_at IS NULL AND j.run_at > now()`
}

/** What of a desk is not at its end yet, by kind. */
async function unfinished({ freelancerId, stripeAccountId }: Desk): Promise<Record<string, number>> {
  const rows = await db().$queryRaw<{ attempts: number; events: number; emails: number; jobs: number }[]>`
    SELECT (SELECT count(*)::int FROM refund_attempts WHERE freelancer_id = ${freelancerId}::uuid AND finished_at IS NULL) AS attempts,
      (SELECT count(*)::int FROM stripe_events WHERE stripe_account_id = ${stripeAccountId} AND handled_at IS NULL) AS events,
      (SELECT count(*)::int FROM outbox_emails WHERE freelancer_id = ${freelancerId}::uuid AND state = 'queued') AS emails,
      (SELECT count(*)::int FROM graphile_worker.jobs WHERE task_identifier <> 'sweep-refunds') AS jobs`
  return rows[0] ?? {}
}

/** What earlier tests left, should they have failed, is no business of the next: no jobs, no accounts to look after. */
export async function forgetOthers(): Promise<void> {
  await forgetJobs()
  await db().$executeRaw`UPDATE outbox_emails SET state = 'sent' WHERE state = 'queued'`
  await db().$executeRaw`UPDATE connected_accounts SET disconnected_at = now() WHERE disconnected_at IS NULL`
}

const nothing = { attempts: 0, events: 0, emails: 0, jobs: 0 }

/**
 * A fresh worker takes over what the dead process left, while Stripe's webhooks come in; resolves when nothing is under way
 * any more.
 */
export async function takeOver(stripe: StripeWorld, desk: Desk): Promise<void> {
  await letTimePass()
  const worker = await startWorker()
  // It has been up for long enough to tell who is dead.
  await db().$executeRaw`UPDATE worker_heartbeats SET unbroken_since = now() - interval '1 minute'`
  const calm = async () => {
    await makeJobsDue()
    for (const { rawBody, signature } of await stripe.webhooksOf(desk.stripeAccountId)) {
      const verified = verifyWebhook(rawBody, signature, new Date())
      if (verified.ok) await storeEvent(verified.event)
    }
    return unfinished(desk)
  }
  try {
    await expect.poll(calm, { timeout: 30_000, interval: 100 }).toEqual(nothing)
  } finally {
    await worker.end('SIGTERM')
  }
}

/** The oracle's word: Stripe's own ledger has one refund, the note says what it says, and nobody was written to twice. */
export async function expectOnePayment(stripe: StripeWorld, mail: Mail, note: Note): Promise<void> {
  const refunds = await stripe.refundsOf(note.stripeAccountId)
  expect(refunds).toMatchObject([{ amount: note.amount, status: 'succeeded' }])
  expect(await standing(note)).toMatchObject({
    refundStatus: 'succeeded',
    stripeRefundId: refunds[0]?.id,
    attemptOpen: false,
    paidTwiceAt: null,
  })
  const [completed] = await db().outboxEmail.findMany({
    where: { creditNoteId: note.creditNoteId, moment: 'refund_completed' },
  })
  expect((await mail.received()).map(({ messageId }) => messageId)).toContain(completed?.messageId)
  await expectEachMailOnce(mail, note)
}

/** A mail of a desk's may come twice under one Message-ID, but no two Message-IDs say the same. */
export async function expectEachMailOnce(mail: Mail, { freelancerId }: Pick<Desk, 'freelancerId'>): Promise<void> {
  const own = await db().outboxEmail.findMany({ where: { freelancerId, state: 'sent' }, select: { messageId: true } })
  const received = await mail.received()
  const said = own.flatMap(({ messageId }) => received.find((one) => one.messageId === messageId)?.subject ?? [])
  expect(new Set(said).size).toBe(said.length)
}
