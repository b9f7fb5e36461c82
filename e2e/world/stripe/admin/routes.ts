import type { Context } from 'hono'
import { Hono } from 'hono'
import type { Simulation } from '../simulation'
import { type ActResult, acts } from './acts'
import { ledgerView } from './ledger-view'

/**
 * The side door under /sim: look at everything, be the bank, plan faults. Stripe has nothing like it. Every act takes and
 * answers JSON; sent as a form from the page, it leads back there instead.
 */
export function adminRoutes(sim: Simulation): Hono {
  const admin = new Hono()
  admin.get('/health', (c) => c.json(health(sim)))
  admin.get('/ledger', (c) => c.json(ledgerView(sim)))
  admin.get('/requests', (c) => c.json(sim.requestLog.all()))
  admin.get('/events', (c) => c.json(sim.ledger.events.all()))
  admin.get('/deliveries', (c) => c.json(deliveries(sim)))
  admin.get('/endpoints', (c) => c.json(sim.ledger.webhookEndpoints.all()))
  admin.get('/faults', (c) => c.json(sim.faults.list()))
  admin.delete('/requests', (c) => {
    sim.requestLog.clear()
    return c.json({ ok: true })
  })
  admin.delete('/faults', (c) => {
    sim.faults.clear()
    return c.json({ ok: true })
  })
  admin.delete('/faults/:id', (c) => {
    return sim.faults.remove(c.req.param('id')) ? c.json({ ok: true }) : c.json({ error: 'No such fault' }, 404)
  })
  for (const act of acts) {
    admin.post(act.path, async (c) => {
      const form = c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false
      if (isForeign(c, sim.origin, form))
        return c.json({ error: 'Only the simulator’s own page may send forms here' }, 403)
      const input = form ? await c.req.parseBody() : await jsonBody(c)
      const result = await act.perform(sim, c.req.param('id') ?? '', input)
      return form ? backToPage(c, act.path, result) : asJson(c, result)
    })
  }
  return admin
}

function health(sim: Simulation) {
  const unfinished = sim.ledger.deliveries.all().filter(({ status }) => status === 'waiting' || status === 'sending')
  return {
    ok: true,
    deliveriesPaused: sim.deliveries.isPaused(),
    unfinishedDeliveries: unfinished.length,
    appointments: sim.ledger.appointments.all().length,
  }
}

/** Every delivery with its event's type and account beside it. */
function deliveries(sim: Simulation) {
  return sim.ledger.deliveries.all().map((delivery) => {
    const { type, account, object } = sim.ledger.events.get(delivery.event)
    return { ...delivery, type, account, object: object.id ?? null }
  })
}

/** Some other site's page must not press our buttons through a visitor's browser. Only what is no form may come from no page. */
function isForeign(c: Context, origin: string, form: boolean): boolean {
  const sender = c.req.header('origin')
  if (sender === undefined) return form
  return sender !== origin && sender !== origin.replace('127.0.0.1', 'localhost')
}

/** The body as JSON; nothing at all counts as an empty object, broken JSON as no object (which every act refuses). */
async function jsonBody(c: Context): Promise<unknown> {
  const text = await c.req.text()
  try {
    return text === '' ? {} : JSON.parse(text)
  } catch {
    return undefined
  }
}

function asJson(c: Context, result: ActResult): Response {
  if (!result.ok) return c.json({ error: result.message }, result.status)
  return c.body(JSON.stringify(result.body), result.status ?? 200, { 'content-type': 'application/json' })
}

function backToPage(c: Context, path: string, result: ActResult): Response {
  const said = new URLSearchParams(result.ok ? { done: result.said } : { refused: result.message })
  return c.redirect(`/?${said}#${sectionOf(path)}`, 303)
}

const sections: Record<string, string> = {
  refunds: 'refunds',
  'refund-in-dashboard': 'payments',
  payment_intents: 'payments',
  charges: 'payments',
  disputes: 'disputes',
  accounts: 'accounts',
  events: 'webhooks',
  deliveries: 'webhooks',
  endpoints: 'webhooks',
  faults: 'faults',
}

/** The part of the page that an act was asked for on. */
function sectionOf(path: string): string {
  return sections[path.split('/')[1] ?? ''] ?? 'main'
}
