import type { ReactNode } from 'react'
import { Chip } from '@/components/ui/chip'
import { Moment } from '@/components/ui/moment'
import type { Tone } from '@/components/ui/tone'
import type { Reader } from '@/lib/dates'
import { emailWords } from './email-words'

type Email = {
  id: string
  moment: string
  recipient: string
  state: 'queued' | 'sent' | 'refused'
  tries: number
  lastError: string | null
  createdAt: Date
  sentAt: Date | null
}

const STATES: Record<Email['state'], { word: string; tone: Tone }> = {
  queued: { word: 'Sending', tone: 'moving' },
  sent: { word: 'Sent', tone: 'done' },
  refused: { word: 'Not delivered', tone: 'failed' },
}

/** A server took it, and later sent it back. */
function cameBack({ state, sentAt }: Email): boolean {
  return state === 'refused' && sentAt !== null
}

/** The emails of a credit note, newest first. `resend` draws what can be done about one that was refused or came back. */
export function EmailList({
  emails,
  reader,
  resend,
}: {
  emails: readonly Email[]
  reader: Reader
  resend: (email: Email) => ReactNode
}) {
  return (
    <ul className="divide-y border-t">
      {emails.toReversed().map((email) => {
        const { word, tone } = STATES[email.state]
        return (
          <li key={email.id} className="px-4 py-3 md:px-5">
            <div className="flex items-center justify-between gap-4">
              <p className="font-medium">{emailWords(email.moment)}</p>
              <Chip tone={tone}>{cameBack(email) ? 'Came back' : word}</Chip>
            </div>
            <p className="text-[0.8125rem] leading-5 text-muted">
              To {email.recipient}, <Moment at={email.sentAt ?? email.createdAt} reader={reader} />
            </p>
            {email.state !== 'sent' && email.lastError && (
              <p className="mt-1 text-pretty wrap-anywhere">
                {cameBack(email) ? (
                  <>It came back undelivered. {email.lastError}</>
                ) : (
                  <>
                    The mail server said: <q>{email.lastError}</q>
                  </>
                )}
                {email.state === 'queued' && ' It is tried again by itself.'}
              </p>
            )}
            {email.state === 'refused' && resend(email)}
          </li>
        )
      })}
    </ul>
  )
}
