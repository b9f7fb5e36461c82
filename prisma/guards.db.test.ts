import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

// Raw SQL on a connection of its own: what the database refuses by itself, whatever code asks.
let sql: Client

type Status = 'pending' | 'requested' | 'succeeded' | 'failed' | 'manual'
const STATUSES: readonly Status[] = ['pending', 'requested', 'succeeded', 'failed', 'manual']

/** product.md, "Transitions"; failed → pending only beside the attempt that a retry has claimed. */
const LEGAL: Record<Status, readonly Status[]> = {
  pending: ['requested', 'succeeded', 'failed', 'manual'],
  requested: ['succeeded', 'failed'],
  succeeded: ['failed'],
  failed: ['pending', 'requested', 'succeeded', 'manual'],
  manual: [],
}

const INTEGRITY = { code: '23000' }
const CHECK = { code: '23514' }
const UNIQUE = { code: '23505' }

beforeAll(async () => {
  sql = new Client({ connectionString: process.env.DATABASE_URL })
  await sql.connect()
})
afterAll(() => sql.end())

type Row = Record<string, unknown>

/** Inserts a row and returns its id. */
async function insert(table: string, row: Row): Promise<string> {
  const columns = Object.keys(row)
  const { rows } = await sql.query<{ id: string }>(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')}) RETURNING id`,
    Object.values(row),
  )
  return rows[0]?.id ?? ''
}

async function update(table: string, id: string, row: Row): Promise<void> {
  const set = Object.keys(row).map((column, i) => `${column} = $${i + 2}`)
  await sql.query(`UPDATE ${table} SET ${set.join(', ')} WHERE id = $1`, [id, ...Object.values(row)])
}

async function read(table: string, id: string): Promise<Row> {
  const { rows } = await sql.query<Row>(`SELECT * FROM ${table} WHERE id = $1`, [id])
  return rows[0] ?? {}
}

type Agreement = { freelancerId: string; proposalId: string; depositId: string }

async function openFreelancer(): Promise<string> {
  const userId = randomUUID()
  await insert('users', { id: userId, name: 'Ida', email: `${userId}@example.com`, updated_at: new Date() })
  return insert('freelancers', { user_id: userId, business_name: 'Studio', email: `${userId}@example.com` })
}

async function agree(freelancerId: string): Promise<Agreement> {
  const clientId = await insert('clients', { freelancer_id: freelancerId, name: 'Pine', email: 'pine@example.com' })
  const proposalId = await insert('proposals', {
    freelancer_id: freelancerId,
    client_id: clientId,
    number: `PRO-${randomUUID()}`,
    title: 'Website',
    currency: 'eur',
    total_net: 30_000,
    total_vat: 0,
    total_gross: 30_000,
  })
  const depositId = await insert('deposits', deposit(freelancerId, proposalId))
  return { freelancerId, proposalId, depositId }
}

function deposit(freelancerId: string, proposalId: string): Row {
  return {
    freelancer_id: freelancerId,
    proposal_id: proposalId,
    method: 'card',
    amount: 30_000,
    currency: 'eur',
    stripe_account_id: 'acct_1',
    stripe_payment_intent_id: `pi_${randomUUID()}`,
  }
}

let numbered = 0

async function noteRow({ freelancerId, proposalId, depositId }: Agreement): Promise<Row> {
  const sequence = ++numbered
  const amendmentId = await insert('amendments', {
    freelancer_id: freelancerId,
    proposal_id: proposalId,
    number: `AMD-${randomUUID()}`,
    reason: 'Fewer pages',
    total_net: 10_000,
    total_vat: 0,
    total_gross: 10_000,
  })
  return {
    freelancer_id: freelancerId,
    proposal_id: proposalId,
    amendment_id: amendmentId,
    deposit_id: depositId,
    year: 2026,
    sequence,
    number: `CRN-2026-${String(sequence).padStart(4, '0')}`,
    amount_net: 16_807,
    amount_vat: 3_193,
    amount_gross: 20_000,
    currency: 'eur',
    parties: '{}',
    issued_at: new Date(),
  }
}

let attempted = 0

