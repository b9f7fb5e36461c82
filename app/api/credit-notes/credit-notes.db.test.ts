import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Desk, sendAmendment, sign } from '@/e2e/refunds/desk'
import { createApiKey, revokeApiKey } from '@/lib/auth/api-keys'
import { auth } from '@/lib/auth/better-auth'
import { createSignIn } from '@/lib/auth/create-sign-in'
import { countAct } from '@/lib/auth/rate-limit'
import { RATE_LIMITS } from '@/lib/auth/rate-limit-rules'
import { db } from '@/lib/db'
import { createFreelancer } from '@/lib/freelancers/freelancer-store'
import * as mark from './[id]/mark-refunded/route'
import * as refresh from './[id]/refresh-status/route'
import * as retry from './[id]/retry-refund/route'
import * as one from './[id]/route'
import * as list from './route'

const HOST = 'localhost:3000'
const OWN_ORIGIN = `http://${HOST}`
const PASSWORD = 'correct horse battery'

/** A freelancer with a browser that is signed in, and a key. */
type Owner = Desk & { cookie: string; key: string; noteId: string }
let owner: Owner
let other: Owner

beforeAll(async () => {
  owner = await newOwner('owner@example.com')
  other = await newOwner('other@example.com')
})

async function newOwner(email: string): Promise<Owner> {
  const userId = await createSignIn({ email, name: email, password: PASSWORD })
  const freelancerId = await createFreelancer({ userId, businessName: email, email })
  const desk = { freelancerId, stripeAccountId: '' }
  const { headers } = await auth().api.signInEmail({ body: { email, password: PASSWORD }, returnHeaders: true })
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
  const { key } = await createApiKey(freelancerId, 'tests')
  return { ...desk, cookie, key, noteId: await newNote(desk) }
}

/** A credit note of a deposit that came by bank transfer: its refund waits for the freelancer. */
async function newNote(desk: Desk): Promise<string> {
  const sent = await sendAmendment(desk, { payment: { method: 'sepa', amount: 30_000 } })
  return (await sign(desk, sent)).id
}

type Asking = { method?: string; headers?: Record<string, string>; body?: string }
const withCookie = ({ cookie }: Owner, origin: string | null = OWN_ORIGIN) => ({
  cookie,
  ...(origin !== null && { origin }),
})
const withKey = ({ key }: Owner) => ({ authorization: `Bearer ${key}` })

function ask(path: string, { method = 'GET', headers = {}, body }: Asking = {}): Request {
  return new Request(`${OWN_ORIGIN}${path}`, { method, body, headers: { host: HOST, ...headers } })
}

const at = (id: string) => ({ params: Promise.resolve({ id }) })

/** Every door that takes a credit note's id. */
const DOORS = {
  'GET one': (id: string, headers: Record<string, string>) =>
    one.GET(ask(`/api/credit-notes/${id}`, { headers }), at(id)),
  'POST retry-refund': (id: string, headers: Record<string, string>) =>
    retry.POST(ask(`/api/credit-notes/${id}/retry-refund`, { method: 'POST', headers }), at(id)),
  'POST refresh-status': (id: string, headers: Record<string, string>) =>
    refresh.POST(ask(`/api/credit-notes/${id}/refresh-status`, { method: 'POST', headers }), at(id)),
  'POST mark-refunded': (id: string, headers: Record<string, string>) => markRefunded(id, headers, { reason: 'Paid.' }),
} as const
const doors = Object.entries(DOORS)
const changingDoors = doors.filter(([name]) => name.startsWith('POST'))

function markRefunded(id: string, headers: Record<string, string>, fields: unknown): Promise<Response> {
  const json = { 'content-type': 'application/json', ...headers }
  const body = typeof fields === 'string' ? fields : JSON.stringify(fields)
  return mark.POST(ask(`/api/credit-notes/${id}/mark-refunded`, { method: 'POST', headers: json, body }), at(id))
}

const errorShape = z.strictObject({
  error: z.strictObject({ code: z.string(), message: z.string().min(1), details: z.record(z.string(), z.unknown()) }),
})

/** Checks status, shape and that nobody may keep the answer; returns the code and the details. */
async function refused(response: Response, status: number) {
  expect(response.status).toBe(status)
  expect(response.headers.get('cache-control')).toBe('no-store')
  return errorShape.parse(await response.json()).error
}

async function standing(id: string): Promise<string> {
  return (await db().creditNote.findUniqueOrThrow({ where: { id } })).refundStatus
}

