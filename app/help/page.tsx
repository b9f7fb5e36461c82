import type { Metadata } from 'next'
import { ToneMark } from '@/components/ui/tone-mark'
import { REFUND_REASONS, reasonSlug, VERDICT_LABELS, VERDICTS } from '@/lib/refunds/refund-reasons'
import { REFUND_STATUSES } from '@/lib/refunds/refund-status'
import { STATUS_HELP } from './status-help'

export const metadata: Metadata = { title: 'What refunds say and mean' }

export default function HelpPage() {
  const reasons = Object.values(REFUND_REASONS)
  return (
    <>
      <h1 className="text-2xl leading-8 font-semibold tracking-tight">What refunds say and mean</h1>
      <h2 className="mt-8 font-semibold">The states of a refund</h2>
      <ul className="mt-2 divide-y border-y">
        {REFUND_STATUSES.map((status) => (
          <li key={status}>
            <a href={`/help/${status}`} className="flex items-center gap-2.5 py-2.5 hover:text-accent">
              <ToneMark tone={STATUS_HELP[status].mood} />
              {STATUS_HELP[status].title}
            </a>
          </li>
        ))}
      </ul>
      {VERDICTS.map((verdict) => (
        <section key={verdict} aria-labelledby={verdict}>
          <h2 id={verdict} className="mt-8 font-semibold">
            {VERDICT_LABELS[verdict]}
          </h2>
          <ul className="mt-2 divide-y border-y">
            {reasons
              .filter((reason) => reason.verdict === verdict)
              .map(({ code, title }) => (
                <li key={code}>
                  <a href={`/help/${reasonSlug(code)}`} className="block py-2.5 hover:text-accent">
                    {title.charAt(0).toUpperCase() + title.slice(1)}
                    <span className="block font-mono text-xs text-faint">{code}</span>
                  </a>
                </li>
              ))}
          </ul>
        </section>
      ))}
      <section aria-labelledby="emails">
        <h2 id="emails" className="mt-8 font-semibold">
          Emails that don’t arrive
        </h2>
        <p className="mt-2 text-pretty">
          A mail server can refuse an email at once, or take it and send it back later. Either way the credit note says
          so under Emails, with the reason: put the address right there and send it again. While a server is merely in
          trouble, Requite keeps trying by itself.
        </p>
      </section>
    </>
  )
}
