import fc from 'fast-check'
import { simpleParser } from 'mailparser'
import { afterEach, expect, test, vi } from 'vitest'
import { REPORT_LIMIT_BYTES, readBounceReport, reasonFor } from './bounce-report'

vi.mock('mailparser', { spy: true })
afterEach(() => {
  vi.useRealTimers()
})

const OWN_ID = '<0f7c2c4e-9a51-4c0e-8f0e-3a1f6f1f2a10@requite.example>'
const ANNA = 'anna@example.com'

const statusOf = (lines: string[]) => ['Reporting-MTA: dns; mx.example', 'Arrival-Date: today', '', ...lines]
const GONE = [
  'Final-Recipient: rfc822; anna@example.com',
  'Action: failed',
  'Status: 5.1.1',
  'Diagnostic-Code: smtp; 550 5.1.1 <anna@example.com>: Recipient address',
  '    rejected: User unknown',
]
const RETURNED = ['From: Requite <refunds@requite.example>', `Message-ID: ${OWN_ID}`, 'Subject: Refund', '', 'Hello']

/** As Postfix writes it. Lines of each part; `way` is what mail servers on the way have put before. */
function report({
  status = statusOf(GONE),
  statusType = 'message/delivery-status',
  returned = RETURNED,
  returnedType = 'message/rfc822',
  type = 'multipart/report; report-type=delivery-status; boundary="B/1"',
  between = [],
  way = [],
}: {
  status?: string[]
  statusType?: string
  returned?: string[]
  returnedType?: string
  type?: string
  between?: string[]
  way?: string[]
} = {}): string {
  return [
    ...way,
    'Return-Path: <>',
    'From: MAILER-DAEMON@mx.example (Mail Delivery System)',
    'To: refunds@requite.example',
    'Message-Id: <20261125100000.1234@mx.example>',
    'MIME-Version: 1.0',
    `Content-Type: ${type}`,
    '',
    'This is a MIME-encapsulated message.',
    '',
    '--B/1',
    'Content-Type: text/plain; charset=us-ascii',
    '',
    'I’m sorry to have to inform you that your message could not be delivered.',
    '',
    ...between,
    '--B/1',
    `Content-Type: ${statusType}`,
    '',
    ...status,
    '',
    '--B/1',
    `Content-Type: ${returnedType}`,
    '',
    ...returned,
    '',
    '--B/1--',
    '',
  ].join('\r\n')
}

const read = (raw: string) => readBounceReport(Buffer.from(raw))

async function reasonIn(status: string[], recipient = ANNA) {
  const found = await read(report({ status: statusOf(status) }))
  if (!found) throw new Error('this is a report')
  return reasonFor(found, recipient)
}

test('a report says which mail came back, from whom and why', async () => {
  const found = await read(report())
  expect(found).toMatchObject({ id: '<20261125100000.1234@mx.example>', messageId: OWN_ID })
  expect(found && reasonFor(found, ANNA)).toBe(
    'There is no such mailbox. The mail server said: 550 5.1.1 <anna@example.com>: Recipient address rejected: User unknown',
  )
})

test.each([
  ['the whole mail', { returnedType: 'message/rfc822' }],
  ['its head', { returnedType: 'text/rfc822-headers' }],
  ['a mail shown in the text', { returnedType: 'message/rfc822\r\nContent-Disposition: inline' }],
  ['an internationalised mail', { returnedType: 'message/global', statusType: 'message/global-delivery-status' }],
  [
    'a mail in base64',
    {
      returnedType: 'message/rfc822\r\nContent-Transfer-Encoding: base64',
      returned: [Buffer.from(RETURNED.join('\r\n')).toString('base64')],
    },
  ],
  ['a folded Message-ID', { returned: ['Message-ID:', `\t${OWN_ID}`, 'Subject: Refund', '', 'Hello'] }],
  [
    'the mail beside a notice in two dresses',
    { between: ['--B/1', 'Content-Type: multipart/alternative; boundary=C', '', '--C', '', 'No', '--C--', ''] },
  ],
])('the mail is recognised in a report that returns %s', async (_what, over) => {
  expect(await read(report(over))).toMatchObject({ messageId: OWN_ID, failures: [{ addresses: [ANNA, ANNA] }] })
})

const SIGNATURE = [
  'ARC-Seal: i=1; a=rsa-sha256; d=mx.example;',
  ...Array.from({ length: 300 }, () => `\t${'b'.repeat(70)}`),
]
const GMAIL_NOTICE = [
  ...['--B/1', 'Content-Type: multipart/related; boundary="C"', ''],
  ...['--C', 'Content-Type: multipart/alternative; boundary="D"', ''],
  ...['--D', 'Content-Type: text/plain', '', 'No', '--D', 'Content-Type: text/html', '', '<p>No', '--D--'],
  ...['--C', 'Content-Type: image/png; name="icon.png"', 'Content-ID: <icon.png>', '', 'x', '--C--', ''],
]

