import { randomUUID } from 'node:crypto'
import { databaseOut, describeFailure } from '@/lib/failures'
import { log } from '@/lib/log'

/** Every error this API speaks, with its HTTP status. The codes are part of the API: renaming one breaks its callers. */
const ERROR_STATUS = {
  malformed_json: 400,
  invalid_parameter: 400,
  invalid_signature: 400,
  malformed_event: 400,
  malformed_bounce: 400,
  unauthenticated: 401,
  foreign_origin: 403,
  not_found: 404,
  method_not_allowed: 405,
  body_too_slow: 408,
  refund_not_retryable: 409,
  refund_not_markable: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  invalid_field: 422,
  rate_limited: 429,
  internal_error: 500,
  unavailable: 503,
} as const
export type ErrorCode = keyof typeof ERROR_STATUS

/** An answer that nobody may keep: what it says is one tenant's, and true only now. */
export function answer(body: unknown, status = 200): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store' } })
}

/** The one shape of every refusal: `{"error":{"code","message","details"}}`. */
export function refuse(
  code: ErrorCode,
  message: string,
  { details = {}, headers = {} }: { details?: Record<string, unknown>; headers?: Record<string, string> } = {},
): Response {
  return Response.json(
    { error: { code, message, details } },
    { status: ERROR_STATUS[code], headers: { 'cache-control': 'no-store', ...headers } },
  )
}

export function refuseRateLimited(retryAfterSeconds: number): Response {
  return refuse('rate_limited', `Too many requests. Try again in ${retryAfterSeconds} seconds.`, {
    details: { retryAfterSeconds },
    headers: { 'retry-after': String(retryAfterSeconds) },
  })
}

/** Another freelancer's credit note and one that never was look the same from outside. */
export function refuseNotFound(): Response {
  return refuse('not_found', 'There is no such credit note.')
}

/** Why a body was not read. One that was cut off ends the connection too: the rest of it must not be waited for. */
const BODY_REFUSALS = {
  too_large: () => refuse('body_too_large', 'The body is larger than 1 MiB.', CLOSE),
  too_slow: () => refuse('body_too_slow', 'The body took longer than 10 seconds to arrive.', CLOSE),
  broken_off: () => refuse('malformed_json', 'The body ended too early.', CLOSE),
  not_json: () => refuse('unsupported_media_type', 'Send the body as application/json.'),
  malformed: () => refuse('malformed_json', 'The body is not JSON.'),
} as const
const CLOSE = { headers: { connection: 'close' } }

export function refuseBody(reason: keyof typeof BODY_REFUSALS): Response {
  return BODY_REFUSALS[reason]()
}

/** A door of the API: turns whatever its handler throws into an answer of the API's own shape, and notes what was changed. */
export function door<Rest extends unknown[]>(
  handle: (request: Request, ...rest: Rest) => Promise<Response>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const requestId = randomUUID()
    const response = await handle(request, ...rest).catch((error: unknown) => {
      log.error({ requestId, failure: describeFailure(error), ...whatWasAsked(request) }, 'request failed')
      return databaseOut(error)
        ? refuse('unavailable', 'The database does not answer. Try again in a moment.', {
            headers: { 'retry-after': '5' },
          })
        : refuse('internal_error', 'Something went wrong here.', { details: { requestId } })
    })
    if (request.method !== 'GET') log.info({ requestId, ...whatWasAsked(request), status: response.status }, 'answered')
    response.headers.set('x-request-id', requestId)
    return response
  }
}

/** A client's link is a key: the log must not hold it. */
function whatWasAsked(request: Request): { method: string; path: string } {
  return { method: request.method, path: new URL(request.url).pathname.replace(/^\/c\/[^/]+/, '/c/[token]') }
}

/** Answers every method that a route doesn't serve, in the API's own shape. */
export function refuseMethods(allow: 'GET' | 'POST') {
  const refuseMethod = () => refuse('method_not_allowed', `This address answers ${allow} only.`, { headers: { allow } })
  return { GET: refuseMethod, POST: refuseMethod, PUT: refuseMethod, PATCH: refuseMethod, DELETE: refuseMethod }
}
