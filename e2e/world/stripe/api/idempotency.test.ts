import { expect, test } from 'vitest'
import { connectedSimulator } from '../testing/connected-simulator'
import { refusalOf } from '../testing/refusal-of'

test('the same key and parameters make one refund and replay its answer', async () => {
  const { stripe, sim, on, pay } = await connectedSimulator()
  const intent = await pay(3000)
  const create = () =>
    stripe.refunds.create({ payment_intent: intent.id, amount: 1000 }, { ...on, idempotencyKey: 'attempt-1' })
  const first = await create()
  const second = await create()
  expect(second.id).toBe(first.id)
  expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined()
  expect(second.lastResponse.headers).toMatchObject({
    'idempotent-replayed': 'true',
    'idempotency-key': 'attempt-1',
    'original-request': first.lastResponse.requestId,
  })
  expect((await sim.ledger()).refunds).toHaveLength(1)
  const calls = (await sim.requests()).filter((request) => request.path === '/v1/refunds')
  expect(calls.map(({ replayed, idempotencyKey }) => ({ replayed, idempotencyKey }))).toEqual([
    { replayed: false, idempotencyKey: 'attempt-1' },
    { replayed: true, idempotencyKey: 'attempt-1' },
  ])
})

test('a refusal replays although its cause is gone; a new key finds the new state', async () => {
  const { stripe, sim, on, pay } = await connectedSimulator()
  const intent = await pay(3000)
  const dispute = await sim.act(`/charges/${intent.latest_charge}/dispute`)
  const create = (idempotencyKey: string) =>
    stripe.refunds.create({ payment_intent: intent.id }, { ...on, idempotencyKey })
  expect((await refusalOf(create('attempt-1'))).code).toBe('charge_disputed')
  await sim.act(`/disputes/${JSON.parse(JSON.stringify(dispute)).id}/won`)
  const replayed = await refusalOf(create('attempt-1'))
  expect(replayed.code).toBe('charge_disputed')
  expect(replayed.headers?.['idempotent-replayed']).toBe('true')
  expect((await create('attempt-2')).status).toBe('succeeded')
})

test('the same key with other parameters, or for another call, is an idempotency error', async () => {
  const { stripe, on, pay } = await connectedSimulator()
  const intent = await pay(3000)
  const options = { ...on, idempotencyKey: 'attempt-1' }
  await stripe.refunds.create({ payment_intent: intent.id, amount: 1000 }, options)
  const otherAmount = await refusalOf(stripe.refunds.create({ payment_intent: intent.id, amount: 2000 }, options))
  expect(otherAmount).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 })
  const otherCall = await refusalOf(stripe.paymentIntents.create({ amount: 1, currency: 'eur' }, options))
  expect(otherCall).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 })
})

test('a key belongs to its account: another account may use the same one', async () => {
  const { stripe, on } = await connectedSimulator()
  const other = { stripeAccount: (await stripe.accounts.create({ type: 'standard' })).id }
  const open = (account: { stripeAccount: string }) =>
    stripe.paymentIntents.create({ amount: 500, currency: 'eur' }, { ...account, idempotencyKey: 'same' })
  const [mine, theirs] = [await open(on), await open(other)]
  expect(theirs.id).not.toBe(mine.id)
})

test('while the first call is under way the same key is in use, and one refund comes of it', async () => {
  const { stripe, sim, on, pay } = await connectedSimulator()
  const intent = await pay(3000)
  await sim.plan({ kind: 'delay_before', milliseconds: 2000, method: 'POST', path: '/v1/refunds' })
  const create = () => stripe.refunds.create({ payment_intent: intent.id }, { ...on, idempotencyKey: 'attempt-1' })
  const slow = create()
  await expect.poll(async () => (await sim.requests()).filter(({ path }) => path === '/v1/refunds').length).toBe(1)
  const refused = await refusalOf(create())
  expect(refused).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use', type: 'StripeAPIError' })
  const refund = await slow
  expect((await create()).id).toBe(refund.id)
})

test('parameters refused at the door leave the key free', async () => {
  const { stripe, url, on, pay } = await connectedSimulator()
  const intent = await pay(3000)
  const misspelt = await fetch(`${url}/v1/refunds`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer sk_test_simulator',
      'stripe-account': on.stripeAccount,
      'idempotency-key': 'attempt-1',
    },
    body: new URLSearchParams({ payment_intent: intent.id, amuont: '5' }),
  })
  expect(misspelt.status).toBe(400)
  const refund = await stripe.refunds.create({ payment_intent: intent.id }, { ...on, idempotencyKey: 'attempt-1' })
  expect(refund.status).toBe('succeeded')
})

test('a forgotten key, as after a day, does the work again', async () => {
  const { stripe, sim, on, pay } = await connectedSimulator()
  const intent = await pay(3000)
  const create = () =>
    stripe.refunds.create({ payment_intent: intent.id, amount: 1000 }, { ...on, idempotencyKey: 'attempt-1' })
  const first = await create()
  await sim.act('/idempotency-keys/forget')
  expect((await create()).id).not.toBe(first.id)
})
