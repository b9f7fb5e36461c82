import { stripe } from '@/lib/stripe/client'

/**
 * Opens a connected account that can take cards, with Stripe's published test values, through Stripe's own API. On Stripe's
 * test mode its checks take a moment; an account that never becomes able to charge is an error that says what to do.
 */
export async function openConnectedAccount(owner: {
  firstName: string
  lastName: string
  email: string
}): Promise<string> {
  const account = await stripe().accounts.create({
    type: 'custom',
    country: 'DE',
    default_currency: 'eur',
    email: owner.email,
    business_type: 'individual',
    business_profile: {
      mcc: '7372',
      url: 'https://example.com',
      product_description: 'Design and software for small firms',
    },
    capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
    individual: {
      first_name: owner.firstName,
      last_name: owner.lastName,
      email: owner.email,
      phone: '+4930123456',
      dob: { day: 1, month: 1, year: 1901 },
      address: { line1: 'address_full_match', city: 'Berlin', postal_code: '10115', country: 'DE' },
    },
    external_account: {
      object: 'bank_account',
      country: 'DE',
      currency: 'eur',
      account_number: 'DE89370400440532013000',
    },
    tos_acceptance: { date: Math.floor(Date.now() / 1000), ip: '127.0.0.1' },
  })
  for (let look = 0; look < 20; look++) {
    const now = await stripe().accounts.retrieve(account.id)
    if (now.charges_enabled) return account.id
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  throw new Error(
    `Stripe has not enabled charges on ${account.id}. Finish its onboarding in the Dashboard and set STRIPE_DEMO_ACCOUNT=${account.id}.`,
  )
}
