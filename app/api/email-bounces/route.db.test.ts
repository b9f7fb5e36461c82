import { randomUUID } from 'node:crypto'
import { beforeEach, expect, test, vi } from 'vitest'
import { openDesk, sendAmendment, sign } from '@/e2e/refunds/desk'
import { RATE_LIMITS } from '@/lib/auth/rate-limit-rules'
import { db } from '@/lib/db'
import { REPORT_LIMIT_BYTES, readBounceReport } from '@/lib/email/bounce-report'
import { countTry, recordSent } from '@/lib/email/outbox'
import { log } from '@/lib/log'
import type { OutboxEmail } from '@/prisma/generated/client'
import { BODY_LIMIT_BYTES } from '../read-body'
import { DELETE, GET, PATCH, POST, PUT } from './route'

vi.mock('@/lib/email/bounce-report', { spy: true })

let email: OutboxEmail
/** This process remembers whom it refuses. */
let strangers = 0

beforeEach(async () => {
  await db().$executeRaw`TRUNCATE rate_limits`
  const desk = await openDesk(`acct_${randomUUID()}`)
  const note = await sign(desk, await sendAmendment(desk, { payment: { method: 'sepa', amount: 30_000 } }))
  email = await db().outboxEmail.findFirstOrThrow({ where: { creditNoteId: note.id } })
  await countTry(email)
  await recordSent(email)
  email = await now()
})

const now = () => db().outboxEmail.findUniqueOrThrow({ where: { id: email.id } })
const bouncesTold = () =>
  db().timelineEntry.count({ where: { creditNoteId: email.creditNoteId, kind: 'email_bounced' } })

function bounce({ messageId = email.messageId, recipient = email.recipient, action = 'failed' } = {}): string {
  return [
    'From: MAILER-DAEMON@mx.example',
    'To: refunds@requite.example',
    `Message-ID: <${randomUUID()}@mx.example>`,
    'Content-Type: multipart/report; report-type=delivery-status; boundary=B',
    '',
    '--B',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mx.example',
    '',
    `Final-Recipient: rfc822; ${recipient}`,
    `Action: ${action}`,
    'Status: 5.1.1',
    'Diagnostic-Code: smtp; 550 5.1.1 User unknown',
    '',
    '--B',
    'Content-Type: text/rfc822-headers',
    '',
    `Message-ID: ${messageId}`,
    '',
    '--B--',
    '',
  ].join('\r\n')
}

function deliver(body: string | Uint8Array<ArrayBuffer>, from = '203.0.113.9'): Promise<Response> {
  return POST(
    new Request('http://localhost/api/email-bounces', { method: 'POST', body, headers: { 'x-forwarded-for': from } }),
  )
}

async function expectReceived(response: Response) {
  expect(response.status).toBe(200)
  expect(await response.json()).toEqual({ received: true })
  expect(response.headers.get('cache-control')).toBe('no-store')
}

test('a bounce of our own mail is taken, whoever brings it', async () => {
  await expectReceived(await deliver(bounce()))
  expect(await now()).toMatchObject({
    state: 'refused',
    lastError: 'There is no such mailbox. The mail server said: 550 5.1.1 User unknown',
  })
})

test('the same bounce a hundred times, one after the other and all at once, is told once', async () => {
  const body = bounce()
  const crowd = await Promise.all(Array.from({ length: 50 }, (_, i) => deliver(body, `198.51.100.${i}`)))
  for (const response of crowd) if (response.status !== 503) await expectReceived(response)
  for (let i = 0; i < 50; i++) await expectReceived(await deliver(body))
  expect(await bouncesTold()).toBe(1)
})

test('of a flood few are read, the rest are told to come again, and a bounce from elsewhere is taken meanwhile', async () => {
  const part = `--B\r\nTo: ${'a:b;,'.repeat(400)}\r\n\r\n\r\n`
  const heavy = `Content-Type: multipart/report; boundary=B\r\n\r\n${part.repeat(9)}`
  const flood = Array.from({ length: 60 }, () => deliver(heavy, '203.0.113.66'))
  await expectReceived(await deliver(bounce()))
  expect(await bouncesTold()).toBe(1)
  const answers = await Promise.all(flood)
  const sentAway = answers.filter(({ status }) => status === 503)
  expect(sentAway.length).toBeGreaterThan(40)
  for (const { headers } of sentAway) expect(headers.get('retry-after')).toBe('5')
  for (const { status } of answers) expect([400, 503]).toContain(status)
})

