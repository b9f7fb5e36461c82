/** The largest body that any door takes. */
export const BODY_LIMIT_BYTES = 1024 * 1024
/** How long a body may take to arrive. */
export const BODY_DEADLINE_MS = 10_000

type NotRead = { ok: false; reason: 'too_large' | 'too_slow' | 'broken_off' }
export type BodyRead = { ok: true; body: string } | NotRead

/** Reads a body as UTF-8, within the bounds of `readBytes`. */
export async function readBody(request: Request): Promise<BodyRead> {
  const read = await readBytes(request)
  return read.ok ? { ok: true, body: read.bytes.toString('utf8') } : read
}

/**
 * Reads a body as it comes, up to a limit and a deadline: Next gives a route handler neither (faults.md F40). Holds at most
 * the limit in memory, and no more of it than `keep`: what lies behind is let go as it comes, for a sender who is cut off
 * may never hear the answer. After a refusal the connection must be closed, for the rest of the body is still on its way.
 */
export async function readBytes(
  request: Request,
  { keep = BODY_LIMIT_BYTES }: { keep?: number } = {},
): Promise<{ ok: true; bytes: Buffer } | NotRead> {
  if (Number(request.headers.get('content-length') ?? 0) > BODY_LIMIT_BYTES) return { ok: false, reason: 'too_large' }
  if (!request.body) return { ok: true, bytes: Buffer.alloc(0) }

  const reader = request.body.getReader()
  let deadline: NodeJS.Timeout | undefined
  const tooSlow = new Promise<'too_slow'>((resolve) => {
    deadline = setTimeout(resolve, BODY_DEADLINE_MS, 'too_slow')
  })
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    while (true) {
      const read = await Promise.race([reader.read(), tooSlow])
      if (read === 'too_slow') return { ok: false, reason: 'too_slow' }
      if (read.done) return { ok: true, bytes: Buffer.concat(chunks) }
      if (bytes < keep) chunks.push(read.value.subarray(0, keep - bytes))
      bytes += read.value.byteLength
      if (bytes > BODY_LIMIT_BYTES) return { ok: false, reason: 'too_large' }
    }
  } catch {
    return { ok: false, reason: 'broken_off' }
  } finally {
    clearTimeout(deadline)
  }
}

export type JsonRead = { ok: true; json: unknown } | NotRead | { ok: false; reason: 'not_json' | 'malformed' }

/** Reads a body as JSON; an empty one is an object without fields. */
export async function readJson(request: Request): Promise<JsonRead> {
  const read = await readBody(request)
  if (!read.ok) return read
  if (read.body === '') return { ok: true, json: {} }
  if (!/^application\/(\S+\+)?json(\s*;|\s*$)/i.test(request.headers.get('content-type') ?? '')) {
    return { ok: false, reason: 'not_json' }
  }
  try {
    return { ok: true, json: JSON.parse(read.body) }
  } catch {
    return { ok: false, reason: 'malformed' }
  }
}
