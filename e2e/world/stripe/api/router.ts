import { findOperation, type Operation } from '../schema/stripe-api'
import { accountLinkRoutes } from './account-links'
import { accountRoutes } from './accounts'
import { balanceRoutes } from './balance'
import type { Route } from './call'
import { catalogueRoutes } from './catalogue'
import { chargeRoutes } from './charges'
import { checkoutSessionRoutes } from './checkout-sessions'
import { disputeRoutes } from './disputes'
import { eventRoutes } from './events'
import { paymentIntentRoutes } from './payment-intents'
import { refundRoutes } from './refunds'
import { webhookEndpointRoutes } from './webhook-endpoints'

type Found = { route: Route; ids: Record<string, string>; operation: Operation | undefined }

const routes = [
  ...refundRoutes,
  ...paymentIntentRoutes,
  ...chargeRoutes,
  ...checkoutSessionRoutes,
  ...accountRoutes,
  ...accountLinkRoutes,
  ...webhookEndpointRoutes,
  ...eventRoutes,
  ...disputeRoutes,
  ...balanceRoutes,
  ...catalogueRoutes,
].map((route) => ({
  route,
  segments: route.path.split('/'),
  operation: findOperation(route.method, route.path),
}))

/** What answers a method and path, with the ids out of the path; undefined when the simulator has no such thing. */
export function findRoute(method: string, path: string): Found | undefined {
  const asked = path.split('/')
  for (const { route, segments, operation } of routes) {
    if (route.method !== method || segments.length !== asked.length) continue
    const ids: Record<string, string> = {}
    const fits = segments.every((segment, i) => {
      const value = asked[i] ?? ''
      if (!segment.startsWith('{')) return segment === value
      ids[segment.slice(1, -1)] = decodeURIComponent(value)
      return value !== ''
    })
    if (fits) return { route, ids, operation }
  }
  return undefined
}
