import type { Appointments } from './acts/appointments'
import type { RequestLog } from './api/request-log'
import type { Clock } from './clock'
import type { FaultPlan } from './faults/fault-plan'
import type { Ledger } from './ledger/ledger'
import type { Deliveries } from './webhooks/deliveries'

/** One running simulator: what it knows, what it has planned, and where it lives. */
export type Simulation = {
  ledger: Ledger
  clock: Clock
  appointments: Appointments
  deliveries: Deliveries
  faults: FaultPlan
  requestLog: RequestLog
  /** Secret keys of the platform; any other key is refused. */
  apiKeys: readonly string[]
  /** Seconds until a bank hands out a refund's trace number by itself; null: only by hand. */
  traceAfterSeconds: number | null
  /** The simulator's own address, known once it listens. */
  origin: string
}

/** Why something happened: an API call, or (both null) a bank, a person, a timer. */
export type Cause = { requestId: string | null; idempotencyKey: string | null }

export const byItself: Cause = { requestId: null, idempotencyKey: null }
