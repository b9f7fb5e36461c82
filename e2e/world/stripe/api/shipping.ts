import { z } from 'zod'

const line = z.string().nullable().default(null)

/** A shipping address as a call sends it. */
export const shippingParam = z.object({
  name: z.string().default(''),
  phone: line,
  address: z.object({ city: line, country: line, line1: line, line2: line, postal_code: line, state: line }),
})
