import { connect, createServer, type Server, type Socket } from 'node:net'
import { freePort } from '../world/ports'

/** What the wire does to bytes on their way back from the server. */
type Weather =
  | { kind: 'pass' }
  /** Nothing moves, in either direction, and nobody hangs up. */
  | { kind: 'stall' }
  /** One byte at a time. */
  | { kind: 'drip'; everyMs: number }
  /** The connection is reset after the first bytes of an answer. */
  | { kind: 'cut'; afterBytes: number }

/** A wire between the product and something it depends on, in the hands of a test. */
export type Wire = {
  port: number
  /** The same address, but over this wire. */
  through: (url: string) => string
  pass: () => Promise<void>
  /** Nobody listens any more, and whoever was connected is cut off. */
  refuse: () => Promise<void>
  stall: () => void
  drip: (everyMs: number) => void
  cutAnswersAfter: (bytes: number) => void
  /** Resets the connection in place of the server's answer to what contains `words`, once. The server has got it. */
  loseAnswerTo: (words: string) => void
  /** How many answers were lost so far. */
  answersLost: () => number
  close: () => Promise<void>
}

/** Puts a wire in front of the server at `url` (http or postgresql), on the loopback interface. */
export async function startWire(url: string): Promise<Wire> {
  const target = new URL(url)
  const port = await freePort()
  const wires = new Set<Socket>()
  let weather: Weather = { kind: 'pass' }
  let wordsToLose: Buffer | null = null
  let lost = 0
  let server: Server | null = null

  function join(client: Socket): void {
    const upstream = connect(Number(target.port), target.hostname)
    let answerIsLost = false
    let answered = 0
    const hangUp = () => {
      client.resetAndDestroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      wires.add(socket)
      // Being cut off is what this is for.
      socket.on('error', hangUp)
      socket.on('close', () => {
        wires.delete(socket)
        if (weather.kind !== 'stall') hangUp()
      })
    }
    client.on('data', (bytes) => {
      if (weather.kind === 'stall') return
      answered = 0
      if (wordsToLose && bytes.includes(wordsToLose)) {
        wordsToLose = null
        answerIsLost = true
      }
      upstream.write(bytes)
    })
    let dripping = Promise.resolve()
    upstream.on('data', (bytes) => {
      if (answerIsLost) {
        lost++
        return hangUp()
      }
      if (weather.kind === 'pass') return void client.write(bytes)
      if (weather.kind === 'cut') {
        client.write(bytes.subarray(0, Math.max(0, weather.afterBytes - answered)))
        answered += bytes.length
        // The reset must not overtake the bytes before it.
        if (answered >= weather.afterBytes) setImmediate(hangUp)
      }
      if (weather.kind === 'drip') dripping = dripping.then(() => drip(client, bytes, weather))
    })
  }

  async function listen(): Promise<void> {
    if (server) return
    const listening = createServer(join)
    await new Promise<void>((ready, failed) => {
      listening.once('error', failed)
      listening.listen(port, '127.0.0.1', ready)
    })
    server = listening
  }

  async function refuse(): Promise<void> {
    const listening = server
    server = null
    const closed = listening && new Promise((done) => listening.close(done))
    for (const wire of wires) wire.destroy()
    await closed
  }

  await listen()
  return {
    port,
    through(other) {
      const address = new URL(other)
      address.hostname = '127.0.0.1'
      address.port = String(port)
      return address.href
    },
    async pass() {
      weather = { kind: 'pass' }
      await listen()
    },
    refuse,
    stall() {
      weather = { kind: 'stall' }
    },
    drip(everyMs) {
      weather = { kind: 'drip', everyMs }
    },
    cutAnswersAfter(afterBytes) {
      weather = { kind: 'cut', afterBytes }
    },
    loseAnswerTo(words) {
      wordsToLose = Buffer.from(words)
    },
    answersLost: () => lost,
    close: refuse,
  }
}

async function drip(client: Socket, bytes: Buffer, weather: Weather): Promise<void> {
  for (const byte of bytes) {
    if (client.destroyed || weather.kind !== 'drip') return
    client.write(Buffer.of(byte))
    await new Promise((next) => setTimeout(next, weather.everyMs))
  }
}
