import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { heardFromStripe } from '@/lib/refunds/refund-reasons'
import { MANUAL_METHOD_PHRASES } from '@/lib/refunds/refund-status'

export type StationState = 'done' | 'current' | 'failed' | 'ahead'

/** One stop of the money on its way back. `at` is when it got there, if known; `note` says what it waits for or what went wrong. */
export type Station = { name: string; state: StationState; at: Date | null; note: string | null }

type Refund = Pick<
  CreditNote,
  | 'issuedAt'
  | 'refundStatus'
  | 'depositMethod'
  | 'depositConfirmed'
  | 'attemptOpen'
  | 'accountConnected'
  | 'requestedAt'
  | 'settledAt'
  | 'stripeRefundId'
  | 'failureReason'
  | 'manual'
>

/** Where the money of a credit note is, as stops on a line; the way by hand has other stops than the way through Stripe. */
export function refundStations(refund: Refund): Station[] {
  const issued: Station = { name: 'Issued', state: 'done', at: refund.issuedAt, note: null }
  if (refund.manual) {
    return [
      issued,
      refund.manual.method === 'chargeback'
        ? { name: 'Dispute lost', state: 'done', at: null, note: 'Taken back by the bank' }
        : {
            name: 'Sent by hand',
            state: 'done',
            at: null,
            note: `Paid ${MANUAL_METHOD_PHRASES[refund.manual.method]}`,
          },
      { name: 'With the client', state: 'done', at: refund.manual.refundedOn, note: null },
    ]
  }
  if (refund.depositMethod === 'sepa') {
    return [
      issued,
      { name: 'Bank transfer', state: 'current', at: null, note: 'Waits for you' },
      { name: 'With the client', state: 'ahead', at: null, note: null },
    ]
  }
  return [issued, ...throughStripe(refund)]
}

function throughStripe(refund: Refund): Station[] {
  const asked = (state: StationState, note: string | null = null): Station => ({
    name: 'Asked Stripe',
    state,
    at: state === 'done' ? refund.requestedAt : null,
    note,
  })
  const onItsWay = (state: StationState, note: string | null = null): Station => ({
    name: 'On its way',
    state,
    at: null,
    note,
  })
  const withClient = (state: StationState, note: string | null = null): Station => ({
    name: 'With the client',
    state,
    at: state === 'done' ? refund.settledAt : null,
    note,
  })

  switch (refund.refundStatus) {
    case 'pending':
      if (refund.attemptOpen || refund.depositConfirmed) {
        return [asked('current', 'Checking'), onItsWay('ahead'), withClient('ahead')]
      }
      return [asked('current', 'Waits for the deposit'), onItsWay('ahead'), withClient('ahead')]
    case 'requested':
      return [
        asked('done'),
        onItsWay('current', refund.accountConnected ? '3–5 business days' : 'Out of sight'),
        withClient('ahead'),
      ]
    case 'failed':
      // Stripe had taken it on and sent it: the money came back from the client's bank or never left Stripe.
      if (refund.stripeRefundId !== null)
        return [asked('done'), onItsWay('failed', 'Did not arrive'), withClient('ahead')]
      return [refusedStation(refund.failureReason), onItsWay('ahead'), withClient('ahead')]
    case 'succeeded':
    case 'manual':
      return [asked('done'), onItsWay('done'), withClient('done')]
  }
}

function refusedStation(failureReason: string | null): Station {
  const stations: Record<ReturnType<typeof heardFromStripe>, Station> = {
    a_no: { name: 'Asked Stripe', state: 'failed', at: null, note: 'Refused' },
    nothing_clear: { name: 'Asked Stripe', state: 'failed', at: null, note: 'No clear answer' },
    not_asked: { name: 'Held back', state: 'failed', at: null, note: 'Stripe was not asked' },
  }
  return stations[heardFromStripe(failureReason)]
}
