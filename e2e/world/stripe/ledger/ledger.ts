import { z } from 'zod'
import { stripeId } from '../ids'
import {
  type AccountRecord,
  accountLinkRecord,
  accountRecord,
  appointmentRecord,
  balanceTransactionRecord,
  type ChargeRecord,
  catalogueRecord,
  chargeRecord,
  checkoutSessionRecord,
  type DisputeRecord,
  deliveryRecord,
  disputeRecord,
  eventRecord,
  idempotencyRecord,
  paymentIntentRecord,
  paymentMethodRecord,
  type RefundRecord,
  refundRecord,
  webhookEndpointRecord,
} from './records'

/** The ledger as it is written to disk. */
export const ledgerSnapshot = z.object({
  version: z.literal(1),
  accounts: z.array(accountRecord),
  accountLinks: z.array(accountLinkRecord),
  paymentMethods: z.array(paymentMethodRecord),
  paymentIntents: z.array(paymentIntentRecord),
  charges: z.array(chargeRecord),
  refunds: z.array(refundRecord),
  disputes: z.array(disputeRecord),
  checkoutSessions: z.array(checkoutSessionRecord),
  balanceTransactions: z.array(balanceTransactionRecord),
  events: z.array(eventRecord),
  webhookEndpoints: z.array(webhookEndpointRecord),
  deliveries: z.array(deliveryRecord),
  idempotencyKeys: z.array(idempotencyRecord),
  appointments: z.array(appointmentRecord),
  catalogue: z.array(catalogueRecord),
})
export type LedgerSnapshot = z.infer<typeof ledgerSnapshot>

/** Records of one kind, in the order they were made, found by id. */
export class Shelf<Item extends { id: string }> {
  private readonly items = new Map<string, Item>()

  constructor(
    items: readonly Item[],
    private readonly changed: () => void,
  ) {
    for (const item of items) this.items.set(item.id, item)
  }

  find(id: string): Item | undefined {
    return this.items.get(id)
  }

  /** The record the simulator itself refers to: its absence is a defect, not a wrong call. */
  get(id: string): Item {
    const item = this.items.get(id)
    if (!item) throw new Error(`The ledger has lost ${id}`)
    return item
  }

  /** Adds the record, or replaces the one with its id. */
  put(item: Item): Item {
    this.items.set(item.id, item)
    this.changed()
    return item
  }

  /** Changes some fields of a record and returns it as it now stands. */
  change(id: string, fields: Partial<Omit<Item, 'id'>>): Item {
    return this.put({ ...this.get(id), ...fields })
  }

  remove(id: string): void {
    this.items.delete(id)
    this.changed()
  }

  all(): Item[] {
    return [...this.items.values()]
  }

  clear(): void {
    this.items.clear()
    this.changed()
  }
}

/** Everything the simulator knows. It never looks anything up elsewhere. */
export class Ledger {
  readonly accounts
  readonly accountLinks
  readonly paymentMethods
  readonly paymentIntents
  readonly charges
  readonly refunds
  readonly disputes
  readonly checkoutSessions
  readonly balanceTransactions
  readonly events
  readonly webhookEndpoints
  readonly deliveries
  readonly idempotencyKeys
  readonly appointments
  readonly catalogue
  private readonly refundsOfCharge = new Map<string, Set<string>>()
  private readonly balances = new Map<string, Map<string, number>>()
  private changeListener: () => void = () => {}

  constructor(snapshot: LedgerSnapshot) {
    const changed = () => this.changeListener()
    this.accounts = new Shelf(snapshot.accounts, changed)
    this.accountLinks = new Shelf(snapshot.accountLinks, changed)
    this.paymentMethods = new Shelf(snapshot.paymentMethods, changed)
    this.paymentIntents = new Shelf(snapshot.paymentIntents, changed)
    this.charges = new Shelf(snapshot.charges, changed)
    this.refunds = new Shelf(snapshot.refunds, changed)
    this.disputes = new Shelf(snapshot.disputes, changed)
    this.checkoutSessions = new Shelf(snapshot.checkoutSessions, changed)
    this.balanceTransactions = new Shelf(snapshot.balanceTransactions, changed)
    this.events = new Shelf(snapshot.events, changed)
    this.webhookEndpoints = new Shelf(snapshot.webhookEndpoints, changed)
    this.deliveries = new Shelf(snapshot.deliveries, changed)
    this.idempotencyKeys = new Shelf(
      snapshot.idempotencyKeys.map((record) => ({ ...record, id: `${record.account} ${record.key}` })),
      changed,
    )
    this.appointments = new Shelf(snapshot.appointments, changed)
    this.catalogue = new Shelf(snapshot.catalogue, changed)
    for (const refund of snapshot.refunds) this.indexRefund(refund)
    for (const transaction of snapshot.balanceTransactions) this.addToBalance(transaction)
  }

