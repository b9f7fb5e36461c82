import type { CallFault } from '../faults/fault-plan'
import type { Body } from '../json'

/** One API call as it arrived and as it was answered: what "Stripe was called exactly once" is proved from. */
export type LoggedRequest = {
  requestId: string
  /** Milliseconds since the epoch. */
  at: number
  method: string
  path: string
  /** The Stripe-Account header; null when the call was for the platform itself. */
  account: string | null
  idempotencyKey: string | null
  apiVersion: string | null
  /** Decoded parameters; the raw form values when the call was refused before they could be decoded. */
  params: Body
  /** Null while unanswered, and for good when a fault cut the connection. */
  status: number | null
  errorCode: string | null
  /** The answer was an earlier one of the same idempotency key. */
  replayed: boolean
  /** The fault that struck this call. */
  fault: CallFault['kind'] | null
  milliseconds: number | null
}

const remembered = 50_000

/** The calls of this run, oldest first; the oldest fall out after 50,000. */
export class RequestLog {
  private entries: LoggedRequest[] = []

  begin(entry: LoggedRequest): LoggedRequest {
    this.entries.push(entry)
    if (this.entries.length > remembered) this.entries = this.entries.slice(-remembered / 2)
    return entry
  }

  all(): readonly LoggedRequest[] {
    return this.entries
  }

  clear(): void {
    this.entries = []
  }
}
