import { expect, test } from 'vitest'
import { REFUND_REASONS } from '@/lib/refunds/refund-reasons'
import { secondLook } from './second-look'

const HARMLESS = /can’t go back twice/
/** What is with the client already, of which Stripe's list of refunds does not tell, or not what for. */
const PAID_OTHERWISE = ['refunded_elsewhere', 'paid_by_chargeback', 'partly_paid_by_chargeback', 'dispute_prevented']

test('a retry beside money that went another way is never called harmless; beside Requite’s own it is', () => {
  for (const reason of Object.values(REFUND_REASONS).filter(({ verdict }) => verdict !== 'retry_now')) {
    const said = expect(secondLook(reason), reason.code)
    if (PAID_OTHERWISE.includes(reason.code)) said.not.toMatch(HARMLESS)
    else said.toMatch(HARMLESS)
  }
})
