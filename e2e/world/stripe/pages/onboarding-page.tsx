/** @jsxImportSource hono/jsx */
import { Page } from './layout'

/** The hosted onboarding: Stripe's questions to a freelancer, answered with one click. */
export function OnboardingPage({ name }: { name: string }) {
  return (
    <Page title="Connect with Stripe">
      <main class="hosted">
        <div class="panel">
          <h1>Connect {name}</h1>
          <p>Stripe would ask for your address, your bank account and its terms here. The simulator takes your word.</p>
          <form method="post">
            <button type="submit" class="primary">
              Agree and connect
            </button>
          </form>
        </div>
        <p class="lead">Simulated onboarding. Nothing leaves this machine.</p>
      </main>
    </Page>
  )
}
