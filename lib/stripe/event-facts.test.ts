import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventFacts } from './event-facts'

const refund = {
  id: 're_1',
  object: 'refund',
  amount: 2000,
  currency: 'eur',
  status: 'pending',
  created: 1_790_000_000,
}
const stripeAccountId = 'acct_1'

function facts(type: string, object: unknown, account: string | null = stripeAccountId) {
  return eventFacts({ type, stripeAccountId: account, object })
}

describe('what an event tells', () => {
  test.each(['refund.created', 'refund.updated', 'refund.failed', 'charge.refund.updated'])(
    '%s: how a refund stands, of the account that sent it',
    (type) => {
      expect(facts(type, refund)).toMatchObject({ kind: 'refund', news: { stripeRefundId: 're_1', stripeAccountId } })
    },
  )

  test('charge.refunded: that money goes back, not by which refund', () => {
    const told = { kind: 'charge_refunded', stripeAccountId, paymentIntentId: 'pi_1' }
    expect(facts('charge.refunded', { id: 'ch_1', payment_intent: 'pi_1' })).toEqual(told)
    expect(facts('charge.refunded', { id: 'ch_1', payment_intent: { id: 'pi_1' } })).toEqual(told)
  })

  test('payment_intent.succeeded: the payment and its charge', () => {
    expect(facts('payment_intent.succeeded', { id: 'pi_1', status: 'succeeded', latest_charge: 'ch_1' })).toEqual({
      kind: 'payment_succeeded',
      stripeAccountId,
      paymentIntentId: 'pi_1',
      chargeId: 'ch_1',
    })
    expect(facts('payment_intent.succeeded', { id: 'pi_1', status: 'succeeded' })).toMatchObject({ chargeId: null })
  })

  test('checkout.session.completed: paid only if it says so', () => {
    const session = { id: 'cs_1', payment_intent: 'pi_1', payment_status: 'paid' }
    expect(facts('checkout.session.completed', session)).toMatchObject({ kind: 'checkout_completed', paid: true })
    expect(facts('checkout.session.completed', { ...session, payment_status: 'unpaid' })).toMatchObject({ paid: false })
  })

  test.each(['created', 'updated', 'closed', 'funds_withdrawn', 'funds_reinstated'])('charge.dispute.%s', (what) => {
    expect(
      facts(`charge.dispute.${what}`, {
        id: 'du_1',
        charge: 'ch_1',
        payment_intent: 'pi_1',
        status: 'lost',
        amount: 500,
        currency: 'eur',
      }),
    ).toEqual({
      kind: 'dispute',
      stripeAccountId,
      disputeId: 'du_1',
      paymentIntentId: 'pi_1',
      chargeId: 'ch_1',
      status: 'lost',
      amount: 500,
      currency: 'eur',
    })
  })

  test('account.updated and account.application.deauthorized: how the account stands with us', () => {
    expect(facts('account.updated', { id: 'acct_1', charges_enabled: true })).toEqual({
      kind: 'account',
      stripeAccountId,
      chargesEnabled: true,
    })
    expect(facts('account.application.deauthorized', { id: 'ca_1' })).toEqual({
      kind: 'account_deauthorized',
      stripeAccountId,
    })
  })
})

describe('what changes nothing', () => {
  test('types that we did not subscribe to, names of JavaScript’s own included', () => {
    for (const type of ['charge.succeeded', 'toString', 'constructor', '__proto__', 'hasOwnProperty', '']) {
      expect(facts(type, refund), type).toEqual({ kind: 'other', why: 'unknown_type' })
    }
  })

  test('the platform’s own events: a direct charge is never among them', () => {
    expect(facts('refund.created', refund, null)).toEqual({ kind: 'other', why: 'no_connected_account' })
  })

  test('events of charges without a PaymentIntent', () => {
    const none = { kind: 'other', why: 'no_payment_intent' }
    expect(facts('charge.refunded', { id: 'ch_1' })).toEqual(none)
    expect(facts('checkout.session.completed', { id: 'cs_1', payment_status: 'paid' })).toEqual(none)
  })

  test('whatever an event holds, it is read or put aside, never thrown over', () => {
    const types = [
      'refund.created',
      'charge.refunded',
      'payment_intent.succeeded',
      'checkout.session.completed',
      'charge.dispute.created',
      'account.updated',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.anything(), (type, object) => {
        expect(facts(type, object)).toEqual({ kind: 'other', why: 'unreadable' })
      }),
    )
  })
})
