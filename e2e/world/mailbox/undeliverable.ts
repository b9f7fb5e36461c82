import { randomUUID } from 'node:crypto'
import type { Mail } from './mail-store'

/**
 * What a mail server sends to the envelope sender of a mail that it took and could not deliver after all: a delivery status
 * report (RFC 3464, in the shape of RFC 6522) for every address, with the mail's head quoted.
 */
export function undeliverable(mail: Mail, at: Date): Buffer {
  const boundary = `report-${randomUUID()}`
  const part = (type: string, ...lines: string[]) => [`--${boundary}`, `Content-Type: ${type}`, '', ...lines, '']
  return Buffer.from(
    [
      'From: Mail Delivery System <MAILER-DAEMON@mailbox.localhost>',
      `To: ${mail.from}`,
      'Subject: Undelivered Mail Returned to Sender',
      `Date: ${rfc5322Date(at)}`,
      `Message-ID: <${randomUUID()}@mailbox.localhost>`,
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
      '',
      ...part(
        'text/plain; charset=utf-8',
        'Your mail could not be delivered. The mail server that was to take it said:',
        '',
        ...mail.to.map((address) => `<${address}>: ${SAID}`),
      ),
      ...part(
        'message/delivery-status',
        'Reporting-MTA: dns; mailbox.localhost',
        `Arrival-Date: ${rfc5322Date(new Date(mail.receivedAt))}`,
        '',
        ...mail.to.flatMap((address) => [
          `Final-Recipient: rfc822; ${address}`,
          `Original-Recipient: rfc822; ${address}`,
          'Action: failed',
          'Status: 5.1.1',
          `Diagnostic-Code: smtp; ${SAID}`,
          '',
        ]),
      ),
      ...part('text/rfc822-headers', headOf(mail.raw)),
      `--${boundary}--`,
      '',
    ].join('\r\n'),
  )
}

const SAID = '550 5.1.1 User unknown in local recipient table'

function headOf(raw: Buffer): string {
  return raw.toString('utf8').split(/\r?\n\r?\n/, 1)[0] ?? ''
}

function rfc5322Date(at: Date): string {
  return at.toUTCString().replace('GMT', '+0000')
}