describe.each(doors)('%s', (_name, door) => {
  test('without a session is 401', async () => {
    expect(await refused(await door(owner.noteId, { origin: OWN_ORIGIN }), 401)).toMatchObject({
      code: 'unauthenticated',
    })
  })

  test('with an ended session is 401', async () => {
    const { headers } = await auth().api.signInEmail({
      body: { email: 'owner@example.com', password: PASSWORD },
      returnHeaders: true,
    })
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
    const token = decodeURIComponent(cookie.split('=')[1] ?? '').split('.')[0]
    await db().session.deleteMany({ where: { token } })
    await refused(await door(owner.noteId, { cookie, origin: OWN_ORIGIN }), 401)
  })

  test('with a key that is none, or revoked, is 401 even beside a good session', async () => {
    const { key, apiKey } = await createApiKey(owner.freelancerId, 'revoked')
    await revokeApiKey(owner.freelancerId, apiKey.id)
    for (const authorization of [`Bearer ${key}`, 'Bearer nonsense', 'Basic b3duZXI6']) {
      const response = await door(owner.noteId, { ...withCookie(owner), authorization })
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
      await refused(response, 401)
    }
  })

  test('with another freelancer’s session or key is 404, as if the note were not there', async () => {
    const nowhere = await refused(await door(randomUUID(), withCookie(other)), 404)
    expect(await refused(await door(owner.noteId, withCookie(other)), 404)).toEqual(nowhere)
    expect(await refused(await door(owner.noteId, withKey(other)), 404)).toEqual(nowhere)
    expect(await standing(owner.noteId)).toBe('pending')
  })

  test.each(['x', '..', '%00', "' or 1=1 --", '123', 'null'])('with the id %j is 404', async (id) => {
    await refused(await door(id, withCookie(owner)), 404)
  })
})

describe.each(changingDoors)('%s', (_name, door) => {
  test.each([
    ['missing', null],
    ['null', 'null'],
    ['foreign', 'https://evil.example'],
  ])('with a session and a %s Origin is 403 and changes nothing', async (_what, origin) => {
    const noteId = await newNote(owner)
    expect(await refused(await door(noteId, withCookie(owner, origin)), 403)).toMatchObject({ code: 'foreign_origin' })
    expect(await standing(noteId)).toBe('pending')
  })

  test('with a key needs no Origin', async () => {
    expect((await door(await newNote(owner), withKey(owner))).status).toBe(200)
  })

  test('with a session and our own Origin passes', async () => {
    expect((await door(await newNote(owner), withCookie(owner))).status).toBe(200)
  })
})

describe('one credit note', () => {
  test('has the shape of the documentation', async () => {
    const response = await DOORS['GET one'](owner.noteId, withCookie(owner, null))
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({
      id: owner.noteId,
      number: expect.stringMatching(/^CRN-\d{4}-\d{4}$/),
      refundStatus: 'pending',
      failureReason: null,
      failureMessage: null,
      amountNet: expect.any(Number),
      amountVat: expect.any(Number),
      amountGross: 10_000,
      currency: 'eur',
      proposalId: expect.any(String),
      amendmentId: expect.any(String),
      stripeRefundId: null,
      issuedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      requestedAt: null,
      settledAt: null,
      manual: null,
      attempts: 0,
    })
  })
})

describe('the list', () => {
  const ids = async (response: Response) => {
    expect(response.status).toBe(200)
    const page = z.object({ data: z.array(z.object({ id: z.string() })), nextCursor: z.string().nullable() })
    const { data, nextCursor } = page.parse(await response.json())
    return { ids: data.map(({ id }) => id), nextCursor }
  }
  const read = (query: string, who = owner) => list.GET(ask(`/api/credit-notes${query}`, { headers: withKey(who) }))

  test('holds nothing of anybody else', async () => {
    expect((await ids(await read('?limit=100', other))).ids).toEqual([other.noteId])
  })

  test('read page by page is the list read at once, newest first', async () => {
    await newNote(owner)
    await newNote(owner)
    const whole = await ids(await read('?limit=100'))
    expect(whole.nextCursor).toBeNull()
    const paged: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page = await ids(await read(`?limit=2&cursor=${cursor}`))
      paged.push(...page.ids)
      cursor = page.nextCursor
    }
    expect(paged).toEqual(whole.ids)
    expect(whole.ids.at(-1)).toBe(owner.noteId)
  })

  test('can be narrowed to a status', async () => {
    expect((await ids(await read('?status=succeeded'))).ids).toEqual([])
    expect((await ids(await read('?status=pending&limit=100'))).ids).toContain(owner.noteId)
  })

  test.each([
    ['limit', '?limit=0'],
    ['limit', '?limit=101'],
    ['limit', '?limit=-1'],
    ['limit', '?limit=ten'],
    ['limit', '?limit=1.5'],
    ['status', '?status=done'],
    ['cursor', '?cursor=nonsense'],
    ['cursor', `?cursor=${Buffer.from('["now","x",true]').toString('base64url')}`],
  ])('names what is wrong in the address: %s in %s', async (field, query) => {
    const { code, details } = await refused(await read(query), 400)
    expect(code).toBe('invalid_parameter')
    expect(Object.keys(details)).toEqual([field])
  })

  test('without a session is 401', async () => {
    await refused(await list.GET(ask('/api/credit-notes')), 401)
  })
})

