import { expect, test } from 'vitest'
import { isSameOrigin } from './same-origin-rules'

const own = { appUrl: 'https://desk.example.com', host: 'desk.example.com' }

test.each([
  ['missing', null],
  ['empty', ''],
  ['null, as from a sandboxed frame', 'null'],
  ['foreign', 'https://evil.example'],
  ['a name that begins like ours', 'https://desk.example.com.evil.example'],
  ['a name that ends like ours', 'https://evil-desk.example.com'],
  ['another port', 'https://desk.example.com:8443'],
  ['no origin at all', 'desk.example.com'],
  ['a file', 'file:///etc/passwd'],
])('an Origin that is %s is refused', (_what, origin) => {
  expect(isSameOrigin(origin, own)).toBe(false)
})

test('the configured origin is ours', () => {
  expect(isSameOrigin('https://desk.example.com', { ...own, host: 'internal:3000' })).toBe(true)
})

test('the host that was asked is ours, as when one tries the app under 127.0.0.1', () => {
  const local = { appUrl: 'http://localhost:3000', host: '127.0.0.1:3000' }
  expect(isSameOrigin('http://127.0.0.1:3000', local)).toBe(true)
  expect(isSameOrigin('http://127.0.0.1:3001', local)).toBe(false)
})

test('a request without a Host is measured against the configured origin alone', () => {
  expect(isSameOrigin('https://evil.example', { ...own, host: null })).toBe(false)
})
