import { setTimeout as wait } from 'node:timers/promises'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context } from 'hono'
import type { CallFault } from '../faults/fault-plan'
import { type Answer, holdThenDrop, resetConnection, resetMidBody, writeSlowly } from '../faults/wire'
import { randomLetters } from '../ids'
import type { Body } from '../json'
import type { AccountRecord } from '../ledger/records'
import { stripeApi } from '../schema/stripe-api'
import type { Simulation } from '../simulation'
import type { Call } from './call'
import { badExpansion, expandAnswer } from './expand'
import type { IdempotencyKeys, KeyedCall } from './idempotency'
import { authorisedKey } from './keys'
import { parseForm, readParams } from './params'
import { Refusal, refusalByCode, refusals } from './refusals'
import type { LoggedRequest } from './request-log'
import { findRoute } from './router'

type Arrival = {
  requestId: string
  method: string
  path: string
  form: ReturnType<typeof parseForm>
  authorization: string | undefined
  account: string | null
  idempotencyKey: string | null
  apiVersion: string | null
}

/** What Stripe would say, before any fault of the wire. */
type Verdict = {
  status: number
  body: string
  replayed: boolean
  errorCode: string | null
  headers?: Record<string, string>
}

/** Answers every call under /v1 as Stripe would, struck by at most one planned fault. */
export async function answerApiCall(
  sim: Simulation,
  keys: IdempotencyKeys,
  context: Context<{ Bindings: HttpBindings }>,
): Promise<Response> {
  const arrival = await receive(context)
  const entry = sim.requestLog.begin(firstEntry(sim, arrival))
  const fault = sim.faults.takeForCall(arrival.method, arrival.path, arrival.account ?? sim.ledger.platform().id)
  entry.fault = fault?.kind ?? null
  const { outgoing } = context.env

  if (fault?.kind === 'reset_before') {
    resetConnection(outgoing)
    return RESPONSE_ALREADY_SENT
  }
  if (fault?.kind === 'timeout_before') {
    await holdThenDrop(outgoing, fault.milliseconds)
    return RESPONSE_ALREADY_SENT
  }
  const verdict = await judge(sim, keys, arrival, entry, fault)
  const answer = dress(arrival, verdict, fault)
  entry.errorCode = verdict.errorCode
  entry.replayed = verdict.replayed

  switch (fault?.kind) {
    case 'timeout_after':
      await holdThenDrop(outgoing, fault.milliseconds)
      return RESPONSE_ALREADY_SENT
    case 'reset_after':
      await resetMidBody(outgoing, answer)
      return RESPONSE_ALREADY_SENT
    case 'slow_answer':
      await writeSlowly(outgoing, answer, fault.milliseconds)
      return RESPONSE_ALREADY_SENT
    case 'delay_after':
      await wait(fault.milliseconds)
      break
    default:
  }
  entry.status = answer.status
  entry.milliseconds = sim.clock.now() - entry.at
  return new Response(answer.body, { status: answer.status, headers: answer.headers })
}

async function receive(context: Context): Promise<Arrival> {
  const { req } = context
  const query = new URL(req.url).search.slice(1)
  return {
    requestId: `req_${randomLetters(14)}`,
    method: req.method,
    path: req.path,
    form: parseForm(req.method === 'POST' ? await req.text() : query),
    authorization: req.header('authorization'),
    account: req.header('stripe-account') ?? null,
    idempotencyKey: req.header('idempotency-key') ?? null,
    apiVersion: req.header('stripe-version') ?? null,
  }
}

function firstEntry(sim: Simulation, arrival: Arrival): LoggedRequest {
  return {
    requestId: arrival.requestId,
    at: sim.clock.now(),
    method: arrival.method,
    path: arrival.path,
    account: arrival.account,
    idempotencyKey: arrival.idempotencyKey,
    apiVersion: arrival.apiVersion,
    params: arrival.form,
    status: null,
    errorCode: null,
    replayed: false,
    fault: null,
    milliseconds: null,
  }
}

