/** @jsxImportSource hono/jsx */
import { type RefundRecord, refundFailureReasons } from '../ledger/records'
import { formatMoney } from '../money'
import type { Simulation } from '../simulation'
import { accountName, failureReasonLabel, pendingReasonLabel, refundStatusLabel } from './labels'
import { ActButton, Moment, Pill } from './layout'
import { Recent } from './recent'

/** Refunds, and what the clients' banks make of them. */
export function RefundsSection({ sim }: { sim: Simulation }) {
  const refunds = sim.ledger.refunds.all()
  return (
    <section id="refunds" aria-labelledby="refunds-title">
      <h2 id="refunds-title">Refunds</h2>
      {refunds.length === 0 ? (
        <p class="empty">Nothing has been refunded yet.</p>
      ) : (
        <Recent
          items={refunds}
          what="refunds"
          json="/sim/ledger"
          row={(refund) => <RefundRow key={refund.id} sim={sim} refund={refund} />}
        />
      )}
    </section>
  )
}

function RefundRow({ sim, refund }: { sim: Simulation; refund: RefundRecord }) {
  const status = refundStatusLabel[refund.status]
  const why =
    refund.status === 'pending' && refund.pendingReason
      ? pendingReasonLabel[refund.pendingReason]
      : refund.failureReason && failureReasonLabel[refund.failureReason]
  return (
    <li>
      <div class="amount">{formatMoney(refund.amount, refund.currency)}</div>
      <div class="about">
        <div class="first">
          <Pill tone={status.tone}>{status.text}</Pill>
          {why && <span>{why}</span>}
        </div>
        <p class="facts">
          <span>{accountName(sim.ledger.accounts.get(refund.account))}</span>
          <span>{refund.byHand ? 'By hand in the Dashboard' : 'Over the API'}</span>
          {refund.trace && <span>Trace number {refund.trace}</span>}
          {Object.entries(refund.metadata).map(([key, value]) => (
            <span key={key}>
              {key} = {value}
            </span>
          ))}
          <Moment at={refund.created * 1000} />
          <code>{refund.id}</code>
        </p>
      </div>
      <div class="acts">
        <RefundActs refund={refund} />
      </div>
    </li>
  )
}

function RefundActs({ refund }: { refund: RefundRecord }) {
  if (refund.status === 'failed' || refund.status === 'canceled') return null
  const path = `/refunds/${refund.id}`
  const waitsForBank = refund.status === 'pending' && refund.pendingReason === 'processing'
  return (
    <>
      {waitsForBank && (
        <ActButton to={`${path}/confirm`} label="Bank confirms" tone="primary" hint="The refund succeeds" />
      )}
      {refund.status === 'requires_action' && (
        <ActButton
          to={`${path}/confirm`}
          label="Client acts"
          tone="primary"
          hint="The client answers the email; the refund succeeds"
        />
      )}
      {refund.status === 'succeeded' && !refund.trace && (
        <ActButton
          to={`${path}/trace`}
          label="Give trace number"
          hint="The bank hands out the number by which the client can ask for the money"
        />
      )}
      <ActButton
        to={`${path}/fail`}
        label="Let it fail"
        tone="danger"
        hint="The money returns to the account, also after the refund had succeeded"
      >
        <select name="failure_reason" aria-label="Reason of the failure">
          {refundFailureReasons.map((reason) => (
            <option key={reason} value={reason}>
              {failureReasonLabel[reason]}
            </option>
          ))}
        </select>
      </ActButton>
    </>
  )
}
