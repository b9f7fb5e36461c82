import http from 'node:http'

/** A webhook, ready to be sent. */
export type Delivery = { rawBody: string; signature: string }

/** Sends a webhook; returns the answer's status. */
export function post(agent: http.Agent, url: string, { rawBody, signature }: Delivery): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'stripe-signature': signature,
      'content-length': Buffer.byteLength(rawBody),
    }
    const request = http.request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0))
    })
    request.once('error', reject).end(rawBody)
  })
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** The value that this share of all stays at or below. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}
