import type { SiteLink } from '@/components/ui/link-type'
import { Moment } from '@/components/ui/moment'
import type { Reader } from '@/lib/dates'
import type { SweepFinding, SweepFindingKind } from '@/lib/refunds/sweep-store'

/** What was put right, in the words of somebody who wants to know whether they need to do anything: they don't. */
const WORDS: Record<SweepFindingKind, (quantity: number) => string> = {
  attempt_resolved: () => 'Stripe’s answer had been lost. Requite found out how the refund stands.',
  try_made: () => 'A planned try had not run. Requite made it.',
  refund_begun: () => 'The refund had not begun. Requite asked Stripe for it.',
  news_read: () => 'Stripe’s news had not arrived. Requite read the refund from Stripe.',
  balance_topped_up: () => 'Your Stripe balance covers the refund again. Requite asks Stripe for it.',
  events_missed: (quantity) =>
    quantity === 1
      ? 'One message from Stripe had not arrived yet. Requite fetched it.'
      : `${quantity} messages from Stripe had not arrived yet. Requite fetched them.`,
}

/** What sweeps have put right for a freelancer, newest first. */
export function SweepFindings({
  findings,
  reader,
  Link,
}: {
  findings: readonly SweepFinding[]
  reader: Reader
  Link: SiteLink
}) {
  return (
    <ul className="divide-y border-t">
      {findings.map(({ id, kind, quantity, at, creditNote }) => (
        <li key={id} className="px-4 py-3 md:px-5">
          <p className="text-pretty">
            {creditNote && (
              <>
                <Link href={`/credit-notes/${creditNote.id}`} className="text-link nums">
                  {creditNote.number}
                </Link>
                {': '}
              </>
            )}
            {WORDS[kind](quantity)}
          </p>
          <p className="text-[0.8125rem] leading-5 text-muted">
            <Moment at={at} reader={reader} />
          </p>
        </li>
      ))}
    </ul>
  )
}
