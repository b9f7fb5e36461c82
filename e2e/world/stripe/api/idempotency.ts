import type { Ledger } from '../ledger/ledger'
import type { IdempotencyRecord } from '../ledger/records'
import { type Refusal, refusals } from './refusals'

/** Stripe may forget a key after 24 hours, and so does the simulator. */
const rememberedMilliseconds = 24 * 3600 * 1000

/** Answers that say "not begun": the same key may still do the work later. */
const notBegun = new Set([401, 403, 409, 429, 503])

export type KeyedCall = {
  account: string
  key: string
  method: string
  path: string
  params: string
  requestId: string
}

/** Idempotency keys of every account: the first answer to a key is the only one. */
export class IdempotencyKeys {
  private readonly inFlight = new Set<string>()

  constructor(private readonly ledger: Ledger) {}

  /** `fresh` takes the key (give it back with finish or abandon); otherwise what this key already means. */
  begin(
    call: KeyedCall,
    now: number,
  ): { kind: 'fresh' } | { kind: 'replay'; record: IdempotencyRecord } | { kind: 'refused'; refusal: Refusal } {
    const id = idOf(call)
    const record = this.ledger.idempotencyKeys.find(id)
    if (record && now - record.at < rememberedMilliseconds) {
      if (record.path !== call.path || record.method !== call.method) {
        return { kind: 'refused', refusal: refusals.keyUsedElsewhere(call.key, record.path, call.path) }
      }
      if (record.params !== call.params) return { kind: 'refused', refusal: refusals.keyReused(call.key) }
      return { kind: 'replay', record }
    }
    if (this.inFlight.has(id)) return { kind: 'refused', refusal: refusals.keyInUse(call.key) }
    this.inFlight.add(id)
    return { kind: 'fresh' }
  }

  /** Binds the key to its answer, 500s included; an answer that says the work has not begun leaves it free. */
  finish(call: KeyedCall, answer: IdempotencyRecord['answer'], now: number): void {
    this.inFlight.delete(idOf(call))
    if (notBegun.has(answer.status)) return
    this.ledger.idempotencyKeys.put({ ...call, id: idOf(call), at: now, answer })
  }

  /** Leaves the key free: nothing was begun. */
  abandon(call: KeyedCall): void {
    this.inFlight.delete(idOf(call))
  }
}

function idOf(call: { account: string; key: string }): string {
  return `${call.account} ${call.key}`
}
