import { z } from 'zod'
import { LEGAL_TRANSITIONS, REFUND_STATUSES } from '@/lib/refunds/refund-status'
import type { LedgerView, LoggedCall, SimulatedWorld, Studio } from './simulated-world'

/** A promise of faults.md that does not hold, with what was seen instead. */
export type Violation = { invariant: string; seen: string }

const status = z.enum(REFUND_STATUSES)
const noteRow = z.object({
  id: z.string(),
  number: z.string(),
  sequence: z.int(),
  amendment_id: z.string(),
  deposit_id: z.string(),
  amount: z.int(),
  status,
  reason: z.string().nullable(),
  stripe_refund_id: z.string().nullable(),
  paid_twice: z.boolean(),
  next_try: z.boolean(),
  tries: z.int(),
})
type NoteRow = z.infer<typeof noteRow>
const attemptRow = z.object({
  id: z.string(),
  credit_note_id: z.string(),
  idempotency_key: z.string(),
  state: z.string(),
})
type AttemptRow = z.infer<typeof attemptRow>

/** What the product has booked, read in one go from beside: none of its own code is asked. */
const everything = z.object({
  notes: z.array(noteRow),
  attempts: z.array(attemptRow),
  moves: z.array(
    z.object({
      credit_note_id: z.string(),
      from_status: status.nullable(),
      to_status: status,
      actor: z.string(),
      attempt_id: z.string().nullable(),
      stripe_event_id: z.string().nullable(),
    }),
  ),
  emails: z.array(
    z.object({ credit_note_id: z.string(), moment: z.string(), recipient_role: z.string(), refund_ref: z.string() }),
  ),
  known: z.array(z.object({ id: z.string(), credit_note_id: z.string().nullable(), status: z.string() })),
  events: z.array(z.object({ id: z.string(), handled: z.boolean() })),
  books: z.array(z.object({ number: z.string(), status: z.string(), owed: z.boolean() })),
})

const listOf = (query: string) => `(SELECT coalesce(json_agg(r), '[]') FROM (${query}) r)`
const EVERYTHING = `SELECT ${[
  `${listOf(`SELECT id, number, sequence, amendment_id, deposit_id, amount_gross AS amount, refund_status AS status,
    failure_reason AS reason, stripe_refund_id, paid_twice_at IS NOT NULL AS paid_twice, next_try_at IS NOT NULL AS next_try,
    automatic_tries AS tries FROM credit_notes ORDER BY sequence`)} AS notes`,
  `${listOf('SELECT id, credit_note_id, idempotency_key, state FROM refund_attempts')} AS attempts`,
  `${listOf(`SELECT credit_note_id, from_status, to_status, actor, attempt_id, stripe_event_id FROM timeline_entries
    WHERE to_status IS NOT NULL ORDER BY id`)} AS moves`,
  `${listOf('SELECT credit_note_id, moment, recipient_role, refund_ref FROM outbox_emails')} AS emails`,
  `${listOf('SELECT id, credit_note_id, status FROM stripe_refunds')} AS known`,
  `${listOf('SELECT id, handled_at IS NOT NULL AS handled FROM stripe_events')} AS events`,
  `${listOf(`SELECT p.number, p.status, bool_or(n.refund_status NOT IN ('succeeded', 'manual')) AS owed
    FROM proposals p JOIN credit_notes n ON n.proposal_id = p.id GROUP BY p.id`)} AS books`,
].join(',\n')}`

/** What a person has done that no ledger of Stripe's can know. */
export type Deeds = {
  /** Credit notes marked as refunded by hand. */
  marked: Set<string>
  /** Those marked while a restored backup had forgotten that Stripe was paying them. */
  markedUnknowing: Set<string>
  /** Refunds made in the Dashboard that the reference of a note marked by hand gives. */
  named: Set<string>
  /** Refunds made in the Dashboard that a note has taken as its own: refund → note. */
  adopted: Map<string, string>
  /** Notes whose automatic tries were stopped since the last retry. */
  stopped: Set<string>
}

