import type { TaskList } from 'graphile-worker'
import { z } from 'zod'
import { clearOutAuth } from '@/lib/auth/clear-out'
import { sendEmail } from '@/lib/email/send-email'
import type { JobName } from '@/lib/jobs'
import { log } from '@/lib/log'
import { shareOutDispute } from '@/lib/refunds/apply-dispute'
import { applyStripeEvent } from '@/lib/refunds/apply-stripe-event'
import { resolveAttempt } from '@/lib/refunds/ask-stripe'
import { readStripe } from '@/lib/refunds/refresh-refund'
import { sweepAndGoOn } from '@/lib/refunds/sweep-refunds'
import { forgetOldFindings } from '@/lib/refunds/sweep-store'
import { tellForeignRefund } from '@/lib/refunds/tell-foreign-refund'
import { triggerStripeRefund } from '@/lib/refunds/trigger-refund'

const note = { freelancerId: z.uuid(), creditNoteId: z.uuid() }
const caused = {
  // Jobs that an older version has left in the queue don't say.
  actor: z.enum(['client', 'freelancer', 'api_key', 'stripe', 'worker']).default('stripe'),
  stripeEventId: z.string().nullable(),
}
const told = z.object({ stripeRefundId: z.string(), ...caused })

/** Tasks that a clock starts (see CRONTAB); all others are jobs added with what causes them. */
type CronName = 'clear-out'

/** What the worker does, by name: each hands over to one use case. */
export const TASKS: TaskList & Record<JobName | CronName, TaskList[string]> = {
  'apply-stripe-event': async (payload) => {
    await applyStripeEvent(z.object({ eventId: z.string() }).parse(payload).eventId)
  },
  'trigger-refund': (payload) => {
    const cause = z.enum(['amendment_signed', 'deposit_confirmed', 'automatic'])
    return triggerStripeRefund({ ...z.object({ ...note, cause }).parse(payload), actor: 'worker' })
  },
  'resolve-attempt': (payload) => resolveAttempt(z.object({ attemptId: z.uuid() }).parse(payload).attemptId),
  'read-refunds': async (payload) => {
    const answered = await readStripe(z.object(note).parse(payload))
    if (!answered) throw new Error('Stripe did not answer; to be read again')
  },
  'tell-foreign-refund': (payload) => {
    const { stripeRefundId, ...cause } = told.parse(payload)
    return tellForeignRefund(stripeRefundId, cause)
  },
  'share-out-dispute': (payload) => {
    const { actor, stripeEventId, ...moved } = z.object({ ...note, ...caused }).parse(payload)
    return shareOutDispute(moved, { actor, stripeEventId })
  },
  'send-email': async (payload, { abortSignal }) => {
    await sendEmail(z.object({ outboxId: z.uuid() }).parse(payload).outboxId, abortSignal)
  },
  'sweep-refunds': async () => {
    const { accountsRead, ...found } = await sweepAndGoOn()
    if (Object.values(found).some((count) => count > 0)) log.info({ accountsRead, ...found }, 'swept refunds')
  },
  'clear-out': async () => {
    log.info({ ...(await clearOutAuth()), findings: await forgetOldFindings() }, 'cleared out')
  },
}

/** Minute by minute, UTC. */
export const CRONTAB = ['* * * * * sweep-refunds', '17 * * * * clear-out'].join('\n')
