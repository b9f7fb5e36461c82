import Stripe from 'stripe'
import { z } from 'zod'
import { db } from '@/lib/db'
import { env } from '@/lib/env'
import type { Transaction } from '@/lib/transaction'

/** How far a signature's time may lie from ours, in either direction, in seconds. */
const TOLERANCE_SECONDS = 300

const eventSchema = z.object({
  id: z
    .string()
    .regex(/^evt_\w+$/)
    .max(255),
  object: z.literal('event'),
  type: z.string().min(1).max(255),
  account: z.string().max(255).nullish(),
  created: z.number().int().positive().max(253_402_300_799),
  data: z.object({ object: z.unknown() }),
})

/** An event that certainly comes from Stripe (signed, or read over its API), with its raw body. */
export type VerifiedEvent = {
  id: string
  type: string
  stripeAccountId: string | null
  createdAt: Date
  rawBody: string
}

export type Verification =
  | { ok: true; event: VerifiedEvent }
  | { ok: false; reason: 'bad_signature' | 'stale' | 'malformed' }

/**
 * Checks a delivery against each of our signing secrets over its raw body; the time it was signed at must lie within five
 * minutes of ours, past or future (the SDK lets a future one pass: faults.md F32). Says why not, never throws.
 */
export function verifyWebhook(rawBody: string, signatureHeader: string | null, now: Date): Verification {
  if (!signatureHeader) return { ok: false, reason: 'bad_signature' }
  let signed = false
  for (const secret of env().STRIPE_WEBHOOK_SECRETS) {
    try {
      // Without its own check of the time: ours looks both ways.
      Stripe.webhooks.constructEvent(rawBody, signatureHeader, secret, 0)
      signed = true
      break
    } catch (error) {
      // The signature held, but what it signs is no event (broken JSON, a bare value).
      if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) return { ok: false, reason: 'malformed' }
    }
  }
  if (!signed) return { ok: false, reason: 'bad_signature' }
  if (!(Math.abs(now.getTime() / 1000 - signedAt(signatureHeader)) <= TOLERANCE_SECONDS))
    return { ok: false, reason: 'stale' }

  const event = parseEvent(rawBody)
  return event ? { ok: true, event } : { ok: false, reason: 'malformed' }
}

/** Reads an event's envelope; null when the text is no event. */
export function parseEvent(rawBody: string): VerifiedEvent | null {
  const parsed = eventSchema.safeParse(parseJson(rawBody))
  if (!parsed.success) return null
  const { id, type, account, created } = parsed.data
  return { id, type, stripeAccountId: account ?? null, createdAt: new Date(created * 1000), rawBody }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The signature's time in seconds; the last `t` counts, as it does for the SDK that has checked the signature over it. */
function signedAt(signatureHeader: string): number {
  const times = signatureHeader.split(',').filter((part) => part.startsWith('t='))
  return Number(times.at(-1)?.slice(2))
}

/**
 * Keeps events, each with the job that applies it, in one statement: durable together or not at all. A known id changes
 * nothing. Returns the ids that are new. Throws when the database could not keep them; then Stripe must not hear 200.
 */
export async function storeEvents(events: readonly VerifiedEvent[]): Promise<Set<string>> {
  const column = <T>(of: (event: VerifiedEvent) => T): T[] => events.map(of)
  // By id, so that two processes that keep the same events wait for each other instead of for ever.
  const stored = await db().$queryRaw<{ id: string }[]>`
    WITH stored AS (
      INSERT INTO stripe_events (id, type, stripe_account_id, created_at, payload)
      SELECT DISTINCT ON (id) id, type, account, created_at, payload::jsonb
      FROM unnest(
        ${column(({ id }) => id)}::text[], ${column(({ type }) => type)}::text[],
        ${column(({ stripeAccountId }) => stripeAccountId)}::text[],
        ${column(({ createdAt }) => createdAt)}::timestamptz[],
        ${column(({ rawBody }) => storableJson(rawBody))}::text[]
      ) AS given (id, type, account, created_at, payload)
      ORDER BY id
      ON CONFLICT (id) DO NOTHING
      RETURNING id
    )
    SELECT stored.id FROM stored,
      LATERAL graphile_worker.add_job('apply-stripe-event', json_build_object('eventId', stored.id)) AS job`
  return new Set(stored.map(({ id }) => id))
}

/** Keeps one event; see storeEvents. */
export async function storeEvent(event: VerifiedEvent): Promise<'stored' | 'duplicate'> {
  const stored = await storeEvents([event])
  return stored.has(event.id) ? 'stored' : 'duplicate'
}

/**
 * PostgreSQL's JSON holds neither the NUL character nor half a surrogate pair: one in a client's name must not make an
 * event undeliverable for ever.
 */
function storableJson(rawBody: string): string {
  if (!rawBody.includes('\\u')) return rawBody
  return rawBody.replace(
    /\\u0000|\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2}/gi,
    '\\ufffd',
  )
}

