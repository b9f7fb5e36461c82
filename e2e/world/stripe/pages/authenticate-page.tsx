/** @jsxImportSource hono/jsx */
import type { PaymentIntentRecord } from '../ledger/records'
import { formatMoney } from '../money'
import { Page } from './layout'

/** The client's bank asks whether it is really them (3-D Secure). */
export function AuthenticatePage({ intent, seller }: { intent: PaymentIntentRecord; seller: string }) {
  return (
    <Page title="Confirm your payment">
      <main class="hosted">
        <div class="panel">
          <h1>Your bank asks you to confirm</h1>
          <p>
            {formatMoney(intent.amount, intent.currency)} to {seller}
          </p>
          <form method="post">
            <button type="submit" name="answer" value="confirm" class="primary">
              Confirm payment
            </button>
            <button type="submit" name="answer" value="refuse" class="danger">
              Refuse
            </button>
          </form>
        </div>
        <p class="lead">Simulated bank. No card is charged.</p>
      </main>
    </Page>
  )
}
