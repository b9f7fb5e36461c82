import net from 'node:net'

/** Whether nobody listens on this loopback port, so that a child started now can have it. */
export function isPortFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  )
}

/** A port the system picked just now. Another process may still snatch it: whoever starts a server on it must cope. */
export function freePort(): Promise<number> {
  return listenOnce(0)
}

/** The wanted port if it is free, another one otherwise: a taken port is no reason not to start. */
export async function portOrAnother(wanted: number): Promise<number> {
  return (await isPortFree(wanted)) ? wanted : freePort()
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
