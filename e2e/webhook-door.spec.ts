import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { type APIRequestContext, expect, test } from '@playwright/test'
import Stripe from 'stripe'
import { z } from 'zod'
import { rows } from './rows'
import { worldOfThisRun } from './world/world-of-this-run'

const { appUrl, webhookSecret } = worldOfThisRun()

function refundEvent(over: Record<string, unknown> = {}): { id: string; body: string } {
  const id = `evt_${randomUUID().replaceAll('-', '')}`
  const object = { id: 're_nobodys', object: 'refund', status: 'succeeded', amount: 100, currency: 'eur' }
  const created = Math.floor(Date.now() / 1000)
  return {
    id,
    body: JSON.stringify({ id, object: 'event', type: 'refund.updated', created, data: { object }, ...over }),
  }
}

function sign(payload: string, { secret = webhookSecret, secondsAgo = 0 } = {}): string {
  const timestamp = Math.floor(Date.now() / 1000) - secondsAgo
  return Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp })
}

function deliver(request: APIRequestContext, body: string, signature?: string) {
  const headers = { 'content-type': 'application/json', ...(signature && { 'stripe-signature': signature }) }
  return request.post('/api/stripe', { data: Buffer.from(body), headers })
}

async function rowsOf(eventId: string): Promise<number> {
  return (await rows('SELECT 1 FROM stripe_events WHERE id = $1', [eventId])).length
}

async function outcomeOf(eventId: string): Promise<string | null> {
  const [event] = await rows('SELECT outcome FROM stripe_events WHERE id = $1', [eventId])
  return z.object({ outcome: z.string().nullable() }).parse(event).outcome
}

const forgeries: Record<string, (body: string) => { body: string; signature?: string }> = {
  'no signature': (body) => ({ body }),
  'a forged signature': (body) => ({ body, signature: sign(body, { secret: 'whsec_guessed' }) }),
  'a v0 signature alone': (body) => ({ body, signature: sign(body).replace('v1=', 'v0=') }),
  'a signature of six minutes ago': (body) => ({ body, signature: sign(body, { secondsAgo: 360 }) }),
  'a signature of an hour ahead': (body) => ({ body, signature: sign(body, { secondsAgo: -3600 }) }),
  'one byte altered': (body) => ({ body: body.replace('"amount":100', '"amount":900'), signature: sign(body) }),
}
for (const [what, forge] of Object.entries(forgeries)) {
  test(`${what} is answered 400 and leaves no row`, async ({ request }) => {
    const { id, body } = refundEvent()
    const forged = forge(body)
    expect((await deliver(request, forged.body, forged.signature)).status()).toBe(400)
    expect(await rowsOf(id)).toBe(0)
  })
}

test('of two signatures one that is ours is enough, as while a secret rolls', async ({ request }) => {
  const { id, body } = refundEvent()
  const both = `${sign(body, { secret: 'whsec_rolled_away' })},${sign(body).split(',')[1]}`
  expect((await deliver(request, body, both)).status()).toBe(200)
  expect(await rowsOf(id)).toBe(1)
})

test('the same event twenty times at once is answered 200 each time and kept once', async ({ request }) => {
  const { id, body } = refundEvent()
  const signature = sign(body)
  const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(request, body, signature)))
  expect(answers.map((answer) => answer.status())).toEqual(Array.from({ length: 20 }, () => 200))
  expect(await rowsOf(id)).toBe(1)
})

test('malformed JSON, rightly signed, is answered 400', async ({ request }) => {
  expect((await deliver(request, '{"id":', sign('{"id":'))).status()).toBe(400)
})

test('a kind of event that nobody knows is kept and answered 200', async ({ request }) => {
  const { id, body } = refundEvent({ type: 'climate.order.delayed' })
  expect((await deliver(request, body, sign(body))).status()).toBe(200)
  expect(await rowsOf(id)).toBe(1)
})