const LIVE = new Set(['pending', 'requires_action', 'succeeded'])
/** Refusals that pass by themselves and so must not be left to a person while a budget lasts. */
const PASSING = [
  'rate_limit',
  'lock_timeout',
  'idempotency_key_in_use',
  'api_error',
  'api_connection_error',
  'unreadable_answer',
]
const MOST_AUTOMATIC_TRIES = 6

/** What a look at everything found broken, and how many single truths were tried. */
export type Look = { found: Violation[]; truths: number }

/** Checks what must hold at any moment, and with `settled` also where everything must have come to once all is well again. */
export async function look(world: SimulatedWorld, studio: Studio, deeds: Deeds, settled: boolean): Promise<Look> {
  const seen: Look = { found: [], truths: 0 }
  const holds: Holds = (invariant, truth, told) => {
    seen.truths++
    if (!truth) seen.found.push({ invariant, seen: told() })
  }
  const [ledger, calls, booked] = await Promise.all([
    world.ledger(),
    world.calls(),
    world.sql.query({ name: 'everything', text: EVERYTHING }),
  ])
  const [{ notes, attempts, moves, emails, known, events, books }] = z.tuple([everything]).parse(booked.rows)

  const ownerOf = ({ id, metadata }: LedgerView['refunds'][number]) => metadata.credit_note_id ?? deeds.adopted.get(id)
  const refundsOf = (noteId: string) => ledger.refunds.filter((refund) => ownerOf(refund) === noteId)
  const isLive = ({ status }: { status: string }) => LIVE.has(status)

  const cutOff = ledger.accounts.some(({ id, connected }) => id === studio.account && !connected)
  const paymentOf = ({ deposit_id }: NoteRow) =>
    studio.payments.find(({ depositId }) => depositId === deposit_id)?.paymentIntentId
  // Made in the Dashboard, and nobody has said what for.
  const elsewhere = ledger.refunds.filter(
    (refund) => refund.byHand && isLive(refund) && !ownerOf(refund) && !deeds.named.has(refund.id),
  )
  const paidOnceMore = new Set(
    studio.payments.flatMap(({ depositId, paymentIntentId }) =>
      mayBePaidOnceMore(
        notes.filter(({ deposit_id }) => deposit_id === depositId),
        elsewhere.filter(({ paymentIntent }) => paymentIntent === paymentIntentId).map(({ amount }) => amount),
      ),
    ),
  )

  for (const note of notes) {
    const refunds = refundsOf(note.id)
    const live = refunds.filter(isLive)
    const named = () => `${note.number} is ${note.status} (${note.reason}), Stripe has ${listed(refunds)}`

    // Nothing in these schedules has Stripe revive a refund, so no alert excuses a second live one.
    holds('I1: at most one live refund per credit note', live.length <= 1, named)
    const unknowing = deeds.markedUnknowing.has(note.id)
    holds('I1: no live refund beside a manual one', !deeds.marked.has(note.id) || live.length === 0 || unknowing, named)
    const payment = paymentOf(note)
    const mayHold = ledger.refunds.some(
      ({ byHand, paymentIntent, amount }) => byHand && paymentIntent === payment && amount >= note.amount,
    )
    const charge = ledger.paymentIntents.find(({ id }) => id === payment)?.latestCharge
    const lost = ledger.disputes.some((dispute) => dispute.charge === charge && dispute.status === 'lost')
    holds('I1: no false alarm of paying twice', !note.paid_twice || mayHold || unknowing || lost, named)
    const alarming = (deeds.marked.has(note.id) && live.length > 0) || paidOnceMore.has(note.id)
    // Beside a lost dispute it depends on whether the note is marked as paid by it.
    if (settled && !cutOff && !lost)
      holds(
        'I1: an alarm beside what has paid a note as long as there is cause, and no longer',
        note.paid_twice === alarming,
        () => `${named()}${note.paid_twice ? ', alarmed' : ''}; made by hand: ${listed(elsewhere)}`,
      )
    holds('I4: what was marked refunded stays so', deeds.marked.has(note.id) === (note.status === 'manual'), named)

    const own = moves.filter((move) => move.credit_note_id === note.id)
    const story = () =>
      `${note.number}: ${own.map(({ from_status, to_status }) => `${from_status}→${to_status}`).join(' ')}`
    holds('I4: the history ends where the note is', own.at(-1)?.to_status === note.status, story)
    for (const [i, move] of own.entries()) {
      const before = own[i - 1]?.to_status ?? null
      holds('I4: each move begins where the last one ended', move.from_status === before, story)
      // Staying is no move: a claim on a note that is pending, another reason for the same failure.
      const stays = move.from_status === move.to_status
      const legal = move.from_status === null || stays || LEGAL_TRANSITIONS[move.from_status].includes(move.to_status)
      holds('I4: only legal moves', legal, story)
      const person = ['client', 'freelancer', 'api_key'].includes(move.actor)
      const caused = person || move.attempt_id !== null || move.stripe_event_id !== null
      const adopted = [...deeds.adopted.values()].includes(note.id)
      const impossible = move.to_status === 'failed' && move.actor === 'worker'
      holds(
        'I4: each move names its cause',
        caused || adopted || impossible,
        () => `${story()}; ${JSON.stringify(move)}`,
      )
    }

    const sent = emails.filter((email) => email.credit_note_id === note.id)
    const letters = () =>
      `${named()}; emails ${sent.map(({ moment, refund_ref }) => `${moment} ${refund_ref}`).join(', ')}`
    const keys = sent.map(({ moment, recipient_role, refund_ref }) => `${moment} ${recipient_role} ${refund_ref}`)
    holds('I6: one email per note, moment and refund', new Set(keys).size === keys.length, letters)
    const count = (moment: string, ref?: string) =>
      sent.filter((email) => email.moment === moment && (ref === undefined || email.refund_ref === ref)).length
    holds('I6: the client hears of the note once', count('refund_initiated') === 1, letters)
    holds(
      'I6: a manual refund is confirmed once',
      count('refund_completed_manually') === (deeds.marked.has(note.id) ? 1 : 0),
      letters,
    )
    for (const { moment, refund_ref } of sent) {
      const refund = refunds.find(({ id }) => id === refund_ref)
      if (moment === 'refund_completed')
        holds(
          'I6: only what Stripe paid is told as paid',
          refund !== undefined && refund.status !== 'pending' && refund.status !== 'requires_action',
          letters,
        )
      if (moment === 'refund_returned' || moment === 'refund_returned_alert')
        holds('I6: only what came back is told as returned', refund?.status === 'failed', letters)
    }
    if (note.status === 'succeeded')
      holds(
        'I6: a completed refund is told once',
        count('refund_completed', note.stripe_refund_id ?? '') === 1,
        letters,
      )
    if (note.status === 'failed')
      holds(
        'I6: a failure is told to the freelancer',
        count('refund_failed') + count('refund_returned_alert') > 0,
        letters,
      )
  }

  for (const charge of ledger.charges) {
    const live = ledger.refunds.filter((refund) => refund.charge === charge.id && isLive(refund))
    const sum = live.reduce((total, { amount }) => total + amount, 0)
    holds('I2: never more than was paid', sum <= charge.amount, () => `${charge.id}: ${sum} of ${charge.amount}`)
  }

  checkCalls(studio, notes, attempts, calls, holds)

  for (const { number, status, owed } of books)
    holds(
      'a proposal is closed when nothing of it is owed, and not before',
      status === 'paid' ? !owed : owed || status !== 'deposit_paid',
      () => `${number} is ${status}, owed: ${owed}`,
    )

  const sequences = notes.map(({ sequence }) => sequence)
  holds(
    'I12: numbers without gap',
    sequences.every((sequence, i) => sequence === i + 1),
    () => sequences.join(' '),
  )
  const stored = new Set(events.map(({ id }) => id))
  for (const id of world.taken) holds('I5: what was answered 200 is kept', stored.has(id), () => id)

  if (!settled) return seen

  for (const { id, handled } of events) holds('I5: every kept event is applied', handled, () => id)
  for (const { idempotency_key, state, credit_note_id } of attempts) {
    const closed = state === 'accepted' || state === 'refused'
    // Nobody can look at an account that was taken away: the note must say so instead, unless another of its refunds (one
    // that a restored backup has forgotten) is known to be on its way. The attempt still holds back any new one.
    const note = notes.find(({ id }) => id === credit_note_id)
    const paid = note?.status === 'requested' || note?.status === 'succeeded'
    const waits = cutOff && (paid || note?.reason === 'account_invalid')
    holds('I5: no attempt stays open', closed || waits, () => `${idempotency_key} ${state}`)
  }
  // What happens on an account that was taken away and whose webhooks are lost, nobody can know before it is back.
  if (cutOff) return seen
  for (const refund of ledger.refunds) {
    const row = known.find(({ id }) => id === refund.id)
    holds(
      'I5: every refund of the ledger is known, and as whose',
      row !== undefined && row.credit_note_id === (ownerOf(refund) ?? null),
      () => `${refund.id} of ${ownerOf(refund) ?? 'nobody'} is kept as ${JSON.stringify(row)}`,
    )
    holds(
      'I9: and how it stands',
      row?.status === refund.status,
      () => `${refund.id} is ${refund.status}, kept as ${row?.status}`,
    )
  }
  for (const note of notes) {
    const alike = elsewhere.filter(
      ({ paymentIntent, amount }) => paymentIntent === paymentOf(note) && amount === note.amount,
    )
    checkEnd(note, refundsOf(note.id), alike, ledger, studio, deeds, holds)
  }
  for (const payment of studio.payments) {
    const live = ledger.refunds.filter((refund) => {
      const owner = ownerOf(refund)
      return refund.paymentIntent === payment.paymentIntentId && isLive(refund) && owner && !deeds.marked.has(owner)
    })
    const sum = live.reduce((total, { amount }) => total + amount, 0)
    const told = notes.filter(
      ({ deposit_id, status }) =>
        deposit_id === payment.depositId && (status === 'requested' || status === 'succeeded'),
    )
    const claimed = told.reduce((total, { amount }) => total + amount, 0)
    holds('I2: what the notes say equals what Stripe sends', sum === claimed, () => `Stripe ${sum}, notes ${claimed}`)
  }
  return seen
}

