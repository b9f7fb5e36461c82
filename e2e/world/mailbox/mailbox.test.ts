import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createTransport } from 'nodemailer'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { readBounceReport, reasonFor } from '@/lib/email/bounce-report'
import { type Mailbox, startMailbox } from './mailbox'

const messageList = z.object({
  messages: z.array(
    z.object({
      id: z.string(),
      to: z.array(z.string()),
      subject: z.string(),
      text: z.string(),
      html: z.string().nullable(),
      messageId: z.string().nullable(),
      attachments: z.array(z.object({ filename: z.string().nullable(), contentType: z.string(), url: z.string() })),
    }),
  ),
})

let dataDir: string
let mailbox: Mailbox

beforeEach(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'requite-mailbox-'))
  mailbox = await startMailbox({ dataDir })
})

afterEach(async () => {
  await mailbox.close()
  rmSync(dataDir, { recursive: true })
})

function send(to = 'client@example.com') {
  const { hostname, port } = new URL(mailbox.smtpUrl)
  const transport = createTransport({ host: hostname, port: Number(port), socketTimeout: 2000 })
  return transport.sendMail({
    from: 'Requite <refunds@example.com>',
    to: `Ana Clientă <${to}>`,
    subject: 'Your refund of 1.250,00 €',
    text: 'It is on its way.',
    html: '<p>It is on its <b>way</b>.</p><script>document.title = "taken over"</script>',
    messageId: '<crn-1@requite>',
    attachments: [{ filename: 'CRN-2026-0001.pdf', content: Buffer.from('%PDF-1.7'), contentType: 'application/pdf' }],
  })
}

const page = (url: string) => fetch(new URL(url, mailbox.url))

async function kept(query = '') {
  return messageList.parse(await (await page(`/api/messages${query}`)).json()).messages
}

function fault(body: object) {
  return fetch(`${mailbox.url}/api/faults`, { method: 'POST', body: JSON.stringify(body) })
}

test('a mail sent is kept whole: addresses, both texts, Message-ID, attachment', async () => {
  await send()
  const [mail] = await kept()
  expect(mail).toMatchObject({
    to: ['client@example.com'],
    subject: 'Your refund of 1.250,00 €',
    text: 'It is on its way.',
    messageId: '<crn-1@requite>',
    attachments: [{ filename: 'CRN-2026-0001.pdf', contentType: 'application/pdf' }],
  })
  const pdf = await page(mail?.attachments[0]?.url ?? '')
  expect(await pdf.text()).toBe('%PDF-1.7')
  expect(pdf.headers.get('content-disposition')).toContain('attachment')
})

test('mails can be asked for by address and thrown away', async () => {
  await send('one@example.com')
  await send('two@example.com')
  expect((await kept('?to=TWO@example.com')).map(({ to }) => to)).toEqual([['two@example.com']])
  await fetch(`${mailbox.url}/api/messages`, { method: 'DELETE' })
  expect(await kept()).toEqual([])
})

test('the pages show the mail in three ways, and a mail can run nothing', async () => {
  await send()
  const [mail] = await kept()
  expect(await (await page('/')).text()).toContain('Your refund of 1.250,00 €')
  expect(await (await page(`/messages/${mail?.id}`)).text()).toContain('sandbox="allow-popups')
  expect(await (await page(`/messages/${mail?.id}?view=text`)).text()).toContain('It is on its way.')
  expect(await (await page(`/messages/${mail?.id}?view=raw`)).text()).toContain('Message-ID: &lt;crn-1@requite&gt;')
  const body = await page(`/messages/${mail?.id}/html`)
  expect(await body.text()).toContain('<b>way</b>')
  expect(body.headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox(?!.*allow-scripts)/)
})

test('mails outlive the mailbox', async () => {
  await send()
  await mailbox.close()
  mailbox = await startMailbox({ dataDir })
  expect((await kept()).map(({ messageId }) => messageId)).toEqual(['<crn-1@requite>'])
})

/** The app's door for returned mails, and what has come through it. */
async function openDoor(status: number) {
  const taken: Buffer[] = []
  const door = createServer(async (request, response) => {
    taken.push(await buffer(request))
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  await once(door, 'listening')
  const url = `http://127.0.0.1:${z.object({ port: z.int() }).parse(door.address()).port}/api/email-bounces`
  return { taken, url, [Symbol.asyncDispose]: () => new Promise<void>((closed) => door.close(() => closed())) }
}

async function returnMail(id: string | undefined) {
  return fetch(`${mailbox.url}/messages/${id}/return`, { method: 'POST', redirect: 'manual' })
}

test('a mail is returned by a report that Requite reads, and says so from then on', async () => {
  await using door = await openDoor(200)
  await mailbox.close()
  mailbox = await startMailbox({ dataDir, bounceUrl: door.url })
  await send('gone@example.com')
  const [mail] = await kept()
  expect(await (await page(`/messages/${mail?.id}`)).text()).toContain('Return as undeliverable</button>')
  expect((await returnMail(mail?.id)).status).toBe(303)

  const report = await readBounceReport(door.taken[0] ?? Buffer.alloc(0))
  expect(report).toMatchObject({ id: expect.stringMatching(/@/), messageId: '<crn-1@requite>' })
  expect(report && reasonFor(report, 'gone@example.com')).toMatch(/^There is no such mailbox\./)

  await mailbox.close()
  mailbox = await startMailbox({ dataDir, bounceUrl: door.url })
  const shown = await (await page(`/messages/${mail?.id}`)).text()
  expect(shown).toContain('as undeliverable</dd>')
  expect(shown).not.toContain('</button>')
})

test('a mail that the app would not take back is not called returned', async () => {
  await using door = await openDoor(503)
  await mailbox.close()
  mailbox = await startMailbox({ dataDir, bounceUrl: door.url })
  await send()
  const [mail] = await kept()
  const refused = await returnMail(mail?.id)
  expect(refused.status).toBe(502)
  expect(await refused.text()).toContain('the app answered 503')
  expect(await (await page(`/messages/${mail?.id}`)).text()).toContain('Return as undeliverable</button>')
})

test('where no app takes mails back, none can be returned', async () => {
  await send()
  const [mail] = await kept()
  expect(await (await page(`/messages/${mail?.id}`)).text()).not.toContain('</button>')
  expect((await returnMail(mail?.id)).status).toBe(404)
})

test.each([
  ['refuse-4xx', 451],
  ['refuse-5xx', 550],
] as const)('%s answers %i as often as asked, keeps nothing, then all is well', async (mode, responseCode) => {
  await fault({ mode, times: 2 })
  await expect(send()).rejects.toMatchObject({ responseCode })
  await expect(send()).rejects.toMatchObject({ responseCode })
  expect(await kept()).toEqual([])
  await send()
  expect(await kept()).toHaveLength(1)
})

test('hang says nothing until the sender gives up, and keeps nothing', async () => {
  await fault({ mode: 'hang' })
  await expect(send()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  expect(await kept()).toEqual([])
})

test('drop-after-accept keeps the mail although the sender never learns it', async () => {
  await fault({ mode: 'drop-after-accept' })
  await expect(send()).rejects.toThrow()
  expect(await kept()).toHaveLength(1)
})

test('a fault for one address leaves mails to others alone', async () => {
  await fault({ mode: 'refuse-5xx', to: 'Paula@client.example' })
  await expect(send('somebody@client.example')).resolves.toBeDefined()
  await expect(send('paula@client.example')).rejects.toMatchObject({ responseCode: 550 })
})

test('an unknown fault is refused', async () => {
  expect((await fault({ mode: 'explode' })).status).toBe(400)
})
