import { type Refusal, refusals } from './refusals'

/** The secret key of a call, from `Bearer …` or as Basic's user name; the refusal when there is none or an unknown one. */
export function authorisedKey(header: string | undefined, apiKeys: readonly string[]): string | Refusal {
  const key = keyIn(header)
  if (!key) return refusals.noKey()
  return apiKeys.includes(key) ? key : refusals.invalidKey(key)
}

function keyIn(header: string | undefined): string | undefined {
  const [scheme, value] = header?.split(' ') ?? []
  if (!scheme || !value) return undefined
  if (scheme.toLowerCase() === 'bearer') return value
  if (scheme.toLowerCase() !== 'basic') return undefined
  return Buffer.from(value, 'base64').toString('utf8').split(':')[0]
}
