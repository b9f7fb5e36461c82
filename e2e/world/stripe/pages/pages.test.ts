import { expect, test } from 'vitest'
import { connectedSimulator } from '../testing/connected-simulator'

/** A form sent as a browser sends it from the page's own origin, stopping at the redirect. */
function submit(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = { origin: new URL(url).origin },
): Promise<Response> {
  return fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields), headers })
}

function openSession(world: Awaited<ReturnType<typeof connectedSimulator>>) {
  return world.stripe.checkout.sessions.create(
    {
      mode: 'payment',
      success_url: 'https://app.example/paid?session={CHECKOUT_SESSION_ID}',
      cancel_url: 'https://app.example/back',
      customer_email: 'client@example.com',
      metadata: { deposit_id: 'dep_1' },
      payment_intent_data: { metadata: { deposit_id: 'dep_1' }, description: 'Deposit for PRO-2026-0001' },
      line_items: [
        { quantity: 2, price_data: { currency: 'eur', unit_amount: 20_000, product_data: { name: 'Half a deposit' } } },
      ],
    },
    world.on,
  )
}

const card = { email: 'client@example.com', name: 'Ada Client', card: 'pm_card_visa' }

test('a client who pays on the hosted page is led to success_url, and the app hears of payment and session', async () => {
  const world = await connectedSimulator()
  const session = await openSession(world)
  expect(session).toMatchObject({
    status: 'open',
    payment_status: 'unpaid',
    amount_total: 40_000,
    payment_intent: null,
  })
  const page = await (await fetch(session.url ?? '')).text()
  expect(page).toContain('€400.00')
  expect(page).toContain('Half a deposit')

  const paid = await submit(session.url ?? '', card)
  expect(paid.status).toBe(303)
  expect(paid.headers.get('location')).toBe(`https://app.example/paid?session=${session.id}`)
  await world.endpoint.waitFor(4)
  expect(world.endpoint.types().sort()).toEqual([
    'charge.succeeded',
    'checkout.session.completed',
    'payment_intent.created',
    'payment_intent.succeeded',
  ])
  const complete = await world.stripe.checkout.sessions.retrieve(
    session.id,
    { expand: ['payment_intent', 'line_items'] },
    world.on,
  )
  expect(complete).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    url: null,
    payment_intent: { status: 'succeeded', amount_received: 40_000, metadata: { deposit_id: 'dep_1' } },
    line_items: { data: [{ quantity: 2, amount_total: 40_000 }] },
  })
})

test('paying twice on the same page charges once', async () => {
  const world = await connectedSimulator()
  const session = await openSession(world)
  await submit(session.url ?? '', card)
  const again = await submit(session.url ?? '', card)
  expect(await again.text()).toContain('Already paid')
  expect((await world.sim.ledger()).charges).toHaveLength(1)
})

test('a declined card leaves the page open for another one', async () => {
  const world = await connectedSimulator()
  const session = await openSession(world)
  const declined = await submit(session.url ?? '', { ...card, card: 'pm_card_chargeDeclined' })
  expect(declined.status).toBe(402)
  expect(await declined.text()).toContain('Your card was declined.')
  expect((await submit(session.url ?? '', card)).status).toBe(303)
  expect((await world.stripe.checkout.sessions.retrieve(session.id, {}, world.on)).status).toBe('complete')
})

test('a card that asks the bank leads over its page, and nothing is paid before it confirms', async () => {
  const world = await connectedSimulator()
  const session = await openSession(world)
  const asked = await submit(session.url ?? '', { ...card, card: 'pm_card_authenticationRequired' })
  const bank = new URL(asked.headers.get('location') ?? '', world.url).href
  expect(await (await fetch(bank)).text()).toContain('Your bank asks you to confirm')
  expect((await world.stripe.checkout.sessions.retrieve(session.id, {}, world.on)).status).toBe('open')
  const confirmed = await submit(bank, { answer: 'confirm' })
  expect(confirmed.headers.get('location')).toContain('https://app.example/paid')
  expect((await world.stripe.checkout.sessions.retrieve(session.id, {}, world.on)).payment_status).toBe('paid')
})