function attemptRow(note: { id: string; freelancerId: string }): Row {
  const ordinal = ++attempted
  return {
    freelancer_id: note.freelancerId,
    credit_note_id: note.id,
    ordinal,
    cause: 'retry',
    idempotency_key: `refund-${note.id}-${ordinal}`,
    stripe_account_id: 'acct_1',
    payment_intent_id: 'pi_1',
    amount: 20_000,
    currency: 'eur',
    lease_until: new Date(),
  }
}

const REFUSED = { state: 'refused', code: 'charge_disputed', finished_at: new Date() }

/** The columns that a status must bring along. */
function columnsOf(status: Status): Row {
  const none = {
    failure_reason: null,
    failure_message: null,
    stripe_refund_id: null,
    settled_at: null,
    manual_method: null,
    manual_reference: null,
    manual_refunded_on: null,
  }
  const refund = `re_${randomUUID()}`
  const columns: Record<Status, Row> = {
    pending: {},
    requested: { stripe_refund_id: refund },
    succeeded: { stripe_refund_id: refund, settled_at: new Date() },
    failed: { failure_reason: 'declined' },
    manual: {
      settled_at: new Date(),
      manual_method: 'sepa',
      manual_reference: 'Transfer of 14 March',
      manual_refunded_on: '2026-03-14',
    },
  }
  return { ...none, ...columns[status], refund_status: status }
}

let freelancerId: string
let agreement: Agreement
let note: { id: string; freelancerId: string }

beforeEach(async () => {
  freelancerId = await openFreelancer()
  agreement = await agree(freelancerId)
  note = { id: await insert('credit_notes', await noteRow(agreement)), freelancerId }
})

async function bringTo(status: Status): Promise<void> {
  if (status !== 'pending') await update('credit_notes', note.id, columnsOf(status))
}

async function openAttempt(): Promise<string> {
  return insert('refund_attempts', attemptRow(note))
}

