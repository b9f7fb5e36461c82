import type { Verdict } from '@/lib/refunds/refund-reasons'
import { paidByBank } from '@/lib/refunds/refund-tries'

const BY_VERDICT: Record<Verdict, string> = {
  retry_now: 'Stripe will be asked once more.',
  not_yet: 'Asking now will most likely get the same answer. It does no harm: the money can’t go back twice.',
  will_not_help: 'Stripe will most likely refuse again. Asking does no harm: the money can’t go back twice.',
  already_refunded:
    'The money has most likely gone back already. Requite looks for it at Stripe before it asks, so that it can’t go back twice.',
}

/** Requite finds a refund that it has made itself; one made elsewhere it can't tell from another payment. */
const BESIDE_ANOTHER =
  'Asking makes another refund beside the one made outside Requite. If that one was meant for this credit note, your client is paid twice: retry only if it was for something else.'

/** A chargeback is no refund: Stripe does not count it when it is asked for one. */
const BESIDE_A_CHARGEBACK =
  'Your client’s bank has taken money of this payment already, and Stripe may send the whole amount on top of it. Retry only if the dispute was about something else.'

/** Whether a dispute that Stripe ended early has paid the client, only a person can see. */
const BESIDE_A_PREVENTED_DISPUTE =
  'Stripe may have settled a dispute over this payment by giving your client the money, and may send the whole amount on top of it. Retry only if you have seen in Stripe that it did not.'

/** What to know before a retry that can't help now, or that may pay beside something else. */
export function secondLook(reason: { code: string; verdict: Verdict } | null): string {
  if (reason?.code === 'refunded_elsewhere') return BESIDE_ANOTHER
  if (reason?.code === 'dispute_prevented') return BESIDE_A_PREVENTED_DISPUTE
  return paidByBank(reason?.code ?? null) ? BESIDE_A_CHARGEBACK : BY_VERDICT[reason?.verdict ?? 'not_yet']
}