test('an event of another account that names our refund changes nothing', async ({ request }) => {
  const ours = z
    .object({ id: z.uuid(), refund_status: z.string(), stripe_refund_id: z.string(), amount_gross: z.coerce.number() })
    .parse(
      (
        await rows(`
          SELECT n.id, n.refund_status, n.stripe_refund_id, n.amount_gross FROM credit_notes n
          JOIN freelancers f ON f.id = n.freelancer_id JOIN users u ON u.id = f.user_id
          WHERE u.email = 'freelancer@example.com' AND n.refund_status = 'succeeded' AND n.stripe_refund_id IS NOT NULL
          ORDER BY n.issued_at LIMIT 1`)
      )[0],
    )
  const theirs = z.object({ stripe_account_id: z.string() }).parse(
    (
      await rows(`
        SELECT a.stripe_account_id FROM connected_accounts a
        JOIN freelancers f ON f.id = a.freelancer_id JOIN users u ON u.id = f.user_id
        WHERE u.email = 'other@example.com'`)
    )[0],
  )
  const { id, body } = refundEvent({
    type: 'refund.failed',
    account: theirs.stripe_account_id,
    data: {
      object: {
        id: ours.stripe_refund_id,
        object: 'refund',
        status: 'failed',
        failure_reason: 'declined',
        amount: ours.amount_gross,
        currency: 'eur',
        created: Math.floor(Date.now() / 1000),
        metadata: { credit_note_id: ours.id },
      },
    },
  })
  expect((await deliver(request, body, sign(body))).status()).toBe(200)
  // The worker has looked at it and says what came of it.
  await expect.poll(() => outcomeOf(id)).not.toBeNull()
  expect(await rows('SELECT refund_status FROM credit_notes WHERE id = $1', [ours.id])).toEqual([
    { refund_status: ours.refund_status },
  ])
})

/** Speaks HTTP by hand; returns the status line once the server has closed the connection. */
function byHand(head: string, pieces: Iterable<string>): Promise<{ status: string; sentBytes: number }> {
  const { hostname, port } = new URL(appUrl)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname)
    let answer = ''
    const source = pieces[Symbol.iterator]()
    const send = () => {
      while (!socket.destroyed && socket.writable) {
        const piece = source.next()
        if (piece.done || !socket.write(piece.value)) return
      }
    }
    socket.on('connect', () => {
      socket.write(`${head}\r\nHost: ${hostname}:${port}\r\n`)
      send()
    })
    socket.on('drain', send)
    socket.on('data', (data) => {
      answer += data.toString('latin1')
    })
    // Being cut off in the middle of sending is what this is about.
    socket.on('error', () => {})
    socket.on('close', () => resolve({ status: answer.split('\r\n')[0] ?? '', sentBytes: socket.bytesWritten }))
  })
}

function* endlessChunks(): Generator<string> {
  yield 'Transfer-Encoding: chunked\r\n\r\n'
  const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
  // 100 MiB, should nobody stop it.
  for (let sent = 0; sent < 1600; sent++) yield chunk
}

test('a body that says it has 5 MiB is cut off at once', async () => {
  const { status } = await byHand('POST /api/stripe HTTP/1.1', ['Content-Length: 5242880\r\n\r\n'])
  expect(status).toContain(' 413 ')
})

test('a body that goes on for ever is cut off near the limit', async () => {
  const { status, sentBytes } = await byHand('POST /api/stripe HTTP/1.1', endlessChunks())
  // Whether the answer is read before the connection breaks is chance; that it breaks early is not.
  expect(status === '' || status.includes(' 413 ')).toBe(true)
  expect(sentBytes).toBeLessThan(20 * 1024 * 1024)
})

test('a body that dribbles is given up after ten seconds, and others are served meanwhile', async ({ request }) => {
  const dribble = byHand('POST /api/stripe HTTP/1.1', ['Content-Length: 1000\r\n\r\n', '{"id":'])
  const { body } = refundEvent()
  expect((await deliver(request, body, sign(body))).status()).toBe(200)
  expect((await dribble).status).toContain(' 408 ')
})
