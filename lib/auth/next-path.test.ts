import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextPath } from './next-path'

test('a path on this site is kept with its query', () => {
  expect(nextPath('/credit-notes?status=failed')).toBe('/credit-notes?status=failed')
})

test.each([
  ['nothing', undefined],
  ['another site', 'https://evil.example/'],
  ['another site without a scheme', '//evil.example/'],
  ['another site behind a backslash', '/\\evil.example/'],
  ['another site behind a tab', '/\t/evil.example/'],
  ['a script', 'javascript:alert(1)'],
  ['a path that climbs into another site', '/x/..//evil.example'],
])('%s leads to the desk', (_what, asked) => {
  expect(nextPath(asked)).toBe('/')
})

test('whatever is asked for, the answer stays on this site', () => {
  fc.assert(
    fc.property(
      fc.string().map((rest) => `/${rest}`),
      (asked) => {
        const landing = new URL(nextPath(asked), 'https://desk.example.com')
        expect(landing.origin).toBe('https://desk.example.com')
      },
    ),
  )
})