test('an expired session takes no money', async () => {
  const world = await connectedSimulator()
  const session = await openSession(world)
  await world.stripe.checkout.sessions.expire(session.id, {}, world.on)
  expect(await (await submit(session.url ?? '', card)).text()).toContain('This page has expired')
  expect((await world.sim.ledger()).charges).toHaveLength(0)
})

test('hosted onboarding enables charges, tells the app, and its link works once', async () => {
  const { stripe, account, endpoint } = await connectedSimulator()
  expect((await stripe.accounts.retrieve(account)).charges_enabled).toBe(false)
  const link = await stripe.accountLinks.create({
    account,
    type: 'account_onboarding',
    return_url: 'https://app.example/connected',
    refresh_url: 'https://app.example/again',
  })
  expect(await (await fetch(link.url)).text()).toContain('Agree and connect')
  expect((await submit(link.url, {})).headers.get('location')).toBe('https://app.example/connected')
  const [updated] = await endpoint.waitFor(1, ({ event }) => event.type === 'account.updated')
  expect(updated?.event).toMatchObject({ account, data: { object: { charges_enabled: true } } })
  expect((await stripe.accounts.retrieve(account)).details_submitted).toBe(true)
  expect((await submit(link.url, {})).headers.get('location')).toBe('https://app.example/again')
})

test('the page shows every kind of thing with its money written as its currency writes it', async () => {
  const { url, stripe, sim, on, pay } = await connectedSimulator()
  await pay(480_000, 'pm_card_visa', 'jpy')
  const dinars = await pay(1_234_567, 'pm_card_createDisputeInquiry', 'kwd')
  await stripe.refunds.create(
    { payment_intent: dinars.id, amount: 1500, metadata: { credit_note_id: 'cn_<b>7</b>' } },
    on,
  )
  await sim.plan({ kind: 'rate_limit', method: 'POST', path: '/v1/refunds' })
  const page = await (await fetch(url)).text()
  expect(page).toContain('<title>Stripe simulator</title>')
  for (const text of [
    '¥480,000',
    'KWD 1,234.567',
    'KWD 1.500',
    '429 too many requests',
    'charge.refunded',
    'Inquiry, needs an answer',
  ]) {
    expect(page.replaceAll('\u00a0', ' ')).toContain(text)
  }
  expect(page).toContain('cn_&lt;b&gt;7&lt;/b&gt;')
})

test('a button on the page does what the JSON call does, and leads back with what was done', async () => {
  const { url, sim, pay, account } = await connectedSimulator()
  const intent = await pay(3000)
  const refunded = await submit(`${url}/sim/refund-in-dashboard`, { payment_intent: intent.id, typed: '12.50' })
  expect(refunded.status).toBe(303)
  expect(refunded.headers.get('location')).toBe('/?done=Refunded+by+hand#payments')
  expect((await sim.ledger()).refunds).toEqual([expect.objectContaining({ amount: 1250, byHand: true, metadata: {} })])
  const tooMuch = await submit(`${url}/sim/refund-in-dashboard`, { payment_intent: intent.id, typed: '99' })
  expect(tooMuch.headers.get('location')).toContain('/?refused=Refund+amount')
  await submit(`${url}/sim/accounts/${account}/top-up`, { typed: '100', currency: 'eur' })
  expect((await sim.ledger()).accounts.find(({ id }) => id === account)?.balance).toEqual({ eur: 11_750 })
  await submit(`${url}/sim/faults`, {
    kind: 'refusal',
    call: 'POST /v1/refunds',
    account: '',
    times: '2',
    milliseconds: '',
    code: 'charge_disputed',
    shouldRetry: '',
  })
  expect(await (await fetch(`${url}/sim/faults`)).json()).toMatchObject([
    { kind: 'refusal', method: 'POST', path: '/v1/refunds', times: 2, left: 2, code: 'charge_disputed' },
  ])
})

test.each([
  ['another site’s page', { origin: 'https://evil.example' }],
  ['a page that hides where it is', { origin: 'null' }],
  ['a form from nowhere', {}],
])('%s cannot press the buttons', async (_, headers: Record<string, string>) => {
  const { url, account, sim } = await connectedSimulator()
  const foreign = await submit(`${url}/sim/accounts/${account}/deauthorize`, {}, headers)
  expect(foreign.status).toBe(403)
  expect((await sim.ledger()).accounts.find(({ id }) => id === account)?.connected).toBe(true)
})
