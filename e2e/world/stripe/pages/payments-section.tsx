/** @jsxImportSource hono/jsx */
import { isRefundable } from '../bodies/dispute-body'
import type { ChargeRecord, DisputeRecord, PaymentIntentRecord } from '../ledger/records'
import { formatMoney } from '../money'
import type { Simulation } from '../simulation'
import { getTestCard } from '../test-cards'
import { accountName, brandName, disputeStatusLabel, paymentStatusLabel } from './labels'
import { ActButton, Moment, Pill } from './layout'
import { Recent } from './recent'

/** Payments, and what clients and their banks can do about them. */
export function PaymentsSection({ sim }: { sim: Simulation }) {
  const intents = sim.ledger.paymentIntents.all()
  return (
    <section id="payments" aria-labelledby="payments-title">
      <h2 id="payments-title">Payments</h2>
      {intents.length === 0 ? (
        <p class="empty">Nobody has paid yet.</p>
      ) : (
        <Recent
          items={intents}
          what="payments"
          json="/sim/ledger"
          row={(intent) => <PaymentRow key={intent.id} sim={sim} intent={intent} />}
        />
      )}
    </section>
  )
}

function PaymentRow({ sim, intent }: { sim: Simulation; intent: PaymentIntentRecord }) {
  const charge = intent.latestCharge ? sim.ledger.charges.get(intent.latestCharge) : undefined
  const paid = charge?.status === 'succeeded' ? charge : undefined
  const refunded = paid ? sim.ledger.amountRefunded(paid) : 0
  const dispute = paid && sim.ledger.disputeOf(paid)
  const status = paymentStatusLabel[intent.status]
  return (
    <li>
      <div class="amount">
        {formatMoney(intent.amount, intent.currency)}
        {refunded > 0 && <small>{formatMoney(refunded, intent.currency)} back</small>}
      </div>
      <div class="about">
        <div class="first">
          <Pill tone={status.tone}>{status.text}</Pill>
          {dispute && (
            <Pill tone={disputeStatusLabel[dispute.status].tone}>{disputeStatusLabel[dispute.status].text}</Pill>
          )}
          <span>{intent.description ?? 'Payment'}</span>
        </div>
        <p class="facts">
          <span>{accountName(sim.ledger.accounts.get(intent.account))}</span>
          {charge && <span>{cardLabel(sim, charge)}</span>}
          {intent.lastError && <span>{intent.lastError.message}</span>}
          <Moment at={intent.created * 1000} />
          <code>{intent.id}</code>
        </p>
      </div>
      <div class="acts">
        {paid ? (
          <PaidActs charge={paid} left={paid.amountCaptured - refunded} dispute={dispute} />
        ) : (
          <UnpaidActs intent={intent} />
        )}
      </div>
    </li>
  )
}

function UnpaidActs({ intent }: { intent: PaymentIntentRecord }) {
  const path = `/payment_intents/${intent.id}`
  if (intent.status === 'requires_action') {
    return (
      <>
        <ActButton
          to={`${path}/confirm`}
          label="Bank confirms"
          tone="primary"
          hint="The client’s bank authenticates the payment"
        />
        <ActButton
          to={`${path}/refuse`}
          label="Bank refuses"
          tone="danger"
          hint="The client’s bank declines the payment"
        />
      </>
    )
  }
  if (intent.status === 'requires_payment_method' || intent.status === 'requires_confirmation') {
    return <ActButton to={`${path}/confirm`} label="Pay as the client" hint="Pays with a Visa test card that works" />
  }
  return null
}

function PaidActs({
  charge,
  left,
  dispute,
}: {
  charge: ChargeRecord
  left: number
  dispute: DisputeRecord | undefined
}) {
  const inquiry = dispute?.status.startsWith('warning_') ?? false
  return (
    <>
      {left > 0 && charge.captured && (!dispute || isRefundable(dispute)) && (
        <ActButton
          to="/refund-in-dashboard"
          label="Refund by hand"
          hint="As somebody would in Stripe’s Dashboard: without Requite’s metadata"
        >
          <input type="hidden" name="payment_intent" value={charge.paymentIntent ?? ''} />
          <input
            class="short"
            name="typed"
            inputmode="decimal"
            placeholder="all of it"
            aria-label="Amount to refund by hand"
          />
        </ActButton>
      )}
      {!dispute && (
        <ActButton
          to={`/charges/${charge.id}/dispute`}
          label="Inquire"
          hint="The client’s bank asks about the payment; it stays refundable"
        >
          <input type="hidden" name="status" value="warning_needs_response" />
        </ActButton>
      )}
      {(!dispute || inquiry) && (
        <ActButton
          to={`/charges/${charge.id}/dispute`}
          label="Charge back"
          tone="danger"
          hint="The client’s bank takes the money back; refunds are refused"
        >
          <input type="hidden" name="status" value="needs_response" />
        </ActButton>
      )}
    </>
  )
}

function cardLabel(sim: Simulation, charge: ChargeRecord): string {
  const card = getTestCard(sim.ledger.paymentMethods.get(charge.paymentMethod).card)
  return `${brandName[card.brand]} •••• ${card.last4}, ${card.label.toLowerCase()}`
}
