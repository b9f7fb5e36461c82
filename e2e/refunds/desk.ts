import { randomUUID } from 'node:crypto'
import { Logger, runOnce } from 'graphile-worker'
import { expect } from 'vitest'
import { insertAmendment } from '@/lib/amendments/amendment-store'
import { linkHash, newLinkToken } from '@/lib/amendments/client-link'
import type { CreditNote, RefundAttempt, TimelineEntry } from '@/lib/credit-notes/credit-note'
import { getAttempts, getTimeline, listCreditNotesOfProposal } from '@/lib/credit-notes/credit-note-store'
import { findCreditNote } from '@/lib/credit-notes/find-credit-note'
import { signAmendment } from '@/lib/credit-notes/sign-amendment'
import { db } from '@/lib/db'
import { confirmDeposit } from '@/lib/deposits/confirm-deposit'
import { listEmails } from '@/lib/email/outbox'
import { connectStripeAccount, createFreelancer } from '@/lib/freelancers/freelancer-store'
import { totals } from '@/lib/proposals/proposal-totals'
import { applyStripeEvent } from '@/lib/refunds/apply-stripe-event'
import { resolveAttempt } from '@/lib/refunds/ask-stripe'
import { retryRefund } from '@/lib/refunds/retry-refund'
import { triggerStripeRefund } from '@/lib/refunds/trigger-refund'
import { claimUnreadAccount, writeEventCursor } from '@/lib/stripe/event-cursor-store'
import { storeEvent, verifyWebhook } from '@/lib/stripe/event-inbox'
import { stripeRefundSchema } from '@/lib/stripe/refund-news'
import { inTransaction } from '@/lib/transaction'
import { TASKS } from '@/lib/worker/tasks'
import { prepareAgreement, takeCardPayment } from '@/prisma/seed/agreement'
import { validateStripeRequest } from '../world/stripe/schema/validate'
import type { Delivery, StripeWorld } from './stripe-world'

/** A freelancer whose desk a test works at. */
export type Desk = { freelancerId: string; stripeAccountId: string }

/** A credit note that a client has just brought about by signing; nobody has asked Stripe for its refund yet. */
export type Note = {
  freelancerId: string
  creditNoteId: string
  proposalId: string
  depositId: string
  stripeAccountId: string
  paymentIntentId: string
  chargeId: string
  /** What goes back, minor units. */
  amount: number
}

let agreements = 0

/** Opens a desk for a new freelancer, whose Stripe account's events the sweep has read once. */
export async function openDesk(stripeAccountId: string, timeZone = 'Europe/Berlin'): Promise<Desk> {
  const userId = randomUUID()
  const email = `${userId}@example.com`
  await db().user.create({ data: { id: userId, name: 'Ida Lindqvist', email } })
  const freelancerId = await createFreelancer({ userId, email, businessName: 'Studio Lindqvist', timeZone })
  await connectStripeAccount(freelancerId, stripeAccountId, true)
  const unread = await claimUnreadAccount(0)
  if (unread?.stripeAccountId !== stripeAccountId) throw new Error('an account that was never read comes first')
  await writeEventCursor(unread)
  // Long enough ago to be read at the next sweep.
  await db().$executeRaw`
    UPDATE event_cursors SET read_at = now() - interval '1 hour' WHERE stripe_account_id = ${stripeAccountId}`
  return { freelancerId, stripeAccountId }
}

/**
 * What a client pays up front unless a test says otherwise, and the price once the amendment is signed. So much is paid that
 * Stripe would refund the difference three times over: nothing but Requite keeps a note from being paid twice.
 */
const PAID = 30_000
const PRICE_AFTER = 20_000

/** Writes an agreement whose deposit is paid and whose amendment waits for the client's signature. */
export async function sendAmendment(
  desk: Desk,
  wish: {
    payment: Parameters<typeof prepareAgreement>[0]['deposit']
    priceAfter?: number
    currency?: string
  },
): Promise<{ token: string; proposalId: string; depositId: string; amendmentId: string }> {
  const line = (unitNet: number) => [{ description: 'Design', quantity: 1, unitNet, vatRate: 0 }]
  return prepareAgreement({
    freelancerId: desk.freelancerId,
    ordinal: ++agreements,
    year: 2026,
    client: { name: 'Harbour & Pine', email: 'office@harbourpine.example', address: '4 Grattan Quay', locale: 'en-IE' },
    title: 'Website for the new practice',
    currency: wish.currency ?? 'eur',
    lines: line(wish.payment.amount),
    deposit: wish.payment,
    amendment: { reason: 'Fewer pages', lines: line(wish.priceAfter ?? PRICE_AFTER) },
  })
}

