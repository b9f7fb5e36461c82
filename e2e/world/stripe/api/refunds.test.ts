import type Stripe from 'stripe'
import { expect, test } from 'vitest'
import { connectedSimulator } from '../testing/connected-simulator'
import { refusalOf } from '../testing/refusal-of'

test('a refund moves exactly its amount from the account’s balance, once', async () => {
  const { stripe, sim, on, pay, account } = await connectedSimulator()
  const intent = await pay(10_000)
  const refund = await stripe.refunds.create(
    { payment_intent: intent.id, amount: 2500, metadata: { credit_note_id: 'cn_1' } },
    on,
  )
  expect(refund).toMatchObject({
    status: 'succeeded',
    amount: 2500,
    currency: 'eur',
    metadata: { credit_note_id: 'cn_1' },
  })
  expect(refund).not.toHaveProperty('failure_reason')
  expect(refund).not.toHaveProperty('pending_reason')
  const balance = await stripe.balance.retrieve({}, on)
  expect(balance.available).toEqual([expect.objectContaining({ amount: 7500, currency: 'eur' })])
  const ledger = await sim.ledger()
  const booked = ledger.balanceTransactions.filter((entry) => entry.account === account)
  expect(booked.map((entry) => entry.amount)).toEqual([10_000, -2500])
})

test('without an amount everything that is left goes back', async () => {
  const { stripe, on, pay } = await connectedSimulator()
  const intent = await pay(10_000)
  await stripe.refunds.create({ payment_intent: intent.id, amount: 2500 }, on)
  expect((await stripe.refunds.create({ payment_intent: intent.id }, on)).amount).toBe(7500)
  const charge = await stripe.charges.retrieve(String(intent.latest_charge), {}, on)
  expect(charge).toMatchObject({ amount_refunded: 10_000, refunded: true })
})

test('each refusal carries Stripe’s status, code, parameter and words', async () => {
  const { stripe, sim, on, pay } = await connectedSimulator()
  const paid = await pay(3000)
  const charge = String(paid.latest_charge)
  const refuse = (params: Stripe.RefundCreateParams) => refusalOf(stripe.refunds.create(params, on))

  expect(await refuse({ payment_intent: 'pi_unknown' })).toMatchObject({
    statusCode: 404,
    code: 'resource_missing',
    param: 'payment_intent',
    message: "No such payment_intent: 'pi_unknown'",
  })
  expect(await refuse({ payment_intent: paid.id, amount: 4000 })).toMatchObject({
    statusCode: 400,
    code: undefined,
    param: 'amount',
    message: 'Refund amount (€40.00) is greater than charge amount (€30.00)',
  })
  await stripe.refunds.create({ payment_intent: paid.id, amount: 1000 }, on)
  expect(await refuse({ payment_intent: paid.id, amount: 2500 })).toMatchObject({
    param: 'amount',
    message: 'Refund amount (€25.00) is greater than unrefunded amount on charge (€20.00)',
  })
  expect(await refuse({ payment_intent: paid.id, amount: 0 })).toMatchObject({
    param: 'amount',
    message: 'Invalid positive integer',
  })
  await stripe.refunds.create({ payment_intent: paid.id }, on)
  expect(await refuse({ payment_intent: paid.id })).toMatchObject({
    statusCode: 400,
    code: 'charge_already_refunded',
    message: `Charge ${charge} has already been refunded.`,
  })
  const unpaid = await stripe.paymentIntents.create({ amount: 500, currency: 'eur' }, on)
  expect(await refuse({ payment_intent: unpaid.id })).toMatchObject({
    statusCode: 400,
    code: undefined,
    message: `This PaymentIntent (${unpaid.id}) does not have a successful charge to refund.`,
  })
  const disputed = await pay(3000)
  await sim.act(`/charges/${disputed.latest_charge}/dispute`)
  expect(await refuse({ payment_intent: disputed.id })).toMatchObject({
    statusCode: 400,
    code: 'charge_disputed',
    message: `Charge ${disputed.latest_charge} has been charged back; cannot issue a refund.`,
  })
  expect(await refuse({ payment_intent: disputed.id, refund_application_fee: true })).toMatchObject({
    code: 'charge_disputed',
  })
  const other = await pay(3000)
  expect(await refuse({ payment_intent: other.id, refund_application_fee: true })).toMatchObject({
    message: `Attempting to refund_application_fee on ${other.latest_charge}, but it has no application fee`,
  })
})

