/** @jsxImportSource hono/jsx */
import type { AccountRecord } from '../ledger/records'
import { formatMoney } from '../money'
import type { Simulation } from '../simulation'
import { accountName } from './labels'
import { ActButton, Pill } from './layout'

/** Connected accounts, their money, and what a freelancer can do at Stripe. */
export function AccountsSection({ sim }: { sim: Simulation }) {
  const accounts = sim.ledger.accounts.all().filter((account) => !account.platform)
  return (
    <section id="accounts" aria-labelledby="accounts-title">
      <h2 id="accounts-title">Connected accounts</h2>
      <p class="lead">
        A refund leaves its account’s balance. Pay the balance out and the next refund stays pending until you top up.
      </p>
      {accounts.length === 0 ? (
        <p class="empty">No account is connected yet. The seed and the app’s settings page connect them.</p>
      ) : (
        <div class="panels">
          {accounts.map((account) => (
            <AccountPanel key={account.id} sim={sim} account={account} />
          ))}
        </div>
      )}
    </section>
  )
}

function AccountPanel({ sim, account }: { sim: Simulation; account: AccountRecord }) {
  const balance = [...new Map([[account.defaultCurrency, 0], ...sim.ledger.balanceOf(account.id)])]
  const path = `/accounts/${account.id}`
  return (
    <article class="panel">
      <div class="split">
        <h3>{accountName(account)}</h3>
        {account.connected ? <Pill tone="good">Connected</Pill> : <Pill tone="bad">Access revoked</Pill>}
      </div>
      <div class="balance">
        {balance.map(([currency, amount]) => (
          <span key={currency}>{formatMoney(amount, currency)}</span>
        ))}
      </div>
      <p class="facts">
        <code>{account.id}</code>
        {account.email && <span>{account.email}</span>}
        <span>{account.onboarded ? 'Onboarded' : 'Not onboarded yet'}</span>
      </p>
      <hr class="rule" />
      <div class="acts lined-left">
        <ActButton
          to={`${path}/top-up`}
          label="Top up"
          hint="Adds money to the balance; refunds that wait for it go out"
        >
          <input class="short" name="typed" inputmode="decimal" placeholder="100.00" required aria-label="Amount" />
          <select name="currency" aria-label="Currency">
            {balance.map(([currency]) => (
              <option key={currency} value={currency}>
                {currency.toUpperCase()}
              </option>
            ))}
          </select>
        </ActButton>
        <ActButton
          to={`${path}/pay-out`}
          label="Pay out all"
          hint="Empties the balance, so that the next refund finds no money"
        />
        {!account.onboarded && (
          <ActButton to={`${path}/onboard`} label="Complete onboarding" hint="Answers every open question of Stripe" />
        )}
        {account.connected ? (
          <ActButton
            to={`${path}/deauthorize`}
            label="Revoke access"
            tone="danger"
            hint="The freelancer disconnects the platform: every call is refused with account_invalid"
          />
        ) : (
          <ActButton
            to={`${path}/reconnect`}
            label="Reconnect"
            tone="primary"
            hint="The platform may act for the account again"
          />
        )}
      </div>
    </article>
  )
}
