import type { Instrumentation } from 'next'

/** Runs once when the server starts, before it serves anything. Building the app needs no environment. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs' || process.env.NEXT_PHASE === 'phase-production-build') return
  const { beginServing } = await import('./lib/server-life')
  beginServing()
}

/** Notes what a page or action threw. By its route, not its address: the address of a client's page is a key. */
export const onRequestError: Instrumentation.onRequestError = async (error, request, context) => {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { log } = await import('./lib/log')
  const { describeFailure } = await import('./lib/failures')
  log.error(
    { failure: describeFailure(error), method: request.method, route: context.routePath, kind: context.routeType },
    'request failed',
  )
}
