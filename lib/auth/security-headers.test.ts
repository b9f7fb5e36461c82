import { expect, test } from 'vitest'
import { contentSecurityPolicy, EVERYWHERE_HEADERS, stripePageOrigins } from './security-headers'

const page = { nonce: 'bm9uY2U=', development: false, https: true, formTargets: [] }

test('in production nothing unsafe is allowed', () => {
  expect(contentSecurityPolicy(page)).not.toContain('unsafe')
  expect(JSON.stringify(EVERYWHERE_HEADERS)).not.toContain('unsafe')
})

test('scripts and styles run by the nonce of the answer', () => {
  expect(contentSecurityPolicy(page)).toContain("script-src 'self' 'nonce-bm9uY2U=' 'strict-dynamic';")
  expect(contentSecurityPolicy(page)).toContain("style-src 'self' 'nonce-bm9uY2U=';")
})

test('nobody frames us, with or without a page', () => {
  expect(contentSecurityPolicy(page)).toContain("frame-ancestors 'none'")
  expect(EVERYWHERE_HEADERS.find(({ key }) => key === 'content-security-policy')?.value).toContain(
    "frame-ancestors 'none'",
  )
})

test('only https sites are asked to load everything by https', () => {
  expect(contentSecurityPolicy(page)).toContain('upgrade-insecure-requests')
  expect(contentSecurityPolicy({ ...page, https: false })).not.toContain('upgrade-insecure-requests')
})

test('forms may lead to Stripe’s pages, or to those of what stands in for it', () => {
  expect(stripePageOrigins('https://api.stripe.com')).toEqual([
    'https://checkout.stripe.com',
    'https://connect.stripe.com',
  ])
  const formTargets = stripePageOrigins('http://127.0.0.1:4242/some/path')
  expect(contentSecurityPolicy({ ...page, formTargets })).toContain("form-action 'self' http://127.0.0.1:4242;")
})