/** Stripe's order: limits, key, URL, account, parameters, idempotency key; only then the work itself. */
async function judge(
  sim: Simulation,
  keys: IdempotencyKeys,
  arrival: Arrival,
  entry: LoggedRequest,
  fault: CallFault | undefined,
): Promise<Verdict> {
  const refuse = (refusal: Refusal) => refused(refusal, arrival.requestId)
  if (fault?.kind === 'rate_limit') {
    return { ...refuse(refusals.rateLimited()), headers: { 'stripe-rate-limited-reason': fault.reason } }
  }
  if (fault?.kind === 'lock_timeout') return refuse(refusals.lockTimeout())
  if (fault?.kind === 'unavailable') return refuse(refusals.unavailable())

  const key = authorisedKey(arrival.authorization, sim.apiKeys)
  if (key instanceof Refusal) return refuse(key)
  if (arrival.apiVersion !== null && !/^\d{4}-\d{2}-\d{2}(\.\w+)?$/.test(arrival.apiVersion)) {
    return refuse(refusals.invalidVersion(arrival.apiVersion))
  }
  const found = findRoute(arrival.method, arrival.path)
  if (!found) return refuse(refusals.unknownUrl(arrival.method, arrival.path))
  const account = actingAccount(sim, arrival.account)
  if (!account) return refuse(refusals.noAccess(key, arrival.account ?? ''))

  const reading = {
    enumsLater: found.route.enumsLater ?? [],
    alsoAllowed: arrival.apiVersion === stripeApi.version ? [] : (found.route.olderParams ?? []),
  }
  const params = found.operation ? readParams(found.operation.params, arrival.form, reading) : arrival.form
  if (params instanceof Refusal) return refuse(params)
  entry.params = params
  const badPath = found.operation && badExpansion(found.operation.answer, params)
  if (badPath) return refuse(refusals.notExpandable(badPath))

  const call: Call = {
    account,
    ids: found.ids,
    params,
    cause: { requestId: arrival.requestId, idempotencyKey: arrival.idempotencyKey },
  }
  const work = () => outcome(sim, found.route.answer, call, fault)
  if (arrival.method !== 'POST' || arrival.idempotencyKey === null) {
    if (fault?.kind === 'delay_before') await wait(fault.milliseconds)
    return work()
  }
  return once(sim, keys, keyed(arrival, account, arrival.idempotencyKey), fault, work)
}

/** Does the work under an idempotency key: the first answer is also every later one. */
async function once(
  sim: Simulation,
  keys: IdempotencyKeys,
  call: KeyedCall,
  fault: CallFault | undefined,
  work: () => Verdict,
): Promise<Verdict> {
  const known = keys.begin(call, sim.clock.now())
  if (known.kind === 'refused') return refused(known.refusal, call.requestId)
  if (known.kind === 'replay') {
    const { answer, requestId } = known.record
    return {
      ...answer,
      replayed: true,
      headers: { 'idempotent-replayed': 'true', 'original-request': requestId },
    }
  }
  try {
    if (fault?.kind === 'delay_before') await wait(fault.milliseconds)
    const verdict = work()
    const { status, body, errorCode } = verdict
    keys.finish(call, { status, body, errorCode }, sim.clock.now())
    return verdict
  } catch (error) {
    keys.abandon(call)
    throw error
  }
}

/** The work and its result, unless a fault replaces one or the other. */
function outcome(
  sim: Simulation,
  work: (sim: Simulation, call: Call) => Body | Refusal,
  call: Call,
  fault: CallFault | undefined,
): Verdict {
  const requestId = call.cause.requestId ?? ''
  if (fault?.kind === 'error_before') return refused(refusals.serverError(), requestId)
  if (fault?.kind === 'refusal') return refused(refusalByCode(fault.code, fault.message), requestId)
  const result = work(sim, call)
  if (fault?.kind === 'error_after') return refused(refusals.serverError(), requestId)
  if (result instanceof Refusal) return refused(result, requestId)
  const body = JSON.stringify(expandAnswer(sim, result, call.params), null, 2)
  return { status: 200, body, replayed: false, errorCode: null }
}

function refused(refusal: Refusal, requestId: string): Verdict {
  return {
    status: refusal.status,
    body: JSON.stringify(refusal.body(requestId), null, 2),
    replayed: false,
    errorCode: refusal.code ?? refusal.type,
  }
}

function actingAccount(sim: Simulation, id: string | null): AccountRecord | undefined {
  if (id === null) return sim.ledger.platform()
  const account = sim.ledger.accounts.find(id)
  return account?.connected ? account : undefined
}

function keyed(arrival: Arrival, account: AccountRecord, key: string): KeyedCall {
  return {
    account: account.id,
    key,
    method: arrival.method,
    path: arrival.path,
    params: fingerprint(arrival.form),
    requestId: arrival.requestId,
  }
}

/** Parameters in a form in which their order does not matter. */
function fingerprint(form: Body): string {
  return JSON.stringify(form, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

/** Stripe's headers around a verdict. */
function dress(arrival: Arrival, verdict: Verdict, fault: CallFault | undefined): Answer {
  const empty = fault?.kind === 'empty_answer'
  const malformed = fault?.kind === 'malformed_answer'
  return {
    status: empty || malformed ? 200 : verdict.status,
    body: empty ? '' : malformed ? verdict.body.slice(0, Math.floor(verdict.body.length / 2)) : verdict.body,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-cache, no-store',
      'request-id': arrival.requestId,
      'stripe-version': arrival.apiVersion ?? stripeApi.version,
      ...(arrival.account ? { 'stripe-account': arrival.account } : {}),
      ...(arrival.idempotencyKey ? { 'idempotency-key': arrival.idempotencyKey } : {}),
      ...(fault?.shouldRetry === undefined ? {} : { 'stripe-should-retry': String(fault.shouldRetry) }),
      ...verdict.headers,
    },
  }
}
