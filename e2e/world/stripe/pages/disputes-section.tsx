/** @jsxImportSource hono/jsx */
import { isDecided } from '../acts/disputes'
import type { DisputeRecord } from '../ledger/records'
import { formatMoney } from '../money'
import type { Simulation } from '../simulation'
import { accountName, disputeStatusLabel } from './labels'
import { ActButton, Moment, Pill } from './layout'
import { Recent } from './recent'

/** Disputes, and how the banks decide them. */
export function DisputesSection({ sim }: { sim: Simulation }) {
  const disputes = sim.ledger.disputes.all()
  return (
    <section id="disputes" aria-labelledby="disputes-title">
      <h2 id="disputes-title">Disputes</h2>
      {disputes.length === 0 ? (
        <p class="empty">Nobody disputes a payment.</p>
      ) : (
        <Recent
          items={disputes}
          what="disputes"
          json="/sim/ledger"
          row={(dispute) => <DisputeRow key={dispute.id} sim={sim} dispute={dispute} />}
        />
      )}
    </section>
  )
}

function DisputeRow({ sim, dispute }: { sim: Simulation; dispute: DisputeRecord }) {
  return (
    <li>
      <div class="amount">{formatMoney(dispute.amount, dispute.currency)}</div>
      <div class="about">
        <div class="first">
          <Pill tone={disputeStatusLabel[dispute.status].tone}>{disputeStatusLabel[dispute.status].text}</Pill>
        </div>
        <p class="facts">
          <span>{accountName(sim.ledger.accounts.get(dispute.account))}</span>
          <Moment at={dispute.created * 1000} />
          <code>{dispute.id}</code>
          <code>{dispute.paymentIntent ?? dispute.charge}</code>
        </p>
      </div>
      <div class="acts">
        {!isDecided(dispute) && (
          <>
            <ActButton
              to={`/disputes/${dispute.id}/won`}
              label="Freelancer wins"
              hint="The money returns to the account; refunds work again"
            />
            <ActButton
              to={`/disputes/${dispute.id}/lost`}
              label="Client wins"
              tone="danger"
              hint="The client keeps the money; refunds stay refused"
            />
          </>
        )}
      </div>
    </li>
  )
}
