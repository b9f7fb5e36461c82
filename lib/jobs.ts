import type { Actor, AttemptCause, CreditNoteKey } from './credit-notes/credit-note'
import type { Transaction } from './transaction'

/** The worker's tasks and what each is given. */
export type JobPayloads = {
  'apply-stripe-event': { eventId: string }
  'trigger-refund': CreditNoteKey & { cause: Exclude<AttemptCause, 'retry'> }
  'resolve-attempt': { attemptId: string }
  'read-refunds': CreditNoteKey
  'tell-foreign-refund': {
    stripeRefundId: string
    actor: Actor
    stripeEventId: string | null
  }
  'share-out-dispute': CreditNoteKey & { actor: Actor; stripeEventId: string | null }
  'send-email': { outboxId: string }
  'sweep-refunds': Record<string, never>
}
export type JobName = keyof JobPayloads

/** Adds a job that exists if and only if the transaction commits. `inSeconds` counts on the database's clock. */
export async function addJob<Name extends JobName>(
  tx: Transaction,
  name: Name,
  payload: JobPayloads[Name],
  { inSeconds = 0, key = null }: { inSeconds?: number; key?: string | null } = {},
): Promise<void> {
  await tx.$queryRaw`
    SELECT FROM graphile_worker.add_job(
      ${name}::text, ${JSON.stringify(payload)}::json,
      run_at => now() + ${inSeconds}::double precision * interval '1 second',
      job_key => ${key}::text)`
}