  /** Calls `listener` after every change, so that the file behind the ledger can follow. */
  onChange(listener: () => void): void {
    this.changeListener = listener
  }

  platform(): AccountRecord {
    const platform = this.accounts.all().find((account) => account.platform)
    if (!platform) throw new Error('The ledger has lost its platform account')
    return platform
  }

  addRefund(refund: RefundRecord): RefundRecord {
    this.indexRefund(refund)
    return this.refunds.put(refund)
  }

  /** Every refund of a charge, oldest first. */
  refundsOf(charge: ChargeRecord): RefundRecord[] {
    return [...(this.refundsOfCharge.get(charge.id) ?? [])].map((id) => this.refunds.get(id))
  }

  /** Minor units given or promised back: refunds that failed or were canceled no longer count. */
  amountRefunded(charge: ChargeRecord): number {
    return this.refundsOf(charge)
      .filter((refund) => refund.status !== 'failed' && refund.status !== 'canceled')
      .reduce((sum, refund) => sum + refund.amount, 0)
  }

  /** The latest dispute of a charge. */
  disputeOf(charge: ChargeRecord): DisputeRecord | undefined {
    return this.disputes.all().findLast((dispute) => dispute.charge === charge.id)
  }

  /** Books money onto (or, negative, off) an account and returns the balance transaction's id. */
  book(entry: Omit<z.infer<typeof balanceTransactionRecord>, 'id'>): string {
    const transaction = this.balanceTransactions.put({ ...entry, id: stripeId('txn') })
    this.addToBalance(transaction)
    return transaction.id
  }

  /** Available balance in minor units, by currency. */
  balanceOf(account: string): ReadonlyMap<string, number> {
    return this.balances.get(account) ?? new Map()
  }

  snapshot(): LedgerSnapshot {
    return {
      version: 1,
      accounts: this.accounts.all(),
      accountLinks: this.accountLinks.all(),
      paymentMethods: this.paymentMethods.all(),
      paymentIntents: this.paymentIntents.all(),
      charges: this.charges.all(),
      refunds: this.refunds.all(),
      disputes: this.disputes.all(),
      checkoutSessions: this.checkoutSessions.all(),
      balanceTransactions: this.balanceTransactions.all(),
      events: this.events.all(),
      webhookEndpoints: this.webhookEndpoints.all(),
      deliveries: this.deliveries.all(),
      idempotencyKeys: this.idempotencyKeys.all(),
      appointments: this.appointments.all(),
      catalogue: this.catalogue.all(),
    }
  }

  /** Forgets everything but the platform's account and the webhook endpoints. */
  clear(): void {
    const platform = this.platform()
    const shelves = [
      this.accounts,
      this.accountLinks,
      this.paymentMethods,
      this.paymentIntents,
      this.charges,
      this.refunds,
      this.disputes,
      this.checkoutSessions,
      this.balanceTransactions,
      this.events,
      this.deliveries,
      this.idempotencyKeys,
      this.appointments,
      this.catalogue,
    ]
    for (const shelf of shelves) shelf.clear()
    this.refundsOfCharge.clear()
    this.balances.clear()
    this.accounts.put(platform)
  }

  private indexRefund(refund: RefundRecord): void {
    const ids = this.refundsOfCharge.get(refund.charge) ?? new Set()
    this.refundsOfCharge.set(refund.charge, ids.add(refund.id))
  }

  private addToBalance(entry: { account: string; currency: string; amount: number }): void {
    const balance = this.balances.get(entry.account) ?? new Map<string, number>()
    this.balances.set(entry.account, balance.set(entry.currency, (balance.get(entry.currency) ?? 0) + entry.amount))
  }
}

/** A ledger with nothing in it but the platform's own account. */
export function emptyLedgerSnapshot(createdSeconds: number): LedgerSnapshot {
  return {
    version: 1,
    accounts: [
      {
        id: stripeId('acct'),
        platform: true,
        connected: true,
        type: 'standard',
        country: 'DE',
        defaultCurrency: 'eur',
        email: 'platform@example.com',
        businessName: 'Requite',
        businessType: 'company',
        onboarded: true,
        created: createdSeconds,
        metadata: {},
      },
    ],
    accountLinks: [],
    paymentMethods: [],
    paymentIntents: [],
    charges: [],
    refunds: [],
    disputes: [],
    checkoutSessions: [],
    balanceTransactions: [],
    events: [],
    webhookEndpoints: [],
    deliveries: [],
    idempotencyKeys: [],
    appointments: [],
    catalogue: [],
  }
}
