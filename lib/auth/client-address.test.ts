import { expect, test } from 'vitest'
import { clientAddress } from './client-address'

function addressOf(forwarded: string | null): string {
  return clientAddress(new Headers(forwarded === null ? {} : { 'x-forwarded-for': forwarded }))
}

test('an address that the caller wrote in front of the true one is not believed', () => {
  expect(addressOf('10.0.0.1, 203.0.113.9')).toBe('203.0.113.9')
})

test('addresses of one IPv6 network count as one', () => {
  expect(addressOf('2001:db8:1:2:aaaa::1')).toBe(addressOf('2001:0db8:0001:0002::bbbb'))
  expect(addressOf('2001:db8:1:2::1')).not.toBe(addressOf('2001:db8:1:3::1'))
  expect(addressOf('::1')).toBe('0:0:0:0::/64')
})

test('an IPv4 address is the same in either dress', () => {
  expect(addressOf('::ffff:203.0.113.9')).toBe('203.0.113.9')
})

test.each([null, '', 'unknown', 'evil<script>', '999.1.1.1'])('%j is nobody in particular', (forwarded) => {
  expect(addressOf(forwarded)).toBe('unknown')
})
