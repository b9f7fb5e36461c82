/** @jsxImportSource hono/jsx */
import type { Simulation } from '../simulation'
import { AccountsSection } from './accounts-section'
import { DisputesSection } from './disputes-section'
import { FaultsSection } from './faults-section'
import { ActButton, Page, Pill } from './layout'
import { PaymentsSection } from './payments-section'
import { RefundsSection } from './refunds-section'
import { RequestsSection } from './requests-section'
import { WebhooksSection } from './webhooks-section'

type Said = { done: string | undefined; refused: string | undefined }

/** Everything at a glance, and a button for everything the outside world can do. */
export function DeskPage({ sim, said }: { sim: Simulation; said: Said }) {
  const { ledger } = sim
  const sections = [
    ['payments', 'Payments', ledger.paymentIntents.all().length],
    ['refunds', 'Refunds', ledger.refunds.all().length],
    ['disputes', 'Disputes', ledger.disputes.all().length],
    ['accounts', 'Accounts', ledger.accounts.all().length - 1],
    ['webhooks', 'Webhooks', ledger.deliveries.all().length],
    ['faults', 'Faults', sim.faults.list().length],
    ['requests', 'API calls', sim.requestLog.all().length],
  ] as const
  return (
    <Page title="Stripe simulator">
      <a class="skip" href="#main">
        Skip to the ledger
      </a>
      <header class="bar">
        <div class="bar-inner">
          <div class="bar-top">
            <h1>Stripe simulator</h1>
            <Pill tone="quiet">No real money</Pill>
            <span class="grow" />
            <code>{sim.origin}</code>
            <a class="button" href="/">
              Reload
            </a>
          </div>
          <nav aria-label="Sections">
            {sections.map(([id, name, count]) => (
              <a key={id} href={`#${id}`}>
                {name}
                <b>{count}</b>
              </a>
            ))}
          </nav>
        </div>
      </header>
      <main id="main">
        {said.done && (
          <p class="said" role="status">
            {said.done}.
          </p>
        )}
        {said.refused && (
          <p class="said refused" role="alert">
            {said.refused}
          </p>
        )}
        <PaymentsSection sim={sim} />
        <RefundsSection sim={sim} />
        <DisputesSection sim={sim} />
        <AccountsSection sim={sim} />
        <WebhooksSection sim={sim} />
        <FaultsSection sim={sim} />
        <RequestsSection sim={sim} />
        <section aria-labelledby="afresh-title">
          <h2 id="afresh-title">Start afresh</h2>
          <div class="acts lined-left">
            <ActButton
              to="/idempotency-keys/forget"
              label="Forget idempotency keys"
              hint="As Stripe may after 24 hours"
            />
            <ActButton
              to="/reset"
              label="Forget everything"
              tone="danger"
              hint="Every account, payment and refund is gone for good; endpoints stay"
            />
          </div>
        </section>
      </main>
    </Page>
  )
}