describe('the status of a refund', () => {
  for (const from of STATUSES) {
    for (const to of STATUSES) {
      if (from === to) {
        test(`${from} may be written again as ${to}: that is no move`, async () => {
          await bringTo(from)
          await update('credit_notes', note.id, { refund_status: to })
        })
      } else if (LEGAL[from].includes(to)) {
        test(`${from} → ${to} is let through`, async () => {
          await bringTo(from)
          if (from === 'failed' && to === 'pending') await openAttempt()
          await update('credit_notes', note.id, columnsOf(to))
          expect(await read('credit_notes', note.id)).toMatchObject({ refund_status: to })
        })
      } else {
        test(`${from} → ${to} is refused`, async () => {
          await bringTo(from)
          await openAttempt()
          await expect(update('credit_notes', note.id, columnsOf(to))).rejects.toMatchObject(INTEGRITY)
          expect(await read('credit_notes', note.id)).toMatchObject({ refund_status: from })
        })
      }
    }
  }

  test('failed goes back to pending only beside an open attempt', async () => {
    await bringTo('failed')
    await expect(update('credit_notes', note.id, columnsOf('pending'))).rejects.toMatchObject(INTEGRITY)
    await update('refund_attempts', await openAttempt(), REFUSED)
    await expect(update('credit_notes', note.id, columnsOf('pending'))).rejects.toMatchObject(INTEGRITY)
    await openAttempt()
    await update('credit_notes', note.id, columnsOf('pending'))
  })

  test.each(['pending', 'failed'] as const)('%s cannot be marked refunded while an attempt is open', async (from) => {
    await bringTo(from)
    const attempt = await openAttempt()
    await expect(update('credit_notes', note.id, columnsOf('manual'))).rejects.toMatchObject(INTEGRITY)
    await update('refund_attempts', attempt, { state: 'unknown' })
    await expect(update('credit_notes', note.id, columnsOf('manual'))).rejects.toMatchObject(INTEGRITY)
    await update('refund_attempts', attempt, REFUSED)
    await update('credit_notes', note.id, columnsOf('manual'))
  })

  test.each(STATUSES.filter((status) => status !== 'pending'))('a note cannot be born %s', async (status) => {
    const row = { ...(await noteRow(agreement)), ...columnsOf(status) }
    await expect(insert('credit_notes', row)).rejects.toMatchObject(INTEGRITY)
  })

  test.each([
    ['manual without a method', 'manual', { manual_method: null }],
    ['manual without a reference', 'manual', { manual_reference: null }],
    ['manual with an empty reference', 'manual', { manual_reference: '   ' }],
    ['manual with an endless reference', 'manual', { manual_reference: 'x'.repeat(501) }],
    ['manual without a date', 'manual', { manual_refunded_on: null }],
    ['manual that does not say when it was booked', 'manual', { settled_at: null }],
    ['succeeded that does not say when', 'succeeded', { settled_at: null }],
    ['succeeded that names no refund', 'succeeded', { stripe_refund_id: null }],
    ['requested that names no refund', 'requested', { stripe_refund_id: null }],
    ['requested that still carries a failure', 'requested', { failure_reason: 'declined' }],
    ['requested that is settled', 'requested', { settled_at: new Date() }],
    ['failed that does not say why', 'failed', { failure_reason: null }],
    ['failed that names a manual method', 'failed', { manual_method: 'sepa' }],
    ['requested that is to be tried again', 'requested', { next_try_at: new Date() }],
    ['manual that is to be tried again', 'manual', { next_try_at: new Date() }],
  ] as const)('%s is refused', async (_, status, flaw) => {
    await expect(update('credit_notes', note.id, { ...columnsOf(status), ...flaw })).rejects.toMatchObject(CHECK)
  })

  test.each([{ manual_method: 'cash' }, { manual_reference: 'Something else' }, { manual_refunded_on: '2026-03-15' }])(
    'what was said of a manual refund stands: %o',
    async (change) => {
      await bringTo('manual')
      await expect(update('credit_notes', note.id, change)).rejects.toMatchObject(INTEGRITY)
    },
  )

  test('only what a lost dispute has paid may be called a chargeback', async () => {
    await bringTo('failed')
    const byChargeback = { ...columnsOf('manual'), manual_method: 'chargeback' }
    await expect(update('credit_notes', note.id, byChargeback)).rejects.toMatchObject(INTEGRITY)
    await update('credit_notes', note.id, { failure_reason: 'paid_by_chargeback' })
    await update('credit_notes', note.id, byChargeback)
    expect(await read('credit_notes', note.id)).toMatchObject({ manual_method: 'chargeback' })
  })

  test('one Stripe refund belongs to one note', async () => {
    await update('credit_notes', note.id, { ...columnsOf('requested'), stripe_refund_id: 're_shared' })
    const other = await insert('credit_notes', await noteRow(await agree(freelancerId)))
    await expect(
      update('credit_notes', other, { ...columnsOf('requested'), stripe_refund_id: 're_shared' }),
    ).rejects.toMatchObject(UNIQUE)
  })
})

describe('the currency of an agreement', () => {
  test('is the deposit’s too', async () => {
    const { proposalId } = await agree(freelancerId)
    await sql.query('DELETE FROM deposits WHERE proposal_id = $1', [proposalId])
    const inPounds = { ...deposit(freelancerId, proposalId), currency: 'gbp' }
    await expect(insert('deposits', inPounds)).rejects.toMatchObject(INTEGRITY)
    const inEuros = await insert('deposits', { ...inPounds, currency: 'eur' })
    await expect(update('deposits', inEuros, { currency: 'gbp' })).rejects.toMatchObject(INTEGRITY)
  })

  test('is the credit note’s too', async () => {
    const row = { ...(await noteRow(agreement)), currency: 'gbp' }
    await expect(insert('credit_notes', row)).rejects.toMatchObject(INTEGRITY)
  })

  test('stands once a deposit was taken', async () => {
    await expect(update('proposals', agreement.proposalId, { currency: 'gbp' })).rejects.toMatchObject(INTEGRITY)
  })
})

