import type { SiteLink } from '@/components/ui/link-type'
import { ToneMark } from '@/components/ui/tone-mark'
import { emailWords } from './email-words'

/** Emails that were refused or came back: which, to whom, and the credit note at which each can be sent again. */
export function UndeliveredEmails({
  emails,
  Link,
}: {
  emails: readonly { id: string; moment: string; recipient: string; creditNote: { id: string; number: string } }[]
  Link: SiteLink
}) {
  return (
    <ul className="border-t">
      {emails.map(({ id, moment, recipient, creditNote }) => (
        <li
          key={id}
          className="relative flex gap-3 px-4 py-3 not-last:border-b last:rounded-b-xl hover:bg-sunken has-focus-visible:bg-sunken md:px-5"
        >
          <ToneMark tone="failed" className="mt-0.5 size-4" />
          <div className="min-w-0 grow">
            <p className="font-medium">
              <Link href={`/credit-notes/${creditNote.id}#emails`} className="after:absolute after:inset-0">
                {emailWords(moment)}{' '}
                <span className="font-normal whitespace-nowrap text-faint">{creditNote.number}</span>
              </Link>
            </p>
            <p className="text-pretty wrap-anywhere text-muted">
              To <bdi>{recipient}</bdi>. Put the address right and send it again.
            </p>
          </div>
        </li>
      ))}
    </ul>
  )
}