test.each([
  ['forged, with an id like ours', { messageId: `<${randomUUID()}@requite.example>` }],
  ['of somebody else’s mail', { messageId: '<hello@elsewhere.example>' }],
  ['with an id that no database takes', { messageId: '<a\u0000b@requite.example>' }],
  ['that only tells of a delay', { action: 'delayed' }],
  ['that tells of success', { action: 'delivered' }],
  ['from an address that the mail did not go to', { recipient: 'somebody.else@example.com' }],
])('a bounce %s is answered like any other and changes nothing', async (_what, over) => {
  await expectReceived(await deliver(bounce(over)))
  expect(await now()).toEqual(email)
  expect(await bouncesTold()).toBe(0)
})

test.each([
  ['nothing', ''],
  ['JSON', '{"messageId":"x"}'],
  ['a person’s mail', 'From: a@example.com\r\nSubject: Hello\r\n\r\nIs anybody there?'],
  ['half a report', () => bounce().slice(0, 200)],
])('%s is answered 400', async (_what, body) => {
  const response = await deliver(typeof body === 'string' ? body : body())
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { code: 'malformed_bounce' } })
})

test('a body of over 1 MiB is refused, and one just below it taken, whatever bytes it holds', async () => {
  const [head = '', tail = ''] = bounce().split('--B--')
  const padding = Buffer.alloc(BODY_LIMIT_BYTES - head.length - tail.length - 5, 0xff)
  const largest = Buffer.concat([Buffer.from(`${head}\r\n`), padding.subarray(2), Buffer.from(`--B--${tail}`)])
  const tooLarge = await deliver(new Uint8Array(Buffer.concat([largest, Buffer.from('x')])))
  expect(tooLarge.status).toBe(413)
  expect(await bouncesTold()).toBe(0)
  expect(largest).toHaveLength(BODY_LIMIT_BYTES)
  await expectReceived(await deliver(new Uint8Array(largest)))
  expect(await bouncesTold()).toBe(1)
})

test('of a body of up to 1 MiB the first 128 KiB are read', async () => {
  vi.mocked(readBounceReport).mockClear()
  const notice = ['--B', 'Content-Type: text/plain', '', 'x'.repeat(REPORT_LIMIT_BYTES), ''].join('\r\n')
  expect((await deliver(bounce().replace('--B\r\n', `${notice}--B\r\n`))).status).toBe(400)
  expect(vi.mocked(readBounceReport).mock.calls.map(([raw]) => raw.length)).toEqual([REPORT_LIMIT_BYTES])
})

test.each([
  ['of mails that nobody knows', () => bounce({ messageId: '<guess@example.com>' }), 200],
  ['that change nothing', () => bounce({ action: 'delayed' }), 200],
  ['that are none', () => 'Is anybody there?', 400],
])(
  'whoever sends bounces %s in numbers is not even read for a while, but everybody else is',
  async (_what, body, status) => {
    const from = `198.18.0.${++strangers}`
    const { times } = RATE_LIMITS.useless_bounce_per_address
    expect((await deliver(body(), from)).status).toBe(status)
    expect(await db().rateLimit.updateMany({ where: { count: 1 }, data: { count: times } })).toEqual({ count: 1 })
    expect((await deliver(body(), from)).status).toBe(429)

    vi.mocked(readBounceReport).mockClear()
    const refused = await deliver(bounce(), from)
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).not.toBeNull()
    expect(readBounceReport).not.toHaveBeenCalled()
    expect(await bouncesTold()).toBe(0)

    await expectReceived(await deliver(bounce(), '203.0.113.10'))
    expect(await bouncesTold()).toBe(1)
  },
)

test('bounces of our own mails are not counted', async () => {
  await expectReceived(await deliver(bounce()))
  expect(await db().rateLimit.count()).toBe(0)
})

test('the log names neither the address nor what its server said', async () => {
  const lines = [vi.spyOn(log, 'info'), vi.spyOn(log, 'warn'), vi.spyOn(log, 'error')]
  await deliver(bounce())
  const logged = JSON.stringify(lines.map(({ mock }) => mock.calls))
  expect(logged).toContain('email came back')
  expect(logged).not.toContain(email.recipient)
  expect(logged).not.toContain('User unknown')
})

test('only POST is answered', async () => {
  for (const method of [GET, PUT, PATCH, DELETE]) {
    expect(method().status).toBe(405)
    expect(method().headers.get('allow')).toBe('POST')
  }
})
