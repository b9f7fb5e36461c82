import type { Body } from '../json'
import type { Ledger } from '../ledger/ledger'
import type { AccountRecord, BalanceTransactionRecord } from '../ledger/records'

const reportingCategory: Record<BalanceTransactionRecord['type'], string> = {
  charge: 'charge',
  refund: 'refund',
  refund_failure: 'refund_failure',
  adjustment: 'dispute',
  topup: 'topup',
  payout: 'payout',
  application_fee: 'fee',
}

/** A balance transaction as Stripe writes it; the simulator charges no fees of its own. */
export function balanceTransactionBody(transaction: BalanceTransactionRecord): Body {
  return {
    id: transaction.id,
    object: 'balance_transaction',
    amount: transaction.amount,
    available_on: transaction.created,
    balance_type: 'payments',
    created: transaction.created,
    currency: transaction.currency,
    description: transaction.description,
    exchange_rate: null,
    fee: 0,
    fee_details: [],
    net: transaction.amount,
    reporting_category: reportingCategory[transaction.type],
    source: transaction.source,
    status: 'available',
    type: transaction.type,
  }
}

/** An account's balance by currency. Card money is available at once here: nothing waits for a settlement date. */
export function balanceBody(ledger: Ledger, account: AccountRecord): Body {
  const held = new Map([[account.defaultCurrency, 0], ...ledger.balanceOf(account.id)])
  const available = [...held].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }))
  const pending = [...held].map(([currency]) => ({ amount: 0, currency, source_types: { card: 0 } }))
  return { object: 'balance', available, livemode: false, pending }
}
