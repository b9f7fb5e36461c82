import { channel } from 'node:diagnostics_channel'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

let turnToAnswer: () => Promise<void>

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] })
  // A process of its own for each: nobody has been at its desk.
  vi.resetModules()
  turnToAnswer = (await import('./answer-in-turn')).turnToAnswer
})
afterEach(() => {
  vi.useRealTimers()
})

/** A request reaches the process's HTTP server. */
function asked(url: string): void {
  const request = new IncomingMessage(new Socket())
  request.url = url
  channel('http.server.request.start').publish({ request })
}

/** So many webhooks are dealt with at once; returns how many of them have been answered by now. */
function answersOf(webhooks: number): () => number {
  let answered = 0
  for (let at = 0; at < webhooks; at++) void turnToAnswer().then(() => (answered += 1))
  return () => answered
}

test('while nobody is at the desk every webhook is answered at once', async () => {
  const answered = answersOf(1000)
  await vi.advanceTimersByTimeAsync(0)
  expect(answered()).toBe(1000)
})

test.each(['/api/stripe', '/api/health', '/api/health?from=probe'])('%s is nobody at the desk', async (url) => {
  asked(url)
  const answered = answersOf(100)
  await vi.advanceTimersByTimeAsync(0)
  expect(answered()).toBe(100)
})

test.each(['/', '/credit-notes', '/api/credit-notes', '/api/healthy', '/_next/static/chunk.js'])(
  'while somebody asks for %s one webhook is answered at once, and the others twenty a second',
  async (url) => {
    asked(url)
    const answered = answersOf(40)
    await vi.advanceTimersByTimeAsync(0)
    expect(answered()).toBe(1)
    await vi.advanceTimersByTimeAsync(1000)
    expect(answered()).toBe(21)
    await vi.advanceTimersByTimeAsync(1000)
    expect(answered()).toBe(40)
  },
)

test('callers that never pause are held to twenty a second for as long as somebody is at the desk', async () => {
  let answered = 0
  let calling = true
  const caller = async () => {
    while (calling) {
      await turnToAnswer()
      answered += 1
    }
  }
  asked('/')
  for (let at = 0; at < 12; at++) void caller()
  for (let second = 0; second < 10; second++) {
    await vi.advanceTimersByTimeAsync(1000)
    asked('/')
  }
  calling = false
  expect(answered).toBe(201)
})

test('no answer is held back longer than three seconds, however many wait', async () => {
  asked('/')
  const answered = answersOf(500)
  await vi.advanceTimersByTimeAsync(2999)
  expect(answered()).toBeLessThanOrEqual(60)
  await vi.advanceTimersByTimeAsync(1)
  expect(answered()).toBe(500)
})

test('three seconds after the last request from the desk webhooks are answered at once again', async () => {
  asked('/')
  await vi.advanceTimersByTimeAsync(3001)
  const answered = answersOf(1000)
  await vi.advanceTimersByTimeAsync(0)
  expect(answered()).toBe(1000)
})
