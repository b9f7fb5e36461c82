import { createHash, randomBytes } from 'node:crypto'

/** A fresh secret for a client's link: 192 random bits, safe in a URL. Only its hash is stored. */
export function newLinkToken(): string {
  return randomBytes(24).toString('base64url')
}

/** What is stored of a link's secret, and by which it is found again. */
export function linkHash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
