import { randomBytes } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** `length` random letters and digits, enough for ids and secrets of a test double. */
export function randomLetters(length: number): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join('')
}

/** An id of Stripe's shape: prefix, version digit, random tail ("re_3…"). Objects of card payments carry a 3, all others a 1. */
export function stripeId(
  prefix: 'pi' | 'ch' | 're' | 'txn' | 'acct' | 'evt' | 'we' | 'pm' | 'du' | 'prod' | 'price' | 'cus',
): string {
  const generation = prefix === 'pi' || prefix === 'ch' || prefix === 're' || prefix === 'txn' ? '3' : '1'
  return `${prefix}_${generation}${randomLetters(prefix === 'acct' ? 15 : 23)}`
}
