import net from 'node:net'

/** Whether nobody has this loopback port, so that a child started now can. */
export async function isPortFree(port: number): Promise<boolean> {
  // A server on all addresses does not stop us from listening on one of them everywhere, but would get half the calls.
  if (await somebodyAnswers(port)) return false
  return listenOnce(port).then(
    () => true,
    () => false,
  )
}

/** A port the system picked just now. Another process may still snatch it: whoever starts a server on it must cope. */
export function freePort(): Promise<number> {
  return listenOnce(0)
}

/** The wanted port if it is free, else the next one that is: a taken port is no reason not to start. */
export async function portOrAnother(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 10; port++) if (await isPortFree(port)) return port
  return freePort()
}

function somebodyAnswers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: 'localhost' })
    const answer = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('connect', () => answer(true)).once('error', () => answer(false))
  })
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      const bound = address !== null && typeof address === 'object' ? address.port : port
      server.close(() => resolve(bound))
    })
  })
}
