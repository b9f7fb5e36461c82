import { createTransport } from 'nodemailer'
import addressparser from 'nodemailer/lib/addressparser'
import { env } from '@/lib/env'

export type Mail = {
  messageId: string
  /** The name beside our own address. */
  fromName: string
  replyTo: string | null
  to: string
  subject: string
  html: string
  text: string
  attachments: { filename: string; content: Buffer; contentType: string }[]
}

/**
 * What came of handing a mail over. `refused` is final (SMTP 5xx for this mail), `trouble` will pass or be mended by the
 * operator. `reply` is the server's own words; they may name the recipient, so they are stored but never logged.
 */
export type Delivery = { outcome: 'accepted' } | { outcome: 'refused' | 'trouble'; code: string; reply: string }

/** Milliseconds. The whole hand-over has a deadline of its own: a server that drips a byte a second is never idle. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, dnsTimeout: 10_000, socketTimeout: 20_000 }
const DEADLINE = 45_000

/** Hands a mail to the server (SMTP_URL). Failures return; no acceptance within the deadline counts as trouble. */
export async function deliver(
  mail: Mail,
  { server = env().SMTP_URL, deadline = DEADLINE }: { server?: string; deadline?: number } = {},
): Promise<Delivery> {
  const transport = createTransport({
    url: server,
    ...TIMEOUTS,
    // Contents come from forms: nothing in them may make the mailer read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    await transport.sendMail({
      messageId: mail.messageId,
      from: { name: mail.fromName, address: senderAddress() },
      replyTo: mail.replyTo ?? undefined,
      to: { name: '', address: mail.to },
      subject: mail.subject,
      html: mail.html,
      text: mail.text,
      attachments: mail.attachments,
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal: AbortSignal.timeout(deadline),
    })
    return { outcome: 'accepted' }
  } catch (error) {
    return failureOf(error)
  }
}

/** The address that mails are sent from, out of MAIL_FROM. */
export function senderAddress(): string {
  const [sender] = addressparser(env().MAIL_FROM, { flatten: true })
  if (!sender?.address) throw new Error('MAIL_FROM names no address')
  return sender.address
}

function failureOf(error: unknown): Delivery {
  if (!(error instanceof Error)) throw error
  const code = 'code' in error ? String(error.code) : error.name
  const status = 'responseCode' in error ? Number(error.responseCode) : 0
  const reply = ('response' in error && error.response ? String(error.response) : error.message).slice(0, 300)
  return { outcome: isFinal(code, status) ? 'refused' : 'trouble', code: status ? String(status) : code, reply }
}

/**
 * Only a 5xx to the envelope or the message itself is about this mail. A 5xx to the greeting or to the log-in, and 530
 * ("authentication required"), say that the server or our account on it needs mending: the mail waits for that.
 */
function isFinal(code: string, status: number): boolean {
  if (code === 'EENVELOPE' && status === 0) return true // an address that no server would be asked about
  return (code === 'EENVELOPE' || code === 'EMESSAGE') && status >= 500 && status !== 530
}
