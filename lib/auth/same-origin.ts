import { headers } from 'next/headers'
import { env } from '@/lib/env'
import { isSameOrigin } from './same-origin-rules'

/** Whether these headers come from one of our own pages (same-origin-rules.ts). */
export function fromOwnPages(requestHeaders: Headers): boolean {
  return isSameOrigin(requestHeaders.get('origin'), { appUrl: env().APP_URL, host: requestHeaders.get('host') })
}

/**
 * For the first line of every server action. Throws when the request doesn't come from one of our own pages; the proxy
 * has answered such a request with 403 before, so that nobody meets this error by accident.
 */
export async function requireSameOrigin(): Promise<void> {
  if (!fromOwnPages(await headers())) throw new Error('Refused: the request does not come from this site.')
}