test('of several reasons to refuse, the first in Stripe’s order is given', async () => {
  const { stripe, sim, url, on, pay } = await connectedSimulator()
  const raw = async (form: Record<string, string>) => {
    const response = await fetch(`${url}/v1/refunds`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_simulator', 'stripe-account': on.stripeAccount },
      body: new URLSearchParams(form),
    })
    return JSON.stringify(await response.json())
  }
  const intent = await pay(3000)
  const wrong = { payment_intent: intent.id, reason: 'because', amount: '99999' }
  const uncaptured = await stripe.paymentIntents.create(
    {
      amount: 500,
      currency: 'eur',
      confirm: true,
      payment_method: 'pm_card_visa',
      capture_method: 'manual',
      return_url: 'https://app.example',
    },
    on,
  )
  expect(await raw({ ...wrong, payment_intent: uncaptured.id })).toContain('charge_not_refundable')
  const dispute = await sim.act(`/charges/${intent.latest_charge}/dispute`)
  expect(await raw(wrong)).toContain('charge_disputed')
  await sim.act(`/disputes/${JSON.parse(JSON.stringify(dispute)).id}/won`)
  expect(await raw(wrong)).toContain('Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer')
  await raw({ payment_intent: intent.id })
  expect(await raw({ ...wrong, reason: 'duplicate' })).toContain('charge_already_refunded')
  expect(await raw({ ...wrong, amount: '0', reason: 'duplicate' })).toContain('charge_already_refunded')
})

test('an inquiry leaves a charge refundable, a chargeback does not, a won dispute does again', async () => {
  const { stripe, sim, on, pay } = await connectedSimulator()
  const inquired = await pay(3000, 'pm_card_createDisputeInquiry')
  expect((await stripe.refunds.create({ payment_intent: inquired.id, amount: 100 }, on)).status).toBe('succeeded')
  const disputed = await pay(3000, 'pm_card_createDispute')
  expect((await refusalOf(stripe.refunds.create({ payment_intent: disputed.id }, on))).code).toBe('charge_disputed')
  const [dispute] = (await stripe.disputes.list({ payment_intent: disputed.id }, on)).data
  expect(dispute).toMatchObject({ status: 'needs_response', amount: 3000 })
  await sim.act(`/disputes/${dispute?.id}/won`)
  expect((await stripe.refunds.create({ payment_intent: disputed.id }, on)).status).toBe('succeeded')
})

test('a short balance keeps a refund pending until a top-up covers it', async () => {
  const { stripe, sim, on, pay, account, endpoint } = await connectedSimulator()
  const intent = await pay(3000)
  await sim.act(`/accounts/${account}/pay-out`)
  const refund = await stripe.refunds.create({ payment_intent: intent.id, amount: 1000 }, on)
  expect(refund).toMatchObject({ status: 'pending', pending_reason: 'insufficient_funds', balance_transaction: null })
  await sim.act(`/accounts/${account}/top-up`, { amount: 999 })
  expect((await stripe.refunds.retrieve(refund.id, {}, on)).status).toBe('pending')
  await sim.act(`/accounts/${account}/top-up`, { amount: 1 })
  const settled = await stripe.refunds.retrieve(refund.id, {}, on)
  expect(settled.status).toBe('succeeded')
  expect(settled).not.toHaveProperty('pending_reason')
  const [update] = await endpoint.waitFor(1, ({ event }) => event.type === 'refund.updated')
  expect(update?.event.data).toMatchObject({
    object: { id: refund.id, status: 'succeeded' },
    previous_attributes: { status: 'pending' },
  })
})

test('refunds are listed by PaymentIntent and by charge, newest first, in pages', async () => {
  const { stripe, on, pay } = await connectedSimulator()
  const intent = await pay(3000)
  const other = await pay(3000)
  const made: string[] = []
  for (const amount of [100, 200, 300])
    made.unshift((await stripe.refunds.create({ payment_intent: intent.id, amount }, on)).id)
  await stripe.refunds.create({ payment_intent: other.id }, on)
  const ids = async (params: Stripe.RefundListParams) => {
    const page = await stripe.refunds.list(params, on)
    return { ids: page.data.map((refund) => refund.id), more: page.has_more }
  }
  expect(await ids({ payment_intent: intent.id })).toEqual({ ids: made, more: false })
  expect(await ids({ charge: String(intent.latest_charge) })).toEqual({ ids: made, more: false })
  expect(await ids({ payment_intent: intent.id, limit: 2 })).toEqual({ ids: made.slice(0, 2), more: true })
  expect(await ids({ payment_intent: intent.id, limit: 2, starting_after: made[1] ?? '' })).toEqual({
    ids: made.slice(2),
    more: false,
  })
  expect(await ids({ payment_intent: intent.id, limit: 1, ending_before: made[2] ?? '' })).toEqual({
    ids: [made[1]],
    more: true,
  })
})

test('only a refund that waits for the client can be canceled, and its money returns', async () => {
  const { stripe, sim, on, pay, account } = await connectedSimulator()
  const intent = await pay(3000)
  await sim.plan({ kind: 'refund_course', course: 'needs_client' })
  const waiting = await stripe.refunds.create({ payment_intent: intent.id }, on)
  expect(waiting).toMatchObject({ status: 'requires_action', next_action: { type: 'display_details' } })
  const canceled = await stripe.refunds.cancel(waiting.id, {}, on)
  expect(canceled.status).toBe('canceled')
  expect(canceled.failure_balance_transaction).toMatch(/^txn_/)
  const ledger = await sim.ledger()
  expect(ledger.accounts.find(({ id }) => id === account)?.balance).toEqual({ eur: 3000 })
  const done = await stripe.refunds.create({ payment_intent: intent.id }, on)
  expect((await refusalOf(stripe.refunds.cancel(done.id, {}, on))).statusCode).toBe(400)
})
