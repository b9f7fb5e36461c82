import { headers } from 'next/headers'
import { clientAddress } from './client-address'
import { countAct, mayAct } from './rate-limit'
import type { RateLimitAnswer } from './rate-limit-rules'

/** Whether this caller may try a client's link; refused after too many links that don't exist. */
export async function mayTryClientLink(): Promise<RateLimitAnswer> {
  return mayAct('client_link_unknown_per_address', clientAddress(await headers()))
}

/** Counts a link that doesn't exist. */
export async function countUnknownClientLink(): Promise<void> {
  await countAct('client_link_unknown_per_address', clientAddress(await headers()))
}
