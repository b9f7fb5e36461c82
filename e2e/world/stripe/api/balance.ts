import { z } from 'zod'
import { balanceBody, balanceTransactionBody } from '../bodies/balance-bodies'
import type { Body } from '../json'
import type { Simulation } from '../simulation'
import { type Call, idOf, type Route } from './call'
import { listBody } from './lists'
import { type Refusal, refusals } from './refusals'

const listParams = z.object({
  currency: z.string().optional(),
  source: z.string().optional(),
  type: z.string().optional(),
})

export const balanceRoutes: Route[] = [
  { method: 'GET', path: '/v1/balance', answer: (sim, call) => balanceBody(sim.ledger, call.account) },
  { method: 'GET', path: '/v1/balance_transactions', answer: list },
  { method: 'GET', path: '/v1/balance_transactions/{id}', answer: retrieve },
]

function list(sim: Simulation, call: Call): Body | Refusal {
  const { currency, source, type } = listParams.parse(call.params)
  const transactions = sim.ledger.balanceTransactions
    .all()
    .filter((transaction) => transaction.account === call.account.id)
    .filter((transaction) => currency === undefined || transaction.currency === currency)
    .filter((transaction) => source === undefined || transaction.source === source)
    .filter((transaction) => type === undefined || transaction.type === type)
  return listBody('/v1/balance_transactions', 'balance_transaction', call.params, transactions, balanceTransactionBody)
}

function retrieve(sim: Simulation, call: Call): Body | Refusal {
  const id = idOf(call, 'id')
  const transaction = sim.ledger.balanceTransactions.find(id)
  if (!transaction || transaction.account !== call.account.id) return refusals.missing('balance transaction', id, 'id')
  return balanceTransactionBody(transaction)
}