test.each([
  ['has been signed on its way until its head is of twenty kilobytes', { way: SIGNATURE }],
  ['was put into a mailbox file before', { way: ['From MAILER-DAEMON  Wed Nov 25 10:00:00 2026'] }],
  ['has as many parts as Gmail’s', { between: GMAIL_NOTICE }],
  ['has a notice as long as Exchange’s', { between: ['', 'Your message wasn’t delivered. '.repeat(2_000), ''] }],
  [
    'quotes more of the mail than is read',
    { returned: [...RETURNED, ...Array.from({ length: 10_000 }, () => 'x'.repeat(70))] },
  ],
])('a report that %s is read', async (_what, over) => {
  expect(await read(report(over))).toMatchObject({
    id: '<20261125100000.1234@mx.example>',
    messageId: OWN_ID,
    failures: [{ addresses: [ANNA, ANNA] }],
  })
})

test('what stands behind the first 128 KiB is not read', async () => {
  expect(await read(report({ between: ['x'.repeat(REPORT_LIMIT_BYTES)] }))).toBeNull()
})

test('a report that the parser never finishes is none', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.mocked(simpleParser).mockReturnValueOnce(new Promise(() => {}))
  const reading = read(report())
  await vi.runAllTimersAsync()
  expect(await reading).toBeNull()
  expect(await read(report())).not.toBeNull()
})

test('lines that end as Unix has them are read like any others', async () => {
  expect(await read(report().replaceAll('\r\n', '\n'))).toEqual(await read(report()))
})

test('only the mail’s own head counts: a Message-ID in its text or among its attachments is somebody’s word', async () => {
  const returned = ['Subject: Refund', '', `Message-ID: ${OWN_ID}`]
  expect(await read(report({ returned }))).toMatchObject({ messageId: null })
})

test.each(['delayed', 'delivered', 'relayed', 'expanded'])('a mail that was %s did not come back', async (action) => {
  const found = await read(
    report({ status: statusOf(['Final-Recipient: rfc822; anna@example.com', `Action: ${action}`]) }),
  )
  expect(found).toMatchObject({ messageId: OWN_ID, failures: [] })
})

test('of several recipients only those that failed failed', async () => {
  const other = ['', 'Final-Recipient: rfc822; ben@example.com', 'Action: delayed', 'Status: 4.4.1']
  expect(await reasonIn([...GONE, ...other])).toContain('no such mailbox')
  expect(await reasonIn([...GONE, ...other], 'ben@example.com')).toBeNull()
})

test('an address is the same in capitals, in brackets, and behind a forwarding', async () => {
  expect(
    await reasonIn(['Final-Recipient: RFC822;<Anna@Example.COM>', 'Action: Failed'], 'ANNA@example.com'),
  ).toBeTruthy()
  const forwarded = [
    'Final-Recipient: rfc822; a.s@far.example',
    'Original-Recipient: rfc822;anna@example.com',
    'Action: failed',
  ]
  expect(await reasonIn(forwarded)).toBeTruthy()
  expect(await reasonIn(['Final-Recipient: rfc822; joanna@example.com', 'Action: failed'])).toBeNull()
})

test.each([
  ['5.1.1', '', 'There is no such mailbox.'],
  ['5.1.10', '', 'The domain of this address takes no mail.'],
  ['5.2.2', '', 'The mailbox is full.'],
  ['4.4.7', '', 'The recipient’s mail server did not take it in time.'],
  ['5.4.300', '', 'The recipient’s mail server could not be reached.'],
  [
    '5.7.1',
    'smtp; 550 5.7.1 Blocked',
    'The recipient’s mail server refused it by its own rules. The mail server said: 550 5.7.1 Blocked',
  ],
  ['5.0.0', 'x-unix; user unknown', 'It could not be delivered. The mail server said: user unknown'],
  ['5.0.0', 'smtp; 552-5.2.2 over quota', 'The mailbox is full. The mail server said: 552-5.2.2 over quota'],
  ['5.0.0', 'smtp; 550 from [5.1.1.9]: no', 'It could not be delivered. The mail server said: 550 from [5.1.1.9]: no'],
  ['', '', 'It could not be delivered.'],
])('status %j with %j reads in plain words', async (status, diagnostic, words) => {
  const fields = ['Final-Recipient: rfc822; anna@example.com', 'Action: failed']
  if (status) fields.push(`Status: ${status}`)
  if (diagnostic) fields.push(`Diagnostic-Code: ${diagnostic}`)
  expect(await reasonIn(fields)).toBe(words)
})