describe('an issued credit note', () => {
  test.each([
    ['id', randomUUID()],
    ['freelancer_id', randomUUID()],
    ['proposal_id', randomUUID()],
    ['amendment_id', randomUUID()],
    ['deposit_id', randomUUID()],
    ['year', 2027],
    ['sequence', 999_999],
    ['number', 'CRN-2026-9999'],
    ['amount_net', 1],
    ['amount_vat', 1],
    ['amount_gross', 1],
    ['currency', 'usd'],
    ['parties', '{"client":{"name":"Somebody else"}}'],
    ['issued_at', new Date(0)],
  ])('never changes its %s', async (column, value) => {
    await expect(update('credit_notes', note.id, { [column]: value })).rejects.toMatchObject(INTEGRITY)
  })

  test('has no column that this test forgets: each is the document’s or follows the refund', async () => {
    const { rows } = await sql.query<{ column_name: string }>(
      "SELECT column_name FROM information_schema.columns WHERE table_name = 'credit_notes'",
    )
    const followsTheRefund = [
      ...Object.keys(columnsOf('manual')),
      ...['requested_at', 'paid_twice_at', 'automatic_tries', 'automatic_stopped', 'next_try_at', 'stripe_read_at'],
    ]
    const document = ['id', ...Object.keys(await noteRow(agreement))]
    expect(rows.map((row) => row.column_name).toSorted()).toEqual([...document, ...followsTheRefund].toSorted())
  })

  test('cannot be deleted', async () => {
    await expect(sql.query('DELETE FROM credit_notes WHERE id = $1', [note.id])).rejects.toMatchObject(INTEGRITY)
  })

  test.each([
    ['gross 0', { amount_net: 0, amount_vat: 0, amount_gross: 0 }],
    ['a negative net', { amount_net: -1, amount_vat: 20_001 }],
    ['a negative VAT', { amount_net: 20_001, amount_vat: -1 }],
    ['parts that do not add up', { amount_net: 16_806 }],
    ['an upper-case currency', { currency: 'EUR' }],
    ['no currency', { currency: '' }],
    ['number of another year', { year: 2027 }],
    ['number of another sequence', { sequence: 999_999 }],
    ['sequence 0', { sequence: 0, number: 'CRN-2026-0000' }],
  ])('%s is refused', async (_, flaw) => {
    const row = { ...(await noteRow(agreement)), ...flaw }
    await expect(insert('credit_notes', row)).rejects.toMatchObject(CHECK)
  })

  test('numbers past 9999 simply grow a digit', async () => {
    const row = { ...(await noteRow(agreement)), sequence: 12_345, number: 'CRN-2026-12345' }
    await insert('credit_notes', row)
  })

  test('its number is one freelancer’s own in its year, and another freelancer may have the same', async () => {
    const { sequence, number } = await read('credit_notes', note.id)
    const same = { sequence, number }
    await expect(insert('credit_notes', { ...(await noteRow(agreement)), ...same })).rejects.toMatchObject(UNIQUE)
    const elsewhere = await agree(await openFreelancer())
    await insert('credit_notes', { ...(await noteRow(elsewhere)), ...same })
  })

  test('an amendment brings about one', async () => {
    const { amendment_id } = await read('credit_notes', note.id)
    const second = { ...(await noteRow(agreement)), amendment_id }
    await expect(insert('credit_notes', second)).rejects.toMatchObject(UNIQUE)
  })
})

