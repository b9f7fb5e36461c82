import { isIPv4, isIPv6 } from 'node:net'

/**
 * The address a request came from, as far as it can be known, for counting only: never for letting anybody in. Next fills
 * `x-forwarded-for` with the socket's address when nothing stands in front; a reverse proxy appends what it saw, so that
 * the last entry is the one the caller could not write. IPv6 is cut to its /64, which is what one customer is given.
 */
export function clientAddress(headers: Headers): string {
  const forwarded = headers.get('x-forwarded-for') ?? ''
  const last = forwarded.split(',').at(-1)?.trim() ?? ''
  const address = last.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  if (isIPv4(address)) return address
  if (isIPv6(address)) return ipv6Network(address)
  return 'unknown'
}

function ipv6Network(address: string): string {
  const [head = '', tail] = address.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros: string[] = tail === undefined ? [] : Array.from({ length: 8 - before.length - after.length }, () => '0')
  const groups = [...before, ...zeros, ...after].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}