/** Sends the client a further amendment of the same proposal, down to a lower price yet. */
export async function amendAgain(
  { freelancerId, proposalId }: { freelancerId: string; proposalId: string },
  priceAfter: number,
): Promise<{ token: string; proposalId: string; amendmentId: string }> {
  const token = newLinkToken()
  const lines = [{ description: 'Design', quantity: 1, unitNet: priceAfter, vatRate: 0 }]
  const amendmentId = await inTransaction((tx) =>
    insertAmendment(tx, {
      freelancerId,
      proposalId,
      number: `AMD-2026-${String(++agreements).padStart(4, '0')}`,
      status: 'sent',
      reason: 'Fewer pages still',
      totals: totals(lines),
      lines,
      linkHash: linkHash(token),
      linkExpiresAt: null,
    }),
  )
  return { token, proposalId, amendmentId }
}

/** Takes a card payment at Stripe, has the client sign away part of it, and returns the credit note. */
export async function issueNote(
  desk: Desk,
  wish: {
    /** One of Stripe's test cards. */
    card?: string
    paid?: number
    priceAfter?: number
    currency?: string
    /** False when no webhook has confirmed the payment yet. */
    confirmed?: boolean
    knownBy?: 'payment_intent' | 'charge'
  } = {},
): Promise<Note> {
  const { card = 'pm_card_visa', paid = PAID, currency = 'eur', confirmed = true, knownBy = 'payment_intent' } = wish
  const { stripeAccountId } = desk
  const payment = await takeCardPayment({ stripeAccountId, amount: paid, currency, card, description: 'Deposit' })
  const sent = await sendAmendment(desk, {
    ...wish,
    payment: { method: 'card', amount: paid, payment: { ...payment, knownBy } },
  })
  if (confirmed) await inTransaction((tx) => confirmDeposit(tx, { ...payment, checkoutSessionId: null }))
  const creditNote = await sign(desk, sent)
  return {
    freelancerId: desk.freelancerId,
    creditNoteId: creditNote.id,
    proposalId: sent.proposalId,
    depositId: sent.depositId,
    stripeAccountId,
    paymentIntentId: payment.paymentIntentId,
    chargeId: payment.chargeId ?? '',
    amount: creditNote.amountGross,
  }
}

/** The client signs; returns the credit note that this brings about. */
export async function sign(desk: Desk, sent: { token: string; proposalId: string }): Promise<CreditNote> {
  expect(await signAmendment({ token: sent.token, signedBy: 'Paula Pine' })).toMatchObject({ ok: true })
  const [note] = await listCreditNotesOfProposal(desk.freelancerId, sent.proposalId)
  if (!note) throw new Error('the signature brought no credit note about')
  return note
}

/** Has the product ask Stripe, as its job does after the signature. */
export async function trigger(note: Note): Promise<void> {
  const { freelancerId, creditNoteId } = note
  await triggerStripeRefund({ freelancerId, creditNoteId, cause: 'amendment_signed', actor: 'worker' })
}

/**
 * The freelancer presses Retry; returns the note as it stands once Stripe's answer is booked. On a busy machine that may be
 * after the press was answered with "in progress".
 */
export async function pressRetry({ freelancerId, creditNoteId }: Note): Promise<CreditNote> {
  const pressed = await retryRefund({ freelancerId, creditNoteId, actor: 'freelancer' })
  if (!pressed.ok) throw new Error(`Retry was refused: ${pressed.reason}`)
  return whenAnswered({ freelancerId, creditNoteId })
}

/** The note as it stands once no attempt is open any more. */
export async function whenAnswered(note: Pick<Note, 'freelancerId' | 'creditNoteId'>): Promise<CreditNote> {
  await expect.poll(async () => (await standing(note)).attemptOpen).toBe(false)
  return standing(note)
}

/** Hands a webhook on through the product's own door: signature, inbox, effect. Says whether the inbox had it before. */
export async function deliver(delivery: Delivery): Promise<'stored' | 'duplicate'> {
  const verified = verifyWebhook(delivery.rawBody, delivery.signature, new Date())
  if (!verified.ok) throw new Error(`the door refused ${delivery.type}: ${verified.reason}`)
  const kept = await storeEvent(verified.event)
  await applyStripeEvent(verified.event.id)
  return kept
}

/** Hands on every webhook that Stripe has sent of the desk's refunds so far, in the order it sent them. */
export async function deliverAll(stripe: StripeWorld, desk: { stripeAccountId: string }): Promise<void> {
  for (const delivery of await stripe.webhooksOf(desk.stripeAccountId)) await deliver(delivery)
}

/** Lets the leases of a note's open attempt run out, as if whoever held it had died or its waiting time were over. */
export async function letLeaseLapse(note: Note): Promise<void> {
  await db().$executeRaw`
    UPDATE refund_attempts SET lease_until = now() WHERE credit_note_id = ${note.creditNoteId}::uuid AND finished_at IS NULL`
  // Longer than a breaker stays open.
  await db().$executeRaw`UPDATE stripe_breaker SET open_until = NULL`
}

/** What the scheduled resolution of a note's open attempt does, without waiting for its time. */
export async function resolveNow(note: Note): Promise<void> {
  await letLeaseLapse(note)
  const open = (await attemptsOf(note)).find(({ finishedAt }) => finishedAt === null)
  if (open) await resolveAttempt(open.id)
}

