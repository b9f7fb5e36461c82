import { expect, test } from 'vitest'
import { validateStripeRequest } from '../schema/validate'
import { startStripeSimulator } from '../simulator'
import { connectedSimulator } from '../testing/connected-simulator'
import { officialSdk } from '../testing/official-sdk'
import { refusalOf } from '../testing/refusal-of'

test('only the platform’s own keys open the door, as Bearer or as Basic', async ({ onTestFinished }) => {
  const simulator = await startStripeSimulator({ apiKey: 'sk_test_platform,rk_test_restricted' })
  onTestFinished(() => simulator.close())
  for (const key of ['sk_test_platform', 'rk_test_restricted']) {
    expect((await officialSdk(simulator.url, key).balance.retrieve()).object).toBe('balance')
  }
  expect(await refusalOf(officialSdk(simulator.url, 'sk_test_somebodyelse').balance.retrieve())).toMatchObject({
    type: 'StripeAuthenticationError',
    statusCode: 401,
    message: 'Invalid API Key provided: sk_test_********else',
  })
  const get = async (headers: Record<string, string>) =>
    (await fetch(`${simulator.url}/v1/balance`, { headers })).status
  expect(await get({ authorization: `Basic ${btoa('sk_test_platform:')}` })).toBe(200)
  expect(await get({ authorization: `Basic ${btoa('sk_test_other:')}` })).toBe(401)
  expect(await get({})).toBe(401)
})

test('one account’s objects do not exist for another, nor for the platform', async () => {
  const { stripe, on, pay } = await connectedSimulator()
  const other = { stripeAccount: (await stripe.accounts.create({ type: 'standard' })).id }
  const intent = await pay(3000)
  const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 100 }, on)
  for (const scope of [other, {}]) {
    expect(await refusalOf(stripe.refunds.create({ payment_intent: intent.id }, scope))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      message: `No such payment_intent: '${intent.id}'`,
    })
    expect((await refusalOf(stripe.paymentIntents.retrieve(intent.id, {}, scope))).code).toBe('resource_missing')
    expect((await refusalOf(stripe.refunds.retrieve(refund.id, {}, scope))).code).toBe('resource_missing')
    expect((await stripe.refunds.list({ payment_intent: intent.id }, scope)).data).toEqual([])
    expect((await stripe.events.list({}, scope)).data).toEqual([])
  }
})

test('an account that is unknown or took its access away is a 403', async () => {
  const { stripe, sim, on, account, pay } = await connectedSimulator()
  const intent = await pay(3000)
  const call = (stripeAccount: string) =>
    refusalOf(stripe.refunds.create({ payment_intent: intent.id }, { stripeAccount }))
  expect(await call('acct_unknown')).toMatchObject({
    type: 'StripePermissionError',
    statusCode: 403,
    code: 'account_invalid',
  })
  await sim.act(`/accounts/${account}/deauthorize`)
  expect(await call(account)).toMatchObject({
    statusCode: 403,
    code: 'account_invalid',
    message: `The provided key 'sk_test_*****ator' does not have access to account '${account}' (or that account does not exist). Application access may have been revoked.`,
  })
  await sim.act(`/accounts/${account}/reconnect`)
  expect((await stripe.refunds.create({ payment_intent: intent.id }, on)).status).toBe('succeeded')
})

