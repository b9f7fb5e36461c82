import { createServer } from 'node:http'
import pg from 'pg'
import Stripe from 'stripe'

// The least that a durable inbox can be: verify, then dedupe and enqueue in one statement. What Requite is measured against.

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
await pool.query('CREATE TABLE IF NOT EXISTS bare_events (id text PRIMARY KEY, payload jsonb)')
await pool.query('CREATE TABLE IF NOT EXISTS bare_outbox (id bigserial PRIMARY KEY, event_id text)')

const KEEP = `WITH kept AS (INSERT INTO bare_events VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id)
  INSERT INTO bare_outbox (event_id) SELECT id FROM kept`

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const rawBody = Buffer.concat(chunks).toString('utf8')
  const signature = String(request.headers['stripe-signature'])
  const event = Stripe.webhooks.constructEvent(rawBody, signature, String(process.env.STRIPE_WEBHOOK_SECRET))
  await pool.query(KEEP, [event.id, rawBody])
  response.end('{"received":true}')
})
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'))
process.once('SIGTERM', () => process.exit(0))