type KeptEvent = {
  id: string
  type: string
  stripeAccountId: string | null
  createdAt: Date
  object: unknown
  ofTestMode: boolean
}

/**
 * True for an event of Stripe's test mode where real money is moved: live Connect endpoints are sent those too, under the
 * same account's id, and what happens in test mode says nothing of the account.
 */
export function isOnlyATest(event: { ofTestMode: boolean }): boolean {
  return event.ofTestMode && /^.k_live_/.test(env().STRIPE_SECRET_KEY)
}

/** A kept event that has not been handled yet, locked so that two workers never apply it side by side; null otherwise. */
export async function lockUnhandledEvent(tx: Transaction, eventId: string): Promise<KeptEvent | null> {
  const rows = await tx.$queryRaw<KeptEvent[]>`
    SELECT id, type, stripe_account_id AS "stripeAccountId", created_at AS "createdAt", payload->'data'->'object' AS object,
      coalesce(payload->>'livemode' = 'false', false) AS "ofTestMode"
    FROM stripe_events WHERE id = ${eventId} AND handled_at IS NULL FOR UPDATE`
  return rows[0] ?? null
}

/**
 * True when no kept event of the same account and these types was created later: what it says of the account still stands.
 * Events carry whole seconds; within one, access given wins over access taken, for Stripe itself corrects the former.
 */
export async function isLatestWord(tx: Transaction, eventId: string, types: readonly string[]): Promise<boolean> {
  const rows = await tx.$queryRaw<{ latest: boolean }[]>`
    SELECT NOT EXISTS (
      SELECT FROM stripe_events e
      WHERE e.stripe_account_id = this.stripe_account_id AND e.type = ANY(${types}::text[])
        AND e.payload->'livemode' IS NOT DISTINCT FROM this.payload->'livemode'
        AND (e.created_at, e.type <> 'account.application.deauthorized', e.id)
          > (this.created_at, this.type <> 'account.application.deauthorized', this.id)) AS latest
    FROM stripe_events this WHERE this.id = ${eventId}`
  return rows[0]?.latest ?? false
}

/** Marks an event as handled, with what came of it. */
export async function markEventHandled(tx: Transaction, eventId: string, outcome: string): Promise<void> {
  await tx.$executeRaw`UPDATE stripe_events SET handled_at = now(), outcome = ${outcome} WHERE id = ${eventId}`
}

/** Marks an event that this version cannot read. It stays unhandled, so that a newer version takes it up again. */
export async function markEventUnreadable(tx: Transaction, eventId: string): Promise<void> {
  await tx.$executeRaw`UPDATE stripe_events SET outcome = 'unreadable' WHERE id = ${eventId}`
}

/** An event that nobody has handled after this long has lost its job, or its job has given up. */
const UNHANDLED_MINUTES = 2

/**
 * Takes up events that stayed unhandled, the oldest first. Each comes again only after a gap that doubles, up to six hours,
 * so that those which can't be applied keep nobody from the others. In several processes at once each gets its own.
 */
export async function takeUpUnhandledEvents(limit: number): Promise<string[]> {
  const rows = await db().$queryRaw<{ id: string }[]>`
    UPDATE stripe_events e
    SET looks = e.looks + 1,
      look_again_at = now() + least(interval '6 hours', power(2, least(e.looks, 10) + 1) * ${UNHANDLED_MINUTES} * interval '1 minute')
    FROM (
      SELECT id FROM stripe_events
      WHERE handled_at IS NULL AND coalesce(look_again_at, received_at + ${UNHANDLED_MINUTES} * interval '1 minute') <= now()
      ORDER BY received_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ) due
    WHERE e.id = due.id RETURNING e.id`
  return rows.map(({ id }) => id)
}