function listed(refunds: LedgerView['refunds']): string {
  return refunds.map(({ id, amount, status }) => `${id} ${amount} ${status}`).join(', ') || 'no refund'
}

/**
 * The notes of a payment (oldest first) that refunds of these amounts, made in the Dashboard, may have paid once more. A note
 * that is still open may be what one of exactly its amount was meant for. The rest goes, the small ones first, to the notes of
 * exactly the amount, else to those that it may hold; each to one, of several to the newest.
 */
function mayBePaidOnceMore(notes: NoteRow[], amounts: number[]): string[] {
  const isOpen = ({ status }: NoteRow) => status === 'pending' || status === 'failed'
  const newestFirst = notes.toReversed().filter((note) => !isOpen(note))
  const alarmed = new Set<string>()
  const without: number[] = []
  for (const wanted of new Set(amounts.toSorted((a, b) => a - b))) {
    const open = notes.filter((note) => isOpen(note) && note.amount === wanted).length
    const left = amounts.filter((amount) => amount === wanted).slice(open)
    const exactly = newestFirst.filter(({ amount }) => amount === wanted)
    for (const { id } of exactly.slice(0, left.length)) alarmed.add(id)
    if (exactly.length === 0) without.push(...left)
  }
  for (const amount of without) {
    const next = newestFirst.find((note) => note.amount <= amount && !alarmed.has(note.id))
    if (next) alarmed.add(next.id)
  }
  return [...alarmed]
}

