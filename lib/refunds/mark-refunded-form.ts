import { z } from 'zod'
import { MANUAL_METHODS } from './refund-status'

/** What Mark refunded asks for, as a form or an API body brings it. Fields it does not name are dropped. */
export function markRefundedSchema(today: string) {
  return z.object({
    reason: z
      .string({ error: 'Give a reason or reference, so that both sides can find the payment.' })
      // What PostgreSQL cannot hold: NUL, and half a surrogate pair.
      .overwrite((text) => text.replaceAll('\0', '').toWellFormed())
      .trim()
      .min(1, 'Give a reason or reference, so that both sides can find the payment.')
      .max(500, 'Keep the reason or reference to 500 characters.'),
    method: z.enum(MANUAL_METHODS, { error: 'Choose how the money was sent.' }).optional(),
    refundedOn: z.iso
      .date({ error: 'Give the day on which the money was sent.' })
      .refine((day) => day <= today, 'The money must have been sent already: choose today or an earlier day.')
      .refine((day) => day >= '2000-01-01', 'Give the day on which the money was sent.')
      .default(today)
      .transform((day) => new Date(`${day}T00:00:00Z`)),
  })
}
