import { createServer } from 'node:http'
import type { Server } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { MailStore } from './mail-store'
import { mailboxRoutes } from './routes'
import { SmtpFaults } from './smtp-faults'
import { smtpServer } from './smtp-server'

export type MailboxOptions = {
  /** Where mails are kept. */
  dataDir: string
  /** 0, or unset, for any free port. */
  smtpPort?: number
  httpPort?: number
  /** Who is told, by POST, of mails that are returned as undeliverable; unset, none can be returned. */
  bounceUrl?: string
}

export type Mailbox = {
  smtpUrl: string
  /** Where its page is, and under it the API. */
  url: string
  close: () => Promise<void>
}

/** Starts a mail server on the loopback interface that keeps every mail and delivers none, with a page to read them. */
export async function startMailbox({
  dataDir,
  smtpPort = 0,
  httpPort = 0,
  bounceUrl,
}: MailboxOptions): Promise<Mailbox> {
  const store = await MailStore.open(dataDir)
  const faults = new SmtpFaults()
  const smtp = smtpServer(store, faults)
  const http = createServer(getRequestListener(mailboxRoutes(store, faults, bounceUrl).fetch))
  await listening(http.listen(httpPort, '127.0.0.1'))
  await listening(smtp.server.listen(smtpPort, '127.0.0.1'))
  return {
    smtpUrl: `smtp://127.0.0.1:${portOf(smtp.server.server)}`,
    url: `http://127.0.0.1:${portOf(http)}`,
    async close() {
      http.closeAllConnections()
      smtp.hangUp()
      await Promise.all([
        new Promise<void>((closed) => smtp.server.close(closed)),
        new Promise<void>((closed) => http.close(() => closed())),
      ])
    },
  }
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('listening', resolve)
    server.once('error', reject)
  })
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The mailbox does not listen on a port.')
  return address.port
}