type Holds = (invariant: string, truth: boolean, seen: () => string) => void

/** I3: whatever was asked of Stripe for a note carried that note's own account, payment and amount. */
function checkCalls(studio: Studio, notes: NoteRow[], attempts: AttemptRow[], calls: LoggedCall[], holds: Holds): void {
  const bodies = new Map<string, string>()
  for (const call of calls) {
    if (call.method !== 'POST' || call.path !== '/v1/refunds') continue
    const seen = () => JSON.stringify(call)
    const attempt = attempts.find(({ idempotency_key }) => idempotency_key === call.idempotencyKey)
    const note = notes.find(({ id }) => id === attempt?.credit_note_id)
    holds('I3: each call carries the key of a stored attempt', note !== undefined, seen)
    if (!note || !attempt) continue
    const link = studio.links.find(({ amendmentId }) => amendmentId === note.amendment_id)
    holds('I3: each call names the note’s own account', call.account === studio.account, seen)
    // A call that was turned away unread is logged as it came, with every value a string.
    const amount = Number(call.params.amount)
    holds(
      'I3: each call names the note’s own payment and amount',
      call.params.payment_intent === link?.paymentIntentId && amount === note.amount,
      seen,
    )
    const body = JSON.stringify([call.account, call.params.payment_intent, amount])
    holds('I3: the same key always asks the same', (bodies.get(attempt.idempotency_key) ?? body) === body, seen)
    bodies.set(attempt.idempotency_key, body)
  }
}

