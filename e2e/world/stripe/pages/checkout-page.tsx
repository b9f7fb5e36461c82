/** @jsxImportSource hono/jsx */
import type { CheckoutSessionRecord } from '../ledger/records'
import { formatMoney } from '../money'
import { testCards } from '../test-cards'
import { brandName } from './labels'
import { Page } from './layout'

/** The hosted payment page: what a client sees instead of Stripe Checkout. */
export function CheckoutPage(props: { session: CheckoutSessionRecord; seller: string; problem: string | undefined }) {
  const { session, seller, problem } = props
  const total = formatMoney(session.amountTotal, session.currency)
  return (
    <Page title={`Pay ${seller}`}>
      <main class="hosted">
        <div>
          <h1>{seller}</h1>
          <p class="total">{total}</p>
        </div>
        <ul class="items">
          {session.lineItems.map((item) => (
            <li key={item.id}>
              <span>{item.quantity === 1 ? item.name : `${item.quantity} × ${item.name}`}</span>
              <span>{formatMoney(item.unitAmount * item.quantity, session.currency)}</span>
            </li>
          ))}
        </ul>
        <div class="panel">
          {problem && (
            <p class="said refused" role="alert">
              {problem}
            </p>
          )}
          <form method="post">
            <label>
              Email
              <input name="email" type="email" required autocomplete="email" value={session.customerEmail ?? ''} />
            </label>
            <label>
              Name on card
              <input name="name" required autocomplete="cc-name" value={session.payerName ?? ''} />
            </label>
            <label>
              Test card
              <select name="card">
                {Object.entries(testCards).map(([name, card]) => (
                  <option key={name} value={name}>
                    {brandName[card.brand]} {card.last4} – {card.label}
                  </option>
                ))}
              </select>
            </label>
            <button type="submit" class="primary">
              Pay {total}
            </button>
          </form>
          {session.cancelUrl && <a href={session.cancelUrl}>Back to {seller}</a>}
        </div>
        <p class="lead">Simulated payment page. No card is charged.</p>
      </main>
    </Page>
  )
}
