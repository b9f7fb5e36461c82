import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

/** An answer ready for the wire. */
export type Answer = { status: number; headers: Record<string, string>; body: string }

/** Cuts the connection so that the client sees a reset. */
export function resetConnection(outgoing: ServerResponse): void {
  outgoing.socket?.resetAndDestroy()
}

/** Says nothing for a while, then drops the connection; sooner when the client hangs up. */
export async function holdThenDrop(outgoing: ServerResponse, milliseconds: number): Promise<void> {
  await waitUnlessGone(outgoing, milliseconds)
  outgoing.socket?.destroy()
}

/** Sends the head and half of the body, then resets the connection. */
export async function resetMidBody(outgoing: ServerResponse, answer: Answer): Promise<void> {
  outgoing.writeHead(answer.status, withLength(answer))
  const half = Buffer.from(answer.body).subarray(0, Math.floor(Buffer.byteLength(answer.body) / 2))
  await new Promise<void>((sent) => outgoing.write(half, () => sent()))
  // The kernel throws away unsent bytes on a reset: let the half leave first, or the client sees no answer at all.
  await wait(20)
  outgoing.socket?.resetAndDestroy()
}

/** Sends the whole answer one byte at a time. */
export async function writeSlowly(
  outgoing: ServerResponse,
  answer: Answer,
  millisecondsPerByte: number,
): Promise<void> {
  outgoing.writeHead(answer.status, withLength(answer))
  outgoing.flushHeaders()
  for (const byte of Buffer.from(answer.body)) {
    if (outgoing.destroyed) return
    outgoing.write(Buffer.from([byte]))
    await waitUnlessGone(outgoing, millisecondsPerByte)
  }
  outgoing.end()
}

async function waitUnlessGone(outgoing: ServerResponse, milliseconds: number): Promise<void> {
  const gone = new AbortController()
  const leave = () => gone.abort()
  outgoing.once('close', leave)
  await wait(milliseconds, undefined, { signal: gone.signal }).catch(() => {})
  outgoing.off('close', leave)
}

function withLength(answer: Answer): Record<string, string> {
  return { ...answer.headers, 'content-length': String(Buffer.byteLength(answer.body)) }
}
