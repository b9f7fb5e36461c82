import type Stripe from 'stripe'
import { onTestFinished, vi } from 'vitest'
import { type SimulatorSettings, startStripeSimulator } from '../simulator'
import { type ListeningEndpoint, listeningEndpoint } from './listening-endpoint'
import { officialSdk } from './official-sdk'
import { sideDoor } from './side-door'

// Compiling the schema data takes a second or two on a busy machine, once per test file.
vi.setConfig({ testTimeout: 30_000 })

export type ConnectedSimulator = {
  url: string
  stripe: Stripe
  sim: ReturnType<typeof sideDoor>
  endpoint: ListeningEndpoint
  /** A connected account, and the request option that acts for it. */
  account: string
  on: { stripeAccount: string }
  /** A paid PaymentIntent of that account. */
  pay(amount: number, card?: string, currency?: string): Promise<Stripe.PaymentIntent>
  /** Stops the simulator early; it stops by itself when the test ends. */
  stop(): Promise<void>
}

/** A simulator a hundred times faster than Stripe, with one connected account and one endpoint that hears everything; gone when the test ends. */
export async function connectedSimulator(settings: SimulatorSettings = {}): Promise<ConnectedSimulator> {
  const endpoint = await listeningEndpoint()
  const simulator = await startStripeSimulator({ timeScale: 0.01, webhooks: [endpoint], ...settings })
  onTestFinished(async () => {
    await simulator.close()
    await endpoint.close()
  })
  const stripe = officialSdk(simulator.url)
  const account = (await stripe.accounts.create({ type: 'standard', email: 'freelancer@example.com' })).id
  const on = { stripeAccount: account }
  return {
    url: simulator.url,
    stripe,
    sim: sideDoor(simulator.url),
    endpoint,
    account,
    on,
    pay: (amount, card = 'pm_card_visa', currency = 'eur') =>
      stripe.paymentIntents.create(
        { amount, currency, confirm: true, payment_method: card, return_url: 'https://app.example/paid' },
        on,
      ),
    stop: () => simulator.close(),
  }
}