/** How many at this database wait for somebody else's lock. */
export async function waitingForLocks(): Promise<number> {
  const [row] = await db().$queryRaw<{ waiting: number }[]>`
    SELECT count(*)::int AS waiting FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`
  return row?.waiting ?? 0
}

/** The note as the freelancer's desk reads it. */
export async function standing(note: Pick<Note, 'freelancerId' | 'creditNoteId'>): Promise<CreditNote> {
  const found = await findCreditNote(note.freelancerId, note.creditNoteId)
  if (!found) throw new Error('the credit note is gone')
  return found
}

export async function attemptsOf(note: Note): Promise<RefundAttempt[]> {
  return getAttempts(note.freelancerId, note.creditNoteId)
}

export async function timelineOf(note: Note): Promise<TimelineEntry[]> {
  return getTimeline(note.freelancerId, note.creditNoteId)
}

/** The moments that the outbox holds an email for, in order, but for the one that the signature queued. */
export async function emailsOf(note: Note): Promise<string[]> {
  const emails = await listEmails(note.freelancerId, note.creditNoteId)
  return emails.map(({ moment }) => moment).filter((moment) => moment !== 'refund_initiated')
}

/** How the proposal's books stand. */
export async function proposalStatusOf(note: Note): Promise<string> {
  const { status } = await db().proposal.findUniqueOrThrow({ where: { id: note.proposalId } })
  return status
}

/** Runs every job of the queue as the worker does, due or not, until none is left; emails stay in the outbox. */
export async function runJobs(): Promise<void> {
  const { 'send-email': _, ...taskList } = TASKS
  await db().$executeRaw`DELETE FROM graphile_worker._private_jobs j USING graphile_worker._private_tasks t
    WHERE t.id = j.task_id AND t.identifier = 'send-email'`
  await db().$executeRaw`UPDATE graphile_worker._private_jobs SET run_at = now()`
  await runOnce({
    connectionString: String(process.env.DATABASE_URL),
    taskList,
    noHandleSignals: true,
    logger: new Logger(() => () => {}),
  })
}

/** Empties the queue, so that one test's jobs are not run by the next. */
export async function forgetJobs(): Promise<void> {
  await db().$executeRaw`DELETE FROM graphile_worker._private_jobs`
}

/** Faults that strike before Stripe has decoded what it was asked. */
const UNREAD = ['rate_limit', 'lock_timeout', 'unavailable', 'reset_before', 'timeout_before']

/**
 * What must hold whatever happened (faults.md, I1, I3, I4): a note has at most one live refund at Stripe unless the freelancer
 * was warned, every call for it carried its own account, payment, amount and name in words that Stripe takes, and every
 * change of status stands in its history with what caused it.
 */
export async function expectPromisesKept(stripe: StripeWorld, desk: Desk): Promise<void> {
  const notes = await db().creditNote.findMany({
    where: { freelancerId: desk.freelancerId },
    include: { deposit: true, attempts: true },
  })
  const refunds = await stripe.refundsOf(desk.stripeAccountId)
  for (const note of notes) {
    const live = refunds.filter(({ metadata, status }) => metadata.credit_note_id === note.id && LIVE.includes(status))
    if (!note.paidTwiceAt) expect(live.length, `live refunds of ${note.number}`).toBeLessThanOrEqual(1)
    const moves = (await getTimeline(desk.freelancerId, note.id)).filter(({ toStatus }) => toStatus !== null)
    expect(moves.map(({ toStatus }) => toStatus).at(-1)).toBe(note.refundStatus)
    expect(moves.slice(1).map(({ fromStatus }) => fromStatus)).toEqual(
      moves.slice(0, -1).map(({ toStatus }) => toStatus),
    )
  }
  for (const { account, type, object } of await stripe.allEvents()) {
    if (account !== desk.stripeAccountId || object.object !== 'refund') continue
    expect(stripeRefundSchema.safeParse(object).success, `${type} can be read`).toBe(true)
  }
  for (const call of await stripe.callsFor(desk.stripeAccountId)) {
    if (UNREAD.includes(call.fault ?? '') || call.status === 403) continue
    expect(validateStripeRequest(call.method, call.path, call.params), `${call.method} ${call.path}`).toEqual({
      ok: true,
    })
    // Refunds that a test made by itself carry no attempt of ours.
    if (call.method !== 'POST' || call.path !== '/v1/refunds' || call.params.metadata === undefined) continue
    const note = notes.find(({ attempts }) => attempts.some((one) => one.idempotencyKey === call.idempotencyKey))
    const attempt = note?.attempts.find((one) => one.idempotencyKey === call.idempotencyKey)
    if (!note || !attempt) continue
    expect(call.params).toEqual({
      payment_intent: note.deposit.stripePaymentIntentId,
      amount: Number(note.amountGross),
      reason: 'requested_by_customer',
      metadata: { credit_note_id: note.id, refund_attempt_id: attempt.id },
    })
  }
}

const LIVE: readonly string[] = ['pending', 'requires_action', 'succeeded']
