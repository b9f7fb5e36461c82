import Stripe from 'stripe'
import { expect, test } from 'vitest'
import { connectedSimulator } from '../testing/connected-simulator'
import { listeningEndpoint } from '../testing/listening-endpoint'

/** What the refund's own story looked like from outside: event types with the status inside. */
function story(heard: { event: Stripe.Event }[]): string[] {
  return heard
    .filter(({ event }) => event.type.includes('refund'))
    .map(({ event }) =>
      event.data.object.object === 'refund' ? `${event.type} ${event.data.object.status}` : event.type,
    )
}

test('a card refund is told as refund.created, then charge.refunded, and never as refund.updated by itself', async () => {
  const { stripe, on, pay, endpoint, sim } = await connectedSimulator()
  const intent = await pay(3000)
  await stripe.refunds.create({ payment_intent: intent.id }, on)
  await endpoint.waitFor(1, ({ event }) => event.type === 'charge.refunded')
  await expect.poll(async () => (await sim.deliveries()).every(({ status }) => status === 'delivered')).toBe(true)
  expect(story(endpoint.heard)).toEqual(['refund.created succeeded', 'charge.refunded'])
})

test('a late failure follows the recorded sequence, without refund.updated on the failure', async () => {
  const { stripe, on, pay, endpoint, account, sim } = await connectedSimulator()
  const intent = await pay(3000, 'pm_card_refundFail')
  const refund = await stripe.refunds.create({ payment_intent: intent.id }, on)
  expect(refund.status).toBe('succeeded')
  await endpoint.waitFor(2, ({ event }) => event.type === 'charge.refund.updated')
  expect(story(endpoint.heard)).toEqual([
    'refund.created succeeded',
    'charge.refunded',
    'refund.updated succeeded',
    'charge.refund.updated succeeded',
    'refund.failed failed',
    'charge.refund.updated failed',
  ])
  const failed = await stripe.refunds.retrieve(refund.id, {}, on)
  expect(failed).toMatchObject({ status: 'failed', failure_reason: 'expired_or_canceled_card' })
  expect(failed.failure_balance_transaction).toMatch(/^txn_/)
  const ledger = await sim.ledger()
  expect(ledger.accounts.find(({ id }) => id === account)?.balance).toEqual({ eur: 3000 })
  expect(ledger.charges[0]?.amountRefunded).toBe(0)
})

test('a pending refund waits until the bank confirms, and then says so', async () => {
  const { stripe, sim, on, pay, endpoint } = await connectedSimulator()
  const intent = await pay(3000, 'pm_card_pendingRefund')
  const refund = await stripe.refunds.create({ payment_intent: intent.id }, on)
  expect(refund).toMatchObject({ status: 'pending', pending_reason: 'processing' })
  await sim.act(`/refunds/${refund.id}/confirm`)
  await endpoint.waitFor(1, ({ event }) => event.type === 'charge.refund.updated')
  expect(story(endpoint.heard)).toEqual([
    'refund.created pending',
    'charge.refunded',
    'refund.updated succeeded',
    'charge.refund.updated succeeded',
  ])
})

test('the trace number comes later, with a refund.updated of its own', async () => {
  const { stripe, sim, on, pay, endpoint } = await connectedSimulator()
  const intent = await pay(3000)
  const refund = await stripe.refunds.create({ payment_intent: intent.id }, on)
  expect(refund.destination_details?.card).toEqual({
    reference_status: 'pending',
    reference_type: 'acquirer_reference_number',
    type: 'refund',
  })
  await sim.act(`/refunds/${refund.id}/trace`)
  const [update] = await endpoint.waitFor(1, ({ event }) => event.type === 'refund.updated')
  expect(update?.event.data.object).toMatchObject({
    status: 'succeeded',
    destination_details: { card: { reference: expect.stringMatching(/^\d{23}$/), reference_status: 'available' } },
  })
})

