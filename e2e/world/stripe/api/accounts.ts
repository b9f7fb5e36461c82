import { z } from 'zod'
import { deauthorize, openAccount, updateAccount } from '../acts/accounts'
import { accountBody } from '../bodies/account-body'
import type { Body } from '../json'
import type { AccountRecord } from '../ledger/records'
import type { Simulation } from '../simulation'
import { type Call, idOf, type Route } from './call'
import { listBody } from './lists'
import { mergeMetadata, metadataParam } from './metadata'
import { Refusal, refusals } from './refusals'

const createParams = z.object({
  type: z.enum(['express', 'custom', 'standard']).optional(),
  controller: z
    .object({ stripe_dashboard: z.object({ type: z.enum(['express', 'full', 'none']).optional() }).optional() })
    .optional(),
  country: z.string().toUpperCase().default('DE'),
  default_currency: z.string().toLowerCase().default('eur'),
  email: z.string().optional(),
  business_type: z.enum(['company', 'government_entity', 'individual', 'non_profit']).optional(),
  business_profile: z.object({ name: z.string().optional() }).optional(),
  tos_acceptance: z.object({ date: z.int().optional() }).optional(),
  metadata: metadataParam.optional(),
})

const dashboardType = { express: 'express', full: 'standard', none: 'none' } as const

export const accountRoutes: Route[] = [
  { method: 'GET', path: '/v1/account', answer: (_sim, call) => accountBody(call.account) },
  { method: 'POST', path: '/v1/accounts', answer: create },
  { method: 'GET', path: '/v1/accounts', answer: list },
  { method: 'GET', path: '/v1/accounts/{account}', answer: (sim, call) => withAccount(sim, call, accountBody) },
  { method: 'POST', path: '/v1/accounts/{account}', answer: update },
  { method: 'DELETE', path: '/v1/accounts/{account}', answer: remove },
]

function create(sim: Simulation, call: Call): Body | Refusal {
  const params = createParams.parse(call.params)
  const metadata = mergeMetadata({}, params.metadata)
  if (metadata instanceof Refusal) return metadata
  const type = params.type ?? dashboardType[params.controller?.stripe_dashboard?.type ?? 'full']
  return accountBody(
    openAccount(sim, {
      type,
      country: params.country,
      defaultCurrency: params.default_currency,
      email: params.email ?? null,
      businessName: params.business_profile?.name ?? null,
      businessType: params.business_type ?? null,
      // A platform that collects everything itself and has the terms accepted leaves nothing to ask.
      onboarded: params.tos_acceptance?.date !== undefined,
      metadata,
    }),
  )
}

function list(sim: Simulation, call: Call): Body | Refusal {
  const accounts = sim.ledger.accounts.all().filter((account) => !account.platform && account.connected)
  return listBody('/v1/accounts', 'account', call.params, accounts, accountBody)
}

function update(sim: Simulation, call: Call): Body | Refusal {
  return withAccount(sim, call, (account) => {
    const params = createParams.partial().parse(call.params)
    const metadata = mergeMetadata(account.metadata, params.metadata)
    if (metadata instanceof Refusal) return metadata
    const fields = {
      metadata,
      email: params.email ?? account.email,
      businessName: params.business_profile?.name ?? account.businessName,
    }
    return accountBody(updateAccount(sim, account.id, fields, call.cause))
  })
}

function remove(sim: Simulation, call: Call): Body | Refusal {
  return withAccount(sim, call, (account) => {
    deauthorize(sim, account.id, call.cause)
    return { id: account.id, object: 'account', deleted: true }
  })
}

function withAccount(sim: Simulation, call: Call, answer: (account: AccountRecord) => Body | Refusal): Body | Refusal {
  const id = idOf(call, 'account')
  const account = sim.ledger.accounts.find(id)
  const own = id === call.account.id
  if (!account?.connected || !(own || call.account.platform)) return refusals.noAccess(sim.apiKeys[0] ?? '', id)
  return answer(account)
}
