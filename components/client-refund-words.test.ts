import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { REFUND_REASONS } from '@/lib/refunds/refund-reasons'
import { REFUND_STATUSES } from '@/lib/refunds/refund-status'
import { clientRefundWords } from './client-refund-words'

const reader = { locale: 'en-IE', timeZone: 'Europe/Dublin' }
const note: CreditNote = {
  id: 'note',
  freelancerId: 'freelancer',
  number: 'CRN-2026-0001',
  proposalId: 'proposal',
  proposalNumber: 'PRO-2026-0001',
  proposalTitle: 'Website',
  amendmentId: 'amendment',
  amendmentNumber: 'AMD-2026-0001',
  amendmentReason: 'Smaller',
  parties: {
    issuer: { name: 'Studio', address: '', vatNumber: null, email: 'studio@example.com' },
    client: { name: 'Client', address: '', email: 'client@example.com', locale: 'en-IE' },
  },
  amountNet: 1000,
  amountVat: 190,
  amountGross: 1190,
  currency: 'eur',
  issuedAt: new Date('2026-03-01T10:00:00Z'),
  refundStatus: 'pending',
  failureReason: null,
  failureMessage: null,
  stripeRefundId: null,
  requestedAt: null,
  settledAt: null,
  manual: null,
  paidTwiceAt: null,
  depositMethod: 'card',
  depositConfirmed: true,
  attemptOpen: false,
  outcomeWithheld: false,
  accountConnected: true,
  attempts: 1,
  pendingReason: null,
  nextTryAt: null,
  automaticTries: 0,
  automaticStopped: false,
  foreignRefund: null,
  disputeStatus: null,
  disputeId: null,
  disputeClosedAt: null,
  disputePays: 0,
  disputeLeftOver: 0,
  traceNumber: null,
}

describe('a refund in the client’s words', () => {
  test('why something failed is never told, whatever the reason', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...REFUND_STATUSES),
        fc.constantFrom(...Object.keys(REFUND_REASONS)),
        fc.boolean(),
        (refundStatus, code, attemptOpen) => {
          const failureMessage = `Charge ch_1 has been charged back (${code})`
          const told = clientRefundWords(
            {
              ...note,
              refundStatus,
              failureReason: code,
              failureMessage,
              pendingReason: 'insufficient_funds',
              attemptOpen,
            },
            'Studio',
            reader,
          )
          const text = `${told.sentence} ${told.more}`
          expect(told.tone).not.toBe('failed')
          for (const inside of [code, failureMessage, REFUND_REASONS[code]?.title, 'balance', 'dispute', 'failed']) {
            expect(text.toLowerCase()).not.toContain(inside?.toLowerCase())
          }
        },
      ),
    )
  })

  test('a bank transfer that the freelancer still has to send is not called a card refund', () => {
    const { more } = clientRefundWords({ ...note, depositMethod: 'sepa' }, 'Studio', reader)
    expect(more).toContain('Studio sends the money to your bank account')
    expect(more).not.toContain('card')
  })

  test('a chargeback is told as what the client’s own bank did', () => {
    const manual = { method: 'chargeback', reference: 'du_1', refundedOn: new Date('2026-03-05') } as const
    const { sentence, more } = clientRefundWords({ ...note, refundStatus: 'manual', manual }, 'Studio', reader)
    expect(sentence).toBe('Refund completed on 5 March 2026.')
    expect(more).toMatch(/^Your bank has taken the money back for you/)
    expect(more).not.toContain('Studio sent')
  })

  test('a client whose action Stripe needs is told what to do', () => {
    const waiting = { ...note, refundStatus: 'requested', pendingReason: 'requires_action' } as const
    expect(clientRefundWords(waiting, 'Studio', reader).more).toContain('email')
  })
})