describe('a refund attempt', () => {
  test('is the only open one of its note; the next may begin once it is closed', async () => {
    const first = await openAttempt()
    await expect(openAttempt()).rejects.toMatchObject(UNIQUE)
    await update('refund_attempts', first, { state: 'unknown' })
    await expect(openAttempt()).rejects.toMatchObject(UNIQUE)
    await update('refund_attempts', first, REFUSED)
    await openAttempt()
  })

  test.each([
    ['id', randomUUID()],
    ['freelancer_id', randomUUID()],
    ['credit_note_id', randomUUID()],
    ['ordinal', 99],
    ['cause', 'automatic'],
    ['idempotency_key', 'another'],
    ['stripe_account_id', 'acct_2'],
    ['payment_intent_id', 'pi_2'],
    ['amount', 1],
    ['currency', 'usd'],
    ['started_at', new Date(0)],
  ])('never changes its %s', async (column, value) => {
    const attempt = await openAttempt()
    await expect(update('refund_attempts', attempt, { [column]: value })).rejects.toMatchObject(INTEGRITY)
  })

  test.each([
    ['refused', REFUSED],
    ['accepted', { state: 'accepted', stripe_refund_id: 're_of_attempt', finished_at: new Date() }],
  ])('once %s, its outcome stands', async (_, outcome) => {
    const attempt = await openAttempt()
    await update('refund_attempts', attempt, { ...outcome, stripe_refund_id: `re_${attempt}` })
    for (const change of [
      { state: 'in_flight', finished_at: null },
      { state: 'unknown', finished_at: null },
      { code: 'another' },
      { message: 'another' },
      { stripe_refund_id: 're_another' },
      { request_id: 'req_another' },
      { calls: 9 },
      { lease_until: new Date(0) },
      { finished_at: new Date(0) },
    ]) {
      await expect(update('refund_attempts', attempt, change), JSON.stringify(change)).rejects.toMatchObject(INTEGRITY)
    }
  })

  test.each([
    ['accepted without a refund', { state: 'accepted', finished_at: new Date() }],
    ['refused without a code', { state: 'refused', finished_at: new Date() }],
    ['refused but never finished', { state: 'refused', code: 'declined' }],
    ['finished and yet in flight', { finished_at: new Date() }],
  ])('%s is refused', async (_, flaw) => {
    const attempt = await openAttempt()
    await expect(update('refund_attempts', attempt, flaw)).rejects.toMatchObject(CHECK)
  })

  test.each([{ amount: 0 }, { amount: -1 }, { currency: 'EUR' }])('%o is refused', async (flaw) => {
    await expect(insert('refund_attempts', { ...attemptRow(note), ...flaw })).rejects.toMatchObject(CHECK)
  })

  test('is closed as one whose outcome nobody knows only after seven days in which Stripe let nobody look', async () => {
    const withheld = { ...REFUSED, code: 'outcome_withheld' }
    const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60 * 1000)
    const attempt = await openAttempt()
    await expect(update('refund_attempts', attempt, withheld)).rejects.toMatchObject(INTEGRITY)
    await update('refund_attempts', attempt, { state: 'unknown', look_refused_since: daysAgo(6.9) })
    await expect(update('refund_attempts', attempt, withheld)).rejects.toMatchObject(INTEGRITY)
    await update('refund_attempts', attempt, { state: 'in_flight', look_refused_since: daysAgo(7.1) })
    await expect(update('refund_attempts', attempt, withheld)).rejects.toMatchObject(INTEGRITY)
    await update('refund_attempts', attempt, { state: 'unknown' })
    await expect(update('credit_notes', note.id, columnsOf('manual'))).rejects.toMatchObject(INTEGRITY)
    await update('refund_attempts', attempt, withheld)
    await update('credit_notes', note.id, columnsOf('manual'))
  })

  test('its key is nobody else’s, and so is its place in the note’s row of attempts', async () => {
    const row = attemptRow(note)
    await update('refund_attempts', await insert('refund_attempts', row), REFUSED)
    const { idempotency_key, ordinal } = row
    await expect(insert('refund_attempts', { ...attemptRow(note), idempotency_key })).rejects.toMatchObject(UNIQUE)
    await expect(insert('refund_attempts', { ...attemptRow(note), ordinal })).rejects.toMatchObject(UNIQUE)
  })

  test('one Stripe refund came of one attempt', async () => {
    const accepted = { state: 'accepted', stripe_refund_id: `re_${note.id}`, finished_at: new Date() }
    await update('refund_attempts', await openAttempt(), accepted)
    await expect(update('refund_attempts', await openAttempt(), accepted)).rejects.toMatchObject(UNIQUE)
  })

  test('cannot be deleted', async () => {
    const attempt = await openAttempt()
    await expect(sql.query('DELETE FROM refund_attempts WHERE id = $1', [attempt])).rejects.toMatchObject(INTEGRITY)
  })
})

