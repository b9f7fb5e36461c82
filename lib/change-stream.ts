import { listenForChanges } from './live-changes'

/** Shorter than the patience of any proxy between, and how soon a stream learns that it may no longer be open. */
const HEARTBEAT_MS = 25_000

/**
 * A stream of server-sent events that says `change` whenever a credit note changed. It ends when the reader leaves, when
 * `mayGoOn` says no, and when the process stops. What changed while a reader was away is not told again: a reader that comes
 * back must look for itself.
 */
export function changeStream(stream: {
  freelancerId: string
  /** The credit note through whose link a client listens; null for the freelancer's own desk. */
  link: string | null
  /** What the event says of a change; null keeps it to ourselves. A null id means that anything may have changed. */
  eventData: (creditNoteId: string | null) => Record<string, string | null> | null
  /** Asked now and then; a failure to find out keeps the stream open. */
  mayGoOn: () => Promise<boolean>
  readerLeft: AbortSignal
}): Response {
  const encoder = new TextEncoder()
  let end = () => {}

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (text: string) => controller.enqueue(encoder.encode(text))
      const changed = (creditNoteId: string | null) => {
        const data = stream.eventData(creditNoteId)
        if (data) send(`event: change\ndata: ${JSON.stringify(data)}\n\n`)
      }
      const heartbeat = setInterval(async () => {
        const goOn = await stream.mayGoOn().catch(() => true)
        if (ended) return
        if (goOn) send(': still here\n\n')
        else end()
      }, HEARTBEAT_MS)

      let ended = false
      end = () => {
        if (ended) return
        ended = true
        clearInterval(heartbeat)
        stopListening()
        stream.readerLeft.removeEventListener('abort', end)
        try {
          controller.close()
        } catch {
          // The reader closed it first.
        }
      }
      send('retry: 2000\n\n')
      const stopListening = listenForChanges({
        freelancerId: stream.freelancerId,
        link: stream.link,
        changed: (creditNoteId) => !ended && changed(creditNoteId),
        stopped: () => queueMicrotask(end),
      })
      stream.readerLeft.addEventListener('abort', end)
      if (stream.readerLeft.aborted) end()
    },
    cancel() {
      end()
    },
  })
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      // Compressing or buffering would hold events back.
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  })
}
