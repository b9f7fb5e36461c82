import { accountBody } from '../bodies/account-body'
import { stripeId } from '../ids'
import type { AccountRecord } from '../ledger/records'
import { byItself, type Cause, type Simulation } from '../simulation'
import { announce } from './announce'
import { payWaitingRefunds } from './refunds'

type NewAccount = Omit<AccountRecord, 'id' | 'platform' | 'connected' | 'created'> & { id?: string }

/** A new connected account of the platform. */
export function openAccount(sim: Simulation, fields: NewAccount): AccountRecord {
  const id = fields.id ?? stripeId('acct')
  return sim.ledger.accounts.put({ ...fields, id, platform: false, connected: true, created: sim.clock.seconds() })
}

/** The freelancer answers every question of the hosted onboarding. */
export function completeOnboarding(sim: Simulation, id: string): AccountRecord {
  const account = sim.ledger.accounts.change(id, { onboarded: true })
  const previous = { charges_enabled: false, details_submitted: false, payouts_enabled: false }
  announce(sim, { account: id, type: 'account.updated', object: accountBody(account), previous }, byItself)
  return account
}

/** Changes what the platform may change on an account. */
export function updateAccount(
  sim: Simulation,
  id: string,
  fields: Partial<AccountRecord>,
  cause: Cause,
): AccountRecord {
  const account = sim.ledger.accounts.change(id, fields)
  announce(sim, { account: id, type: 'account.updated', object: accountBody(account), previous: {} }, cause)
  return account
}

/** The freelancer takes the platform's access away: from now on every call for the account is a 403. */
export function deauthorize(sim: Simulation, id: string, cause = byItself): void {
  sim.ledger.accounts.change(id, { connected: false })
  announce(sim, { account: id, type: 'account.application.deauthorized', object: application }, cause)
}

/** The freelancer connects Stripe again. */
export function reconnect(sim: Simulation, id: string): void {
  sim.ledger.accounts.change(id, { connected: true })
  announce(sim, { account: id, type: 'account.application.authorized', object: application }, byItself)
}

const application = { id: 'ca_Requite0000000000000000000000000', object: 'application', name: 'Requite' }

/** Puts money (minor units) on the balance; refunds that waited for it go out. */
export function topUp(sim: Simulation, account: string, currency: string, amount: number): void {
  sim.ledger.book({
    account,
    amount,
    currency,
    type: 'topup',
    source: null,
    description: 'Top-up',
    created: sim.clock.seconds(),
  })
  payWaitingRefunds(sim, account)
}

/** Sends the whole balance in a currency to the freelancer's bank, so that the next refund finds none. */
export function payOut(sim: Simulation, account: string, currency: string): void {
  const held = sim.ledger.balanceOf(account).get(currency) ?? 0
  if (held <= 0) return
  sim.ledger.book({
    account,
    amount: -held,
    currency,
    type: 'payout',
    source: null,
    description: 'STRIPE PAYOUT',
    created: sim.clock.seconds(),
  })
}