describe('mark refunded', () => {
  test.each([
    ['reason', {}],
    ['reason', { reason: '' }],
    ['reason', { reason: ' \n ' }],
    ['reason', { reason: 'x'.repeat(501) }],
    ['reason', { reason: 7 }],
    ['method', { reason: 'Paid.', method: 'gold' }],
    ['refundedOn', { reason: 'Paid.', refundedOn: 'yesterday' }],
    ['refundedOn', { reason: 'Paid.', refundedOn: '2026-02-30' }],
    ['refundedOn', { reason: 'Paid.', refundedOn: '2999-01-01' }],
    ['body', []],
    ['body', '"Paid."'],
  ])('names the field that is wrong: %s in %j', async (field, fields) => {
    const { code, details } = await refused(await markRefunded(owner.noteId, withKey(owner), fields), 422)
    expect(code).toBe('invalid_field')
    expect(Object.keys(details)).toEqual([field])
    expect(await standing(owner.noteId)).toBe('pending')
  })

  test('a chargeback is 422 where no dispute was lost', async () => {
    const fields = { reason: 'du_1', method: 'chargeback' }
    const { code, details } = await refused(await markRefunded(owner.noteId, withKey(owner), fields), 422)
    expect({ code, fields: Object.keys(details) }).toEqual({ code: 'invalid_field', fields: ['method'] })
    expect(await standing(owner.noteId)).toBe('pending')
  })

  test('half a body is 400, one that is not JSON 415, one that is too large 413', async () => {
    expect(await refused(await markRefunded(owner.noteId, withKey(owner), '{"reason":'), 400)).toMatchObject({
      code: 'malformed_json',
    })
    const form = { ...withKey(owner), 'content-type': 'application/x-www-form-urlencoded' }
    expect(await refused(await markRefunded(owner.noteId, form, 'reason=Paid'), 415)).toMatchObject({
      code: 'unsupported_media_type',
    })
    const large = { reason: 'x'.repeat(1024 * 1024) }
    expect(await refused(await markRefunded(owner.noteId, withKey(owner), large), 413)).toMatchObject({
      code: 'body_too_large',
    })
  })

  test('takes what it asks for, trimmed, and nothing else that is sent along', async () => {
    const noteId = await newNote(owner)
    const response = await markRefunded(noteId, withKey(owner), {
      reason: ' Transfer of 14 March ',
      method: 'cash',
      refundedOn: '2026-03-14',
      refundStatus: 'succeeded',
      amountGross: 1,
      freelancerId: other.freelancerId,
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      id: noteId,
      refundStatus: 'manual',
      amountGross: 10_000,
      manual: { method: 'cash', reference: 'Transfer of 14 March', refundedOn: '2026-03-14' },
    })
  })

  test('twice, or a retry after it, is 409 with the status', async () => {
    const noteId = await newNote(owner)
    expect((await markRefunded(noteId, withKey(owner), { reason: 'Paid.' })).status).toBe(200)
    const again = await refused(await markRefunded(noteId, withKey(owner), { reason: 'Paid.' }), 409)
    expect(again).toMatchObject({ code: 'refund_not_markable', details: { status: 'manual' } })
    const retried = await refused(await DOORS['POST retry-refund'](noteId, withKey(owner)), 409)
    expect(retried).toMatchObject({ code: 'refund_not_retryable', details: { status: 'manual' } })
  })
})

test.each([
  ['POST retry-refund', 'retry_per_freelancer'],
  ['POST refresh-status', 'refresh_per_freelancer'],
] as const)(
  '%s asks Stripe: too often in a minute is 429 and says when again, for this freelancer alone',
  async (name, act) => {
    const busy = await newOwner(`${act}@example.com`)
    for (let time = 0; time < RATE_LIMITS[act].times; time++) await countAct(act, busy.freelancerId)
    const response = await DOORS[name](busy.noteId, withKey(busy))
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused(response, 429)).toMatchObject({ code: 'rate_limited' })
    expect((await DOORS[name](owner.noteId, withKey(owner))).status).toBe(200)
  },
)

test('methods that a door does not serve are 405 and say which it does', async () => {
  for (const [route, allowed] of [
    [list, 'GET'],
    [one, 'GET'],
    [retry, 'POST'],
    [refresh, 'POST'],
    [mark, 'POST'],
  ] as const) {
    const response = route.DELETE()
    expect(response.headers.get('allow')).toBe(allowed)
    await refused(response, 405)
  }
})

test('what went wrong inside is not told outside', async () => {
  await db().$executeRaw`ALTER TABLE credit_notes RENAME TO credit_notes_away`
  const response = await DOORS['GET one'](owner.noteId, withKey(owner))
  await db().$executeRaw`ALTER TABLE credit_notes_away RENAME TO credit_notes`
  const { message } = await refused(response, 500)
  expect(message).not.toMatch(/credit_notes|select/i)
})
