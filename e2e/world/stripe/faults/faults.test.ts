import { expect, test } from 'vitest'
import { connectedSimulator } from '../testing/connected-simulator'
import { officialSdk } from '../testing/official-sdk'
import { refusalOf } from '../testing/refusal-of'
import type { FaultOrder } from '../testing/side-door'

/** A paid PaymentIntent, one planned fault, and a refund that runs into it. */
async function struckBy(fault: FaultOrder) {
  const world = await connectedSimulator()
  const intent = await world.pay(3000)
  const planned = await world.sim.plan(fault)
  expect(planned.status).toBe(201)
  const refund = () =>
    world.stripe.refunds.create({ payment_intent: intent.id }, { ...world.on, idempotencyKey: 'attempt-1' })
  const made = async () => (await world.sim.ledger()).refunds.length
  return { ...world, intent, refund, made }
}

// The SDK repeats a call whose connection broke once by itself, retries off or not: such faults strike twice here.
const onRefund = { method: 'POST', path: '/v1/refunds' }

test.for([
  [
    { kind: 'rate_limit', ...onRefund },
    { statusCode: 429, code: 'rate_limit', type: 'StripeRateLimitError' },
  ],
  [
    { kind: 'lock_timeout', ...onRefund },
    { statusCode: 429, code: 'lock_timeout', type: 'StripeRateLimitError' },
  ],
  [
    { kind: 'unavailable', ...onRefund },
    { statusCode: 503, type: 'StripeAPIError' },
  ],
  [{ kind: 'reset_before', times: 2, ...onRefund }, { type: 'StripeConnectionError' }],
  [{ kind: 'timeout_before', milliseconds: 100, times: 2, ...onRefund }, { type: 'StripeConnectionError' }],
] as const)('%o: nothing happened and the key is free for the same call', async ([fault, error]) => {
  const { refund, made } = await struckBy(fault)
  expect(await refusalOf(refund())).toMatchObject(error)
  expect(await made()).toBe(0)
  expect((await refund()).status).toBe('succeeded')
  expect(await made()).toBe(1)
})

test.for([
  [{ kind: 'timeout_after', milliseconds: 100, times: 2, ...onRefund }],
  [{ kind: 'reset_after', ...onRefund }],
  [{ kind: 'empty_answer', ...onRefund }],
  [{ kind: 'malformed_answer', ...onRefund }],
] as const)('%o: it happened, the caller cannot know, and the same key brings the refund', async ([fault]) => {
  const { refund, made } = await struckBy(fault)
  await refusalOf(refund())
  expect(await made()).toBe(1)
  const replayed = await refund()
  expect(replayed.status).toBe('succeeded')
  expect(replayed.lastResponse.headers['idempotent-replayed']).toBe('true')
  expect(await made()).toBe(1)
})

test.for([
  ['error_before', 0],
  ['error_after', 1],
] as const)('a 500 (%s) is bound to its key and replays for ever; %i refund was made', async ([kind, refunds]) => {
  const { refund, made } = await struckBy({ kind, ...onRefund })
  expect(await refusalOf(refund())).toMatchObject({ statusCode: 500, type: 'StripeAPIError' })
  const again = await refusalOf(refund())
  expect(again.statusCode).toBe(500)
  expect(again.headers?.['idempotent-replayed']).toBe('true')
  expect(await made()).toBe(refunds)
})

test('a slow answer arrives byte by byte, whole, long after the effect', async () => {
  const { refund, made } = await struckBy({ kind: 'slow_answer', milliseconds: 1, ...onRefund })
  let answered = false
  const slow = refund().finally(() => {
    answered = true
  })
  await expect.poll(made, { interval: 10 }).toBe(1)
  expect(answered).toBe(false)
  expect((await slow).status).toBe('succeeded')
})

test('a late answer lets the webhook outrun it', async () => {
  const { refund, endpoint } = await struckBy({ kind: 'delay_after', milliseconds: 2000, ...onRefund })
  let answered = false
  const call = refund().finally(() => {
    answered = true
  })
  await endpoint.waitFor(1, ({ event }) => event.type === 'refund.created')
  expect(answered).toBe(false)
  expect((await call).status).toBe('succeeded')
})

test('a refusal by code has that code’s status, and is bound to its key where Stripe binds it', async () => {
  const { refund, made } = await struckBy({ kind: 'refusal', code: 'balance_insufficient', ...onRefund })
  expect(await refusalOf(refund())).toMatchObject({ statusCode: 400, code: 'balance_insufficient' })
  expect((await refusalOf(refund())).headers?.['idempotent-replayed']).toBe('true')
  expect(await made()).toBe(0)
  const unbound = await struckBy({ kind: 'refusal', code: 'api_key_expired', ...onRefund })
  expect(await refusalOf(unbound.refund())).toMatchObject({ statusCode: 401, code: 'api_key_expired' })
  expect((await unbound.refund()).status).toBe('succeeded')
})

test('Stripe-Should-Retry steers the SDK against the status, both ways', async () => {
  const { sim, url, on, intent } = await struckBy({ kind: 'unavailable', shouldRetry: false, ...onRefund })
  const patient = officialSdk(url, 'sk_test_simulator', 2)
  const refund = () => patient.refunds.create({ payment_intent: intent.id, amount: 100 }, on)
  const calls = async () => (await sim.requests()).filter(({ path }) => path === '/v1/refunds').length
  expect((await refusalOf(refund())).statusCode).toBe(503)
  expect(await calls()).toBe(1)
  await sim.plan({ kind: 'rate_limit', shouldRetry: true, ...onRefund })
  expect((await refund()).status).toBe('succeeded')
  expect(await calls()).toBe(3)
})

test('a rate limit names its reason', async () => {
  const { refund } = await struckBy({ kind: 'rate_limit', reason: 'endpoint-rate', ...onRefund })
  expect((await refusalOf(refund())).headers?.['stripe-rate-limited-reason']).toBe('endpoint-rate')
})

test('a fault strikes only the calls it names, as often as planned', async () => {
  const { stripe, sim, on, intent, refund } = await struckBy({ kind: 'rate_limit', times: 2, ...onRefund })
  await stripe.refunds.list({ payment_intent: intent.id }, on)
  await sim.plan({ kind: 'unavailable', account: 'acct_other', ...onRefund })
  expect((await refusalOf(refund())).code).toBe('rate_limit')
  expect((await refusalOf(refund())).code).toBe('rate_limit')
  expect((await refund()).status).toBe('succeeded')
  expect((await sim.requests()).map(({ fault }) => fault).filter((fault) => fault !== null)).toEqual([
    'rate_limit',
    'rate_limit',
  ])
})

test('a fault that makes no sense is refused with the reason', async () => {
  const { sim } = await connectedSimulator()
  const { status, body } = await sim.post('/faults', { kind: 'earthquake' })
  expect(status).toBe(422)
  expect(JSON.stringify(body)).toContain('kind')
})