describe('deposits, proposals and amendments', () => {
  test.each([
    ['an amount of 0', { amount: 0 }],
    ['a negative amount', { amount: -1 }],
    ['an upper-case currency', { currency: 'EUR' }],
    ['a card deposit that Stripe would not know', { stripe_payment_intent_id: null }],
    ['a card deposit without an account', { stripe_account_id: null }],
  ])('a deposit with %s is refused', async (_, flaw) => {
    const { freelancerId: owner, proposalId } = agreement
    await expect(insert('deposits', { ...deposit(owner, proposalId), ...flaw })).rejects.toMatchObject(CHECK)
  })

  test.each(['stripe_payment_intent_id', 'stripe_charge_id', 'stripe_checkout_session_id'])(
    'one payment is one deposit, by its %s',
    async (column) => {
      const payment = { [column]: `of_stripe_${randomUUID()}` }
      await update('deposits', agreement.depositId, payment)
      const other = await agree(freelancerId)
      await expect(update('deposits', other.depositId, payment)).rejects.toMatchObject(UNIQUE)
    },
  )

  test('a proposal has one deposit', async () => {
    await expect(insert('deposits', deposit(freelancerId, agreement.proposalId))).rejects.toMatchObject(UNIQUE)
  })

  test.each([{ total_gross: 1 }, { total_net: -1, total_gross: -1 }, { currency: 'Eur' }])(
    'a proposal with %o is refused',
    async (flaw) => {
      await expect(update('proposals', agreement.proposalId, flaw)).rejects.toMatchObject(CHECK)
    },
  )

  test('an amendment whose totals do not add up is refused', async () => {
    const { amendment_id } = await read('credit_notes', note.id)
    await expect(update('amendments', String(amendment_id), { total_vat: 5 })).rejects.toMatchObject(CHECK)
  })
})

describe('what Stripe said', () => {
  const event = {
    id: 'evt_1',
    type: 'refund.updated',
    stripe_account_id: 'acct_1',
    created_at: new Date(),
    payload: '{}',
  }

  test('is kept once under its event id, and stands; only our handling of it is ours to write', async () => {
    await insert('stripe_events', event)
    await expect(insert('stripe_events', event)).rejects.toMatchObject(UNIQUE)
    for (const change of [
      { id: 'evt_2' },
      { type: 'refund.failed' },
      { stripe_account_id: 'acct_2' },
      { created_at: new Date(0) },
      { received_at: new Date(0) },
      { payload: '{"forged":true}' },
    ]) {
      await expect(update('stripe_events', event.id, change), JSON.stringify(change)).rejects.toMatchObject(INTEGRITY)
    }
    await update('stripe_events', event.id, { handled_at: new Date(), outcome: 'applied' })
  })

  test('a refund of 0 is refused', async () => {
    const refund = {
      id: 're_0',
      stripe_account_id: 'acct_1',
      amount: 0,
      currency: 'eur',
      status: 'succeeded',
      created_at: new Date(),
    }
    await expect(insert('stripe_refunds', refund)).rejects.toMatchObject(CHECK)
  })
})

describe('history', () => {
  const entry = () => ({ freelancer_id: freelancerId, credit_note_id: note.id, kind: 'issued', actor: 'client' })

  test('is only ever added to', async () => {
    const id = await insert('timeline_entries', entry())
    await expect(update('timeline_entries', id, { kind: 'refund_succeeded' })).rejects.toMatchObject(INTEGRITY)
    await expect(update('timeline_entries', id, { kind: 'issued' })).rejects.toMatchObject(INTEGRITY)
    await expect(sql.query('DELETE FROM timeline_entries WHERE id = $1', [id])).rejects.toMatchObject(INTEGRITY)
  })

  test.each(['credit_notes', 'refund_attempts', 'timeline_entries'])('%s cannot be emptied', async (table) => {
    await expect(sql.query(`TRUNCATE ${table} CASCADE`)).rejects.toMatchObject(INTEGRITY)
    expect(await read('credit_notes', note.id)).toMatchObject({ id: note.id })
  })

  test('each entry is announced to open pages once it is committed, never before', async () => {
    const heard: string[] = []
    const listener = new Client({ connectionString: process.env.DATABASE_URL })
    await listener.connect()
    listener.on('notification', ({ payload }) => heard.push(payload ?? ''))
    await listener.query('LISTEN requite_changes')
    await sql.query('BEGIN')
    await insert('timeline_entries', entry())
    await sql.query('ROLLBACK')
    await insert('timeline_entries', entry())
    await expect.poll(() => heard.length).toBeGreaterThan(0)
    await listener.query('SELECT 1')
    expect(heard.map((payload): unknown => JSON.parse(payload))).toEqual([{ freelancerId, creditNoteId: note.id }])
    await listener.end()
  })
})
