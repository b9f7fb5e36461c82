import { randomBytes } from 'node:crypto'
import { type NextRequest, NextResponse } from 'next/server'
import { PATH_HEADER } from '@/lib/auth/request-path'
import { fromOwnPages } from '@/lib/auth/same-origin'
import { CLIENT_PAGE_REFERRER_POLICY, contentSecurityPolicy, stripePageOrigins } from '@/lib/auth/security-headers'
import { env } from '@/lib/env'

const BODY_LIMIT_BYTES = 1024 * 1024

/**
 * Stands before every page: a fresh nonce, the headers of pages, and a refusal of what no page of ours would send. Who may
 * see what is not decided here but where it is read.
 */
export function proxy(request: NextRequest): NextResponse {
  const refusal = refuse(request)
  if (refusal) return refusal

  const { pathname, search } = request.nextUrl
  const policy = contentSecurityPolicy({
    nonce: randomBytes(16).toString('base64'),
    development: process.env.NODE_ENV === 'development',
    https: new URL(env().APP_URL).protocol === 'https:',
    formTargets: stripePageOrigins(env().STRIPE_API_BASE),
  })

  const forwarded = new Headers(request.headers)
  // Next finds the nonce for its own scripts in the policy of the request.
  forwarded.set('content-security-policy', policy)
  forwarded.set(PATH_HEADER, pathname + search)
  const response = NextResponse.next({ request: { headers: forwarded } })
  response.headers.set('content-security-policy', policy)
  if (pathname.startsWith('/c/')) {
    response.headers.set('referrer-policy', CLIENT_PAGE_REFERRER_POLICY)
    response.headers.set('x-robots-tag', 'noindex, nofollow')
  }
  return response
}

/** Pages only take forms and actions, which browsers send with an Origin and a length. */
function refuse(request: NextRequest): NextResponse | null {
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS') return null
  if (!fromOwnPages(request.headers)) return plain(403, 'The request does not come from this site.')
  const length = request.headers.get('content-length')
  if (length === null) return plain(411, 'The request does not say how long it is.')
  if (Number(length) > BODY_LIMIT_BYTES) return plain(413, 'The request is larger than 1 MiB.')
  return null
}

function plain(status: number, message: string): NextResponse {
  return new NextResponse(message, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  })
}

// The API reads its bodies itself, as a stream: what passes here is copied first.
export const config = { matcher: ['/((?!api$|api/|_next/).*)'] }
