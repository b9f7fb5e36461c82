import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import type { MailStore } from './mail-store'
import type { SmtpFault, SmtpFaults } from './smtp-faults'

class SmtpRefusal extends Error {
  constructor(
    readonly responseCode: number,
    message: string,
  ) {
    super(message)
  }
}

/** The door through which mails come in: no sign-in, no encryption, loopback only. */
export function smtpServer(store: MailStore, faults: SmtpFaults) {
  const socketOfPort = new Map<number, Socket>()

  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    banner: 'Mailbox of this machine, delivers nowhere',
    size: 30 * 1024 * 1024,
    onAuth: (auth, _session, answer) => answer(null, { user: auth.username ?? 'anyone' }),
    onData(stream, { envelope, remotePort }, answer) {
      const from = envelope.mailFrom ? envelope.mailFrom.address : ''
      const to = envelope.rcptTo.map(({ address }) => address)
      buffer(stream)
        .then((raw) => meet(faults.next(to), raw, from, to, remotePort, answer))
        .catch(answer)
    },
  })

  async function meet(
    fault: SmtpFault['mode'] | undefined,
    raw: Buffer,
    from: string,
    to: string[],
    remotePort: number,
    answer: (refusal?: Error | null, words?: string) => void,
  ) {
    switch (fault) {
      case 'refuse-4xx':
        return answer(new SmtpRefusal(451, 'Try again later'))
      case 'refuse-5xx':
        return answer(new SmtpRefusal(550, 'No such mailbox'))
      case 'hang':
        return
      case 'drop-after-accept':
        await store.keep(raw, from, to)
        socketOfPort.get(remotePort)?.destroy()
        return
      case undefined:
        await store.keep(raw, from, to)
        return answer(null, 'Kept')
    }
  }

  server.server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0
    socketOfPort.set(port, socket)
    socket.once('close', () => socketOfPort.delete(port))
  })
  // A sender that hangs up in the middle is the sender's business.
  server.on('error', () => {})
  return {
    server,
    hangUp() {
      for (const socket of socketOfPort.values()) socket.destroy()
    },
  }
}