test('events of a connected account carry its id and the call that caused them', async () => {
  const { stripe, on, pay, endpoint } = await connectedSimulator()
  const intent = await pay(3000)
  const refund = await stripe.refunds.create({ payment_intent: intent.id }, { ...on, idempotencyKey: 'attempt-1' })
  const [created] = await endpoint.waitFor(1, ({ event }) => event.type === 'refund.created')
  expect(created?.event).toMatchObject({
    account: on.stripeAccount,
    api_version: '2026-10-28.endive',
    livemode: false,
    pending_webhooks: 1,
    request: { id: refund.lastResponse.requestId, idempotency_key: 'attempt-1' },
  })
})

test('a refused delivery comes again with a fresh signature until it is taken', async () => {
  const { sim, pay, endpoint } = await connectedSimulator({ timeScale: 1.05 })
  endpoint.refuse('payment_intent.created', 500)
  endpoint.refuse('charge.succeeded', 302)
  await pay(3000)
  const tries = await endpoint.waitFor(2, ({ event }) => event.type === 'payment_intent.created')
  expect(new Set(tries.map(({ event }) => event.id)).size).toBe(1)
  const times = tries.map(({ signature }) => /^t=(\d+),v1=[0-9a-f]{64}$/.exec(signature)?.[1])
  expect(new Set(times).size).toBe(2)
  const statuses = async (type: string) =>
    (await sim.deliveries()).find((delivery) => delivery.type === type)?.attempts.map(({ status }) => status)
  await expect.poll(() => statuses('payment_intent.created')).toEqual([500, 200])
  await expect.poll(() => statuses('charge.succeeded')).toEqual([302, 200])
})

test('a signature made with another secret, or over another body, does not verify', async () => {
  const { pay, endpoint } = await connectedSimulator()
  await pay(3000)
  const [heard] = await endpoint.waitFor(1)
  if (!heard) throw new Error('nothing heard')
  expect(() => Stripe.webhooks.constructEvent(heard.rawBody, heard.signature, 'whsec_other')).toThrow()
  expect(() => Stripe.webhooks.constructEvent(`${heard.rawBody} `, heard.signature, endpoint.secret)).toThrow()
})

test('while a secret rolls every delivery is signed with both', async () => {
  const endpoint = await listeningEndpoint('whsec_new')
  const { pay } = await connectedSimulator({ webhooks: [{ url: endpoint.url, secret: 'whsec_old,whsec_new' }] })
  await pay(3000)
  const [heard] = await endpoint.waitFor(1)
  expect(heard?.signature).toMatch(/^t=\d+,v1=[0-9a-f]{64},v1=[0-9a-f]{64}$/)
  expect(() => Stripe.webhooks.constructEvent(heard?.rawBody ?? '', heard?.signature ?? '', 'whsec_old')).not.toThrow()
  await endpoint.close()
})

test('an app that starts late still gets what happened before', async () => {
  const late = await listeningEndpoint()
  const { port } = new URL(late.url)
  await late.close()
  const { stripe, sim, on, pay } = await connectedSimulator({ webhooks: [late], timeScale: 0.1 })
  await pay(3000)
  await expect
    .poll(async () => (await sim.deliveries()).every(({ attempts }) => attempts[0]?.status === null))
    .toBe(true)
  expect((await stripe.events.list({ delivery_success: false }, on)).data).toHaveLength(3)
  const started = await listeningEndpoint(late.secret, Number(port))
  await started.waitFor(3)
  await started.close()
})

test('an endpoint hears only what it registered for: own or connected accounts, named types', async ({
  onTestFinished,
}) => {
  const { stripe, sim, pay } = await connectedSimulator({ webhooks: [] })
  const [ofPlatform, ofConnected] = [await listeningEndpoint(), await listeningEndpoint()]
  onTestFinished(async () => {
    await ofPlatform.close()
    await ofConnected.close()
  })
  await stripe.webhookEndpoints.create({ url: ofPlatform.url, enabled_events: ['*'] })
  const connected = await stripe.webhookEndpoints.create({
    url: ofConnected.url,
    connect: true,
    enabled_events: ['charge.succeeded'],
  })
  expect(connected.secret).toMatch(/^whsec_\w{32}$/)
  expect(await stripe.webhookEndpoints.retrieve(connected.id)).not.toHaveProperty('secret')
  ofConnected.secret = connected.secret ?? ''
  await pay(3000)
  await ofConnected.waitFor(1)
  expect((await sim.deliveries()).map(({ type }) => type)).toEqual(['charge.succeeded'])
  expect(ofConnected.types()).toEqual(['charge.succeeded'])
})