test('a reason is short, of one line, and nothing in it can turn a page around or break the database', async () => {
  const said = `550 \u202egnitirw\u0000 ${'😀'.repeat(400)}`
  const reason = await reasonIn([
    'Final-Recipient: rfc822; anna@example.com',
    'Action: failed',
    `Diagnostic-Code: smtp; ${said}`,
  ])
  expect(reason).toMatch(/^It could not be delivered\. The mail server said: 550 gnitirw (😀)+$/u)
  expect([...(reason ?? '')]).toHaveLength(300)
  expect(reason?.isWellFormed()).toBe(true)
})

test.each([
  ['nothing', ''],
  ['a mail of a person', 'From: anna@example.com\r\nSubject: Thank you\r\n\r\nGot it.'],
  ['an out-of-office reply', 'From: anna@example.com\r\nAuto-Submitted: auto-replied\r\n\r\nBack on Monday.'],
  [
    'a read receipt',
    report({
      type: 'multipart/report; report-type=disposition-notification; boundary="B/1"',
      statusType: 'message/disposition-notification',
    }),
  ],
  ['a report in a mixed mail', report({ type: 'multipart/mixed; boundary="B/1"' })],
  ['a report without recipients', report({ status: ['Reporting-MTA: dns; mx.example'] })],
  ['a recipient of whom nothing is said', report({ status: statusOf(['Final-Recipient: rfc822; anna@example.com']) })],
  [
    'an action that nobody knows',
    report({ status: statusOf(['Final-Recipient: rfc822; anna@example.com', 'Action: constructor']) }),
  ],
  ['JSON', '{"messageId":"x"}'],
])('%s is no report', async (_what, raw) => {
  expect(await read(raw)).toBeNull()
})

test('whatever is sent is read or refused: it never throws, hangs or is misread', async () => {
  const whole = Buffer.from(report())
  const mutated = fc
    .record({ from: fc.nat(whole.length), length: fc.nat(200), by: fc.uint8Array({ maxLength: 200 }) })
    .map(({ from, length, by }) => Buffer.concat([whole.subarray(0, from), by, whole.subarray(from + length)]))
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ maxLength: 2000 }).map(Buffer.from)), async (raw) => {
      const found = await readBounceReport(raw)
      expect(found?.messageId ?? '<>').toMatch(/^<[!-~]*>$/)
    }),
    { numRuns: 300 },
  )
})

const refusedFor = (limit: string) => ({ type: 'rejected', value: { message: expect.stringContaining(limit) } })
const NOTHING_LEFT = { type: 'fulfilled', value: { headers: new Map() } }

test.each([
  [
    'a dozen heads of addresses',
    `Content-Type: multipart/report; boundary=a\r\nTo: ${'a:b;,'.repeat(6_200)}\r\n\r\n${`--a\r\nTo: ${'a:b;,'.repeat(6_200)}\r\n\r\n\r\n`.repeat(11)}`,
    refusedFor('Max header size'),
  ],
  ['addresses in a head of a megabyte', `To: ${'a@b,'.repeat(250_000)}\r\n\r\nx`, NOTHING_LEFT],
  [
    'parts without end',
    `Content-Type: multipart/report; boundary=a\r\n\r\n${'--a\r\n\r\n\r\n'.repeat(100_000)}`,
    refusedFor('Max allowed child nodes'),
  ],
  [
    'parts in parts',
    Array.from({ length: 15_000 }, (_, i) => `Content-Type: multipart/x; boundary=b${i}\r\n\r\n--b${i}\r\n`).join(''),
    refusedFor('Max allowed child nodes'),
  ],
])('%s are given up by the parser before it has read much', async (_what, raw, ending) => {
  expect(await read(raw)).toBeNull()
  const { lastCall, settledResults } = vi.mocked(simpleParser).mock
  const [handed, limits] = lastCall ?? []
  expect(Buffer.isBuffer(handed) ? handed.length : Infinity).toBeLessThanOrEqual(REPORT_LIMIT_BYTES)
  // Unbounded, each of the first takes up to seconds, in which nobody else is served.
  expect((limits?.maxHeadSize ?? Infinity) * (limits?.maxChildNodes ?? Infinity)).toBeLessThanOrEqual(20 * 1024)
  expect(settledResults.at(-1)).toMatchObject(ending)
})