/** I9: once all is well, the note says what the ledger says, or what it needs from a person. */
function checkEnd(
  note: NoteRow,
  refunds: LedgerView['refunds'],
  /** Live ones of its payment and amount, made in the Dashboard, of which nobody has said what for. */
  alike: LedgerView['refunds'],
  ledger: LedgerView,
  studio: Studio,
  deeds: Deeds,
  holds: Holds,
): void {
  if (note.status === 'manual') return
  const seen = () => `${note.number} is ${note.status} (${note.reason}), Stripe has ${listed(refunds)}`
  const succeeded = refunds.find(({ status }) => status === 'succeeded')
  const waiting = refunds.find(({ status }) => status === 'pending' || status === 'requires_action')
  const live = succeeded ?? waiting
  if (live) {
    const right = note.status === (succeeded ? 'succeeded' : 'requested') && note.stripe_refund_id === live.id
    holds('I9: the note says what the ledger says', right, seen)
    return
  }
  const link = studio.links.find(({ amendmentId }) => amendmentId === note.amendment_id)
  const payment = ledger.paymentIntents.find(({ id }) => id === link?.paymentIntentId)
  if (payment?.status !== 'succeeded') {
    holds('I9: an unpaid deposit is waited for', note.status === 'pending', seen)
    return
  }
  holds('I9: no refund at Stripe means failed, with a reason', note.status === 'failed' && note.reason !== null, seen)
  if (note.status !== 'failed' || note.reason === null) return

  const dispute = ledger.disputes.findLast(({ charge }) => charge === payment.latestCharge)
  const blocked = dispute?.status === 'needs_response' || dispute?.status === 'under_review'
  const lost = dispute?.status === 'lost'
  if (note.reason === 'charge_disputed' || note.reason === 'charge_for_pending_refund_disputed')
    holds(
      'I9: a dispute that is over blocks nothing any more',
      blocked || note.next_try || deeds.stopped.has(note.id),
      seen,
    )
  if (note.reason === 'paid_by_chargeback') holds('I9: only a lost dispute pays the client', lost, seen)
  if (note.reason === 'refunded_elsewhere')
    holds(
      'I9: a refund made elsewhere holds back as long as it may be this one',
      alike.length > 0 || note.next_try || deeds.stopped.has(note.id),
      seen,
    )
  if (note.reason === 'account_invalid' || note.reason === 'account_not_connected')
    holds(
      'I9: an account that is connected asks for no reconnection',
      note.next_try || deeds.stopped.has(note.id),
      seen,
    )
  if (PASSING.includes(note.reason))
    holds(
      'I9: what passes is tried again by itself',
      note.next_try || note.tries >= MOST_AUTOMATIC_TRIES || deeds.stopped.has(note.id),
      seen,
    )
}
