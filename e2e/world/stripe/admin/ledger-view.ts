import type { Simulation } from '../simulation'

/** Everything the simulator knows about money, for a test to compare with. Balances are minor units by currency. */
export function ledgerView(sim: Simulation) {
  const { ledger } = sim
  const accounts = ledger.accounts
    .all()
    .map((account) => ({ ...account, balance: Object.fromEntries(ledger.balanceOf(account.id)) }))
  const charges = ledger.charges.all().map((charge) => ({ ...charge, amountRefunded: ledger.amountRefunded(charge) }))
  return {
    accounts,
    paymentIntents: ledger.paymentIntents.all(),
    charges,
    refunds: ledger.refunds.all(),
    disputes: ledger.disputes.all(),
    checkoutSessions: ledger.checkoutSessions.all(),
    balanceTransactions: ledger.balanceTransactions.all(),
  }
}
