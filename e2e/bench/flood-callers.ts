import http from 'node:http'
import { z } from 'zod'
import { stripeSignature } from '../world/stripe/webhooks/signature'
import { post } from './measure'

// Callers that never pause, in a process of their own: each sends its next webhook as soon as the last is answered. Told to
// stop, they say how often each status was answered.

const { TARGET, CALLERS, EVENT, SECRET, RUN } = z
  .object({ TARGET: z.url(), CALLERS: z.coerce.number(), EVENT: z.string(), SECRET: z.string(), RUN: z.string() })
  .parse(process.env)

const event = z.looseObject({}).parse(JSON.parse(EVENT))
const agent = new http.Agent({ keepAlive: true, maxSockets: CALLERS })
const answers: Record<string, number> = {}
let flooding = true
process.once('SIGTERM', () => {
  flooding = false
})

async function call(caller: number): Promise<void> {
  for (let sent = 0; flooding; sent++) {
    const now = Math.floor(Date.now() / 1000)
    const rawBody = JSON.stringify({ ...event, id: `evt_flood${RUN}x${caller}x${sent}`, created: now })
    const status = await post(agent, TARGET, { rawBody, signature: stripeSignature(rawBody, [SECRET], now) })
    answers[status] = (answers[status] ?? 0) + 1
  }
}

console.log('flooding')
await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)))
console.log(`answers ${JSON.stringify(answers)}`)
process.exit(0)
