/** Says at a glance whose key it is, and lets secret scanners find one that leaked. */
export const API_KEY_PREFIX = 'requite_'
/** How much of a key is kept readable, so that its owner can tell keys apart. */
export const API_KEY_SHOWN_LENGTH = API_KEY_PREFIX.length + 4

/** Takes the key out of an `Authorization: Bearer …` header; null when there is none that could be ours. */
export function apiKeyOfHeader(authorization: string | null): string | null {
  const match = /^bearer +(requite_[A-Za-z0-9_-]{43}) *$/i.exec(authorization ?? '')
  const key = match?.[1]
  return key?.startsWith(API_KEY_PREFIX) ? key : null
}