test('unknown, missing and malformed parameters are refused by name', async () => {
  const { url } = await connectedSimulator()
  const post = async (path: string, form: Record<string, string>) => {
    const response = await fetch(`${url}/v1${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_simulator', 'stripe-version': '2026-10-28.endive' },
      body: new URLSearchParams(form),
    })
    return { status: response.status, ...JSON.parse(await response.text()).error }
  }
  const intent = { amount: '100', currency: 'eur' }
  expect(await post('/refunds', { payment_intent: 'pi_1', amuont: '5' })).toMatchObject({
    status: 400,
    code: 'parameter_unknown',
    param: 'amuont',
    message: 'Received unknown parameter: amuont',
  })
  expect(await post('/payment_intents', { ...intent, 'shipping[planet]': 'Mars' })).toMatchObject({
    code: 'parameter_unknown',
    param: 'shipping[planet]',
  })
  expect(await post('/payment_intents', { ...intent, 'payment_method_types[]': 'card' })).toMatchObject({
    code: 'parameter_unknown',
  })
  expect(await post('/payment_intents', { amount: '100' })).toMatchObject({
    code: 'parameter_missing',
    param: 'currency',
  })
  expect(await post('/payment_intents', { ...intent, amount: '12.5' })).toMatchObject({
    code: 'parameter_invalid_integer',
    param: 'amount',
  })
  expect(await post('/payment_intents', { ...intent, confirm: 'perhaps' })).toMatchObject({
    param: 'confirm',
    message: 'Invalid boolean: perhaps',
  })
  expect(await post('/payment_intents', { ...intent, capture_method: 'never' })).toMatchObject({
    message: 'Invalid capture_method: must be one of automatic, automatic_async, or manual',
  })
  expect(await post('/payment_intents', { ...intent, 'expand[]': 'nonsense' })).toMatchObject({
    message: 'This property cannot be expanded (nonsense).',
  })
  expect(await post('/nonsense', {})).toMatchObject({ status: 404 })
})

test('every answer names its request and repeats account, key and version', async () => {
  const { stripe, on } = await connectedSimulator()
  const intent = await stripe.paymentIntents.create({ amount: 100, currency: 'eur' }, { ...on, idempotencyKey: 'k-1' })
  expect(intent.lastResponse.headers).toMatchObject({
    'request-id': expect.stringMatching(/^req_\w{14}$/),
    'stripe-account': on.stripeAccount,
    'idempotency-key': 'k-1',
    'stripe-version': '2026-10-28.endive',
  })
})

test('expand puts whole objects where ids were, through lists and several levels', async () => {
  const { stripe, on, pay } = await connectedSimulator()
  const intent = await pay(3000)
  await stripe.refunds.create({ payment_intent: intent.id, amount: 100 }, on)
  const full = await stripe.paymentIntents.retrieve(
    intent.id,
    { expand: ['latest_charge.refunds', 'latest_charge.balance_transaction'] },
    on,
  )
  expect(full.latest_charge).toMatchObject({
    object: 'charge',
    refunds: { data: [{ amount: 100 }] },
    balance_transaction: { object: 'balance_transaction', amount: 3000 },
  })
  const list = await stripe.refunds.list({ expand: ['data.payment_intent'] }, on)
  expect(list.data[0]?.payment_intent).toMatchObject({ id: intent.id, amount: 3000 })
})

test('the log keeps every call with decoded parameters, ready to be judged', async () => {
  const { stripe, sim, on, pay } = await connectedSimulator()
  const intent = await pay(3000)
  await stripe.refunds.create(
    { payment_intent: intent.id, amount: 1500, refund_application_fee: false, metadata: { credit_note_id: 'cn_1' } },
    { ...on, idempotencyKey: 'attempt-1' },
  )
  const call = (await sim.requests()).at(-1)
  expect(call).toMatchObject({
    method: 'POST',
    path: '/v1/refunds',
    account: on.stripeAccount,
    idempotencyKey: 'attempt-1',
    status: 200,
    params: {
      payment_intent: intent.id,
      amount: 1500,
      refund_application_fee: false,
      metadata: { credit_note_id: 'cn_1' },
    },
  })
  expect(validateStripeRequest('POST', '/v1/refunds', call?.params)).toEqual({ ok: true })
})

test('a declined card is a 402 that leaves a failed charge and says so in events', async () => {
  const { pay, stripe, on, endpoint } = await connectedSimulator()
  const refused = await refusalOf(pay(3000, 'pm_card_chargeDeclined'))
  expect(refused).toMatchObject({
    type: 'StripeCardError',
    statusCode: 402,
    code: 'card_declined',
    decline_code: 'generic_decline',
  })
  const intent = await stripe.paymentIntents.retrieve(refused.payment_intent?.id ?? '', {}, on)
  expect(intent).toMatchObject({ status: 'requires_payment_method', last_payment_error: { code: 'card_declined' } })
  await endpoint.waitFor(1, ({ event }) => event.type === 'payment_intent.payment_failed')
  expect((await refusalOf(stripe.refunds.create({ payment_intent: intent.id }, on))).message).toBe(
    `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
  )
})
