import { afterEach, expect, test, vi } from 'vitest'
import { BODY_DEADLINE_MS, BODY_LIMIT_BYTES, readBody, readBytes, readJson } from './read-body'

afterEach(() => {
  vi.useRealTimers()
})

function request(body: ReadableStream<Uint8Array> | string, headers: Record<string, string> = {}): Request {
  // Streams need `duplex`, which the DOM's types don't know.
  const init = { method: 'POST', body, headers, duplex: 'half' }
  return new Request('http://localhost/', init)
}

test('what was sent is what is read, to the byte', async () => {
  const body = '{"name":"Žofie \\u0000 😀"}\n'
  expect(await readBody(request(body))).toEqual({ ok: true, body })
})

test('a body that is no text is read as it came', async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte)
  const sent = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes)
      controller.close()
    },
  })
  expect(await readBytes(request(sent))).toEqual({ ok: true, bytes: Buffer.from(bytes) })
})

test('a body of exactly the limit passes, one byte more does not', async () => {
  expect(await readBody(request('x'.repeat(BODY_LIMIT_BYTES)))).toMatchObject({ ok: true })
  expect(await readBody(request('x'.repeat(BODY_LIMIT_BYTES + 1)))).toEqual({ ok: false, reason: 'too_large' })
})

test('an endless body is given up at the limit', async () => {
  let sent = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 65_536
      controller.enqueue(new Uint8Array(65_536))
    },
  })
  expect(await readBody(request(endless))).toEqual({ ok: false, reason: 'too_large' })
  expect(sent).toBeLessThan(BODY_LIMIT_BYTES + 4 * 65_536)
})

test('of a body no more is kept than is wanted, and the rest is taken all the same', async () => {
  expect(await readBytes(request('abcdef'), { keep: 4 })).toEqual({ ok: true, bytes: Buffer.from('abcd') })
  let left = 5
  const slices = new ReadableStream<Uint8Array>({
    pull: (controller) => (left-- > 0 ? controller.enqueue(Buffer.from('abc')) : controller.close()),
  })
  expect(await readBytes(request(slices), { keep: 7 })).toEqual({ ok: true, bytes: Buffer.from('abcabca') })
  expect(left).toBe(-1)
  const tooLarge = request('x'.repeat(BODY_LIMIT_BYTES + 1))
  expect(await readBytes(tooLarge, { keep: 7 })).toEqual({ ok: false, reason: 'too_large' })
})

test('a declared length over the limit is refused before anything is read', async () => {
  const unread = new ReadableStream<Uint8Array>(
    { pull: () => Promise.reject(new Error('was read')) },
    { highWaterMark: 0 },
  )
  const declared = request(unread, { 'content-length': String(BODY_LIMIT_BYTES + 1) })
  expect(await readBody(declared)).toEqual({ ok: false, reason: 'too_large' })
})

test('a body that never ends is given up at the deadline', async () => {
  vi.useFakeTimers()
  const silent = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(3)) })
  const reading = readBody(request(silent))
  await vi.advanceTimersByTimeAsync(BODY_DEADLINE_MS)
  expect(await reading).toEqual({ ok: false, reason: 'too_slow' })
})

test('a body that breaks off is told from one that ends', async () => {
  const broken = new ReadableStream<Uint8Array>({ pull: () => Promise.reject(new Error('connection reset')) })
  expect(await readBody(request(broken))).toEqual({ ok: false, reason: 'broken_off' })
})

test.each([
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['application/merge-patch+json', true],
  ['text/plain', false],
  ['application/x-www-form-urlencoded', false],
  ['application/jsonish', false],
])('a body sent as %s counts as JSON: %s', async (type, ok) => {
  expect(await readJson(request('{}', { 'content-type': type }))).toMatchObject({ ok })
})

test('an empty body is an object without fields', async () => {
  expect(await readJson(new Request('http://localhost/', { method: 'POST' }))).toEqual({ ok: true, json: {} })
})

test('what is not JSON is malformed', async () => {
  const half = request('{"reason":', { 'content-type': 'application/json' })
  expect(await readJson(half)).toEqual({ ok: false, reason: 'malformed' })
})