test('held webhooks go nowhere until released, one by one in any order or all at once', async () => {
  const { stripe, sim, on, pay, endpoint } = await connectedSimulator()
  const intent = await pay(3000)
  await endpoint.waitFor(3)
  await sim.act('/deliveries/pause')
  await stripe.refunds.create({ payment_intent: intent.id }, on)
  const waiting = (await sim.deliveries()).filter(({ status }) => status === 'waiting')
  expect(waiting.map(({ type }) => type)).toEqual(['refund.created', 'charge.refunded'])
  await sim.act(`/deliveries/${waiting[1]?.id}/send`)
  expect(endpoint.types().slice(3)).toEqual(['charge.refunded'])
  await sim.act('/deliveries/resume')
  await endpoint.waitFor(5)
  expect(endpoint.types().slice(3)).toEqual(['charge.refunded', 'refund.created'])
})

test('planned delivery faults duplicate, reorder, drop, delay and misdirect', async () => {
  const { stripe, sim, on, pay, endpoint, account } = await connectedSimulator()
  const intent = await pay(9000)
  await endpoint.waitFor(3)
  const refundAndHear = async (count: number) => {
    const before = endpoint.heard.length
    await stripe.refunds.create({ payment_intent: intent.id, amount: 100 }, on)
    await endpoint.waitFor(before + count)
    return endpoint.heard.slice(before)
  }
  await sim.plan({ kind: 'duplicate_delivery', copies: 3, type: 'refund.created' })
  const copies = await refundAndHear(4)
  expect(copies.filter(({ event }) => event.type === 'refund.created')).toHaveLength(3)
  expect(new Set(copies.map(({ event }) => event.id)).size).toBe(2)

  await sim.plan({ kind: 'reorder_delivery', type: 'refund.created' })
  expect((await refundAndHear(2)).map(({ event }) => event.type)).toEqual(['charge.refunded', 'refund.created'])

  await sim.plan({ kind: 'drop_delivery', type: 'refund.*' })
  expect((await refundAndHear(1)).map(({ event }) => event.type)).toEqual(['charge.refunded'])
  const dropped = (await sim.deliveries()).find(({ status }) => status === 'dropped')
  expect(dropped).toMatchObject({ type: 'refund.created', attempts: [] })
  const before = endpoint.heard.length
  await sim.act(`/events/${dropped?.event}/resend`)
  await endpoint.waitFor(before + 1)
  expect(endpoint.heard.at(-1)?.event.id).toBe(dropped?.event)

  await sim.plan({ kind: 'delay_delivery', milliseconds: 150, type: 'refund.created' })
  expect((await refundAndHear(2)).map(({ event }) => event.type)).toEqual(['charge.refunded', 'refund.created'])

  await sim.plan({ kind: 'misdirect_delivery', toAccount: 'acct_somebodyelse', type: 'refund.created' })
  const misdirected = await refundAndHear(2)
  expect(misdirected.map(({ event }) => event.account).sort()).toEqual([account, 'acct_somebodyelse'].sort())
})

test('events of one payment arrive in the order in which they happened', async () => {
  const { stripe, on, pay, endpoint } = await connectedSimulator()
  const intents = await Promise.all(Array.from({ length: 8 }, () => pay(3000)))
  await Promise.all(intents.map((intent) => stripe.refunds.create({ payment_intent: intent.id }, on)))
  await endpoint.waitFor(8 * 5)
  for (const intent of intents) {
    const own = endpoint.heard.filter(({ rawBody }) => rawBody.includes(intent.id)).map(({ event }) => event.type)
    expect(own).toEqual([
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'refund.created',
      'charge.refunded',
    ])
  }
})
