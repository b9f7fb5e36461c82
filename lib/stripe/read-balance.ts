import { z } from 'zod'
import { stripe } from './client'
import { type Reading, reading } from './read-refunds'

const balanceSchema = z.object({ available: z.array(z.object({ amount: z.number().int(), currency: z.string() })) })

/** What is available on a connected account in a currency, minor units; refunds are paid out of it. */
export async function readAvailableBalance(stripeAccountId: string, currency: string): Promise<Reading<number>> {
  return reading(async () => {
    const balance = balanceSchema.parse(await stripe().balance.retrieve({}, { stripeAccount: stripeAccountId }))
    return balance.available.find((each) => each.currency === currency)?.amount ?? 0
  })
}
