import { Hono } from 'hono'
import { z } from 'zod'
import { fault } from '../faults/fault-plan'
import type { Simulation } from '../simulation'
import { ledgerView } from './ledger-view'

/** The tests' side door, JSON in and out: look at everything, be the bank, plan faults. Stripe has nothing like it. */
export function adminRoutes(sim: Simulation): Hono {
  const admin = new Hono()
  admin.get('/health', (c) => c.json({ ok: true, deliveriesPaused: sim.deliveries.isPaused() }))
  admin.get('/ledger', (c) => c.json(ledgerView(sim)))
  admin.get('/requests', (c) => c.json(sim.requestLog.all()))
  admin.delete('/requests', (c) => {
    sim.requestLog.clear()
    return c.json({ ok: true })
  })
  admin.get('/faults', (c) => c.json(sim.faults.list()))
  admin.post('/faults', async (c) => {
    const order = fault.safeParse(await c.req.json())
    return order.success ? c.json(sim.faults.add(order.data), 201) : c.json({ error: z.prettifyError(order.error) }, 422)
  })
  admin.delete('/faults', (c) => {
    sim.faults.clear()
    return c.json({ ok: true })
  })
  return admin
}
