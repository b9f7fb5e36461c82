import { z } from 'zod'

export const smtpFaultSchema = z.object({
  /**
   * refuse-4xx: "try again later". refuse-5xx: "never". hang: takes the mail and says nothing.
   * drop-after-accept: keeps the mail and dies before saying so, which the sender cannot tell from not having kept it.
   */
  mode: z.enum(['refuse-4xx', 'refuse-5xx', 'hang', 'drop-after-accept']),
  /** How many mails meet it, before the next fault in line or peace. */
  times: z.int().min(1).default(1),
  /** Only mails to this address meet it; unset, any. */
  to: z.string().toLowerCase().optional(),
})

export type SmtpFault = z.infer<typeof smtpFaultSchema>

/** Faults in the order they were asked for, each used up by the mails that meet it. */
export class SmtpFaults {
  private waiting: SmtpFault[] = []

  add(fault: SmtpFault): void {
    this.waiting.push({ ...fault })
  }

  clear(): void {
    this.waiting = []
  }

  list(): SmtpFault[] {
    return this.waiting
  }

  /** The fault that the mail now arriving for these addresses meets, if any: the first in line that means it. */
  next(recipients: readonly string[]): SmtpFault['mode'] | undefined {
    const fault = this.waiting.find(({ to }) => !to || recipients.some((address) => address.toLowerCase() === to))
    if (!fault) return undefined
    fault.times -= 1
    if (fault.times === 0) this.waiting = this.waiting.filter((other) => other !== fault)
    return fault.mode
  }
}
