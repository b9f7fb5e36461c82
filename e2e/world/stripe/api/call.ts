import type { Body } from '../json'
import type { AccountRecord } from '../ledger/records'
import type { Cause, Simulation } from '../simulation'
import type { Refusal } from './refusals'

/** An authorised API call with its parameters read. */
export type Call = {
  account: AccountRecord
  /** Ids out of the path, by their name in the route. */
  ids: Readonly<Record<string, string>>
  params: Body
  cause: Cause
}

/** One thing Stripe can do: pattern of the URL, and what answers. */
export type Route = {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  answer: (sim: Simulation, call: Call) => Body | Refusal
  /** Parameters whose allowed values the answer itself checks, because Stripe looks at other things first. */
  enumsLater?: readonly string[]
  /** Parameters of older API versions, taken when the call names no version (the official CLI). */
  olderParams?: readonly string[]
}

/** An id out of the path; the router put it there. */
export function idOf(call: Call, name: string): string {
  const id = call.ids[name]
  if (id === undefined) throw new Error(`The route has no {${name}}`)
  return id
}
