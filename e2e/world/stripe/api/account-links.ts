import { z } from 'zod'
import { randomLetters } from '../ids'
import type { Body } from '../json'
import type { Simulation } from '../simulation'
import type { Call, Route } from './call'
import { type Refusal, refusals } from './refusals'

/** A link into the hosted onboarding dies after a few minutes. */
const validSeconds = 300

const createParams = z.object({
  account: z.string(),
  refresh_url: z.string().optional(),
  return_url: z.string().optional(),
})

export const accountLinkRoutes: Route[] = [{ method: 'POST', path: '/v1/account_links', answer: create }]

function create(sim: Simulation, call: Call): Body | Refusal {
  const params = createParams.parse(call.params)
  const account = sim.ledger.accounts.find(params.account)
  if (!account?.connected || account.platform) return refusals.missing('account', params.account, 'account')
  if (params.return_url === undefined) return refusals.missingParameter('return_url')
  if (params.refresh_url === undefined) return refusals.missingParameter('refresh_url')
  const created = sim.clock.seconds()
  const link = sim.ledger.accountLinks.put({
    id: randomLetters(24),
    account: account.id,
    returnUrl: params.return_url,
    refreshUrl: params.refresh_url,
    used: false,
    expiresAt: created + validSeconds,
    created,
  })
  return { object: 'account_link', created, expires_at: link.expiresAt, url: `${sim.origin}/onboarding/${link.id}` }
}
