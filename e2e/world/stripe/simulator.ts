import { createServer, type Server } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { z } from 'zod'
import { Appointments } from './acts/appointments'
import { keepAppointment } from './acts/refunds'
import { adminRoutes } from './admin/routes'
import { answerApiCall } from './api/door'
import { IdempotencyKeys } from './api/idempotency'
import { RequestLog } from './api/request-log'
import { type Clock, startClock } from './clock'
import { FaultPlan } from './faults/fault-plan'
import { emptyLedgerSnapshot, Ledger } from './ledger/ledger'
import { followLedger, readLedgerFile } from './ledger/ledger-file'
import { pageRoutes } from './pages/routes'
import type { Simulation } from './simulation'
import { Deliveries } from './webhooks/deliveries'
import { listenFromStart } from './webhooks/endpoints'

export type SimulatorSettings = {
  /** 0 or unset: any free port. */
  port?: number
  /** Where the ledger is kept between runs; unset: in memory only. */
  dataFile?: string | undefined
  /** Secret keys of the platform, comma-separated; default sk_test_simulator. */
  apiKey?: string
  /** Endpoints that hear everything, of the platform and of its connected accounts. */
  webhooks?: readonly { url: string; secret: string }[]
  /** How long a wait of the real Stripe lasts here: 1 as long, 0.01 a hundredth. */
  timeScale?: number
  /** Another clock than the machine's own; `timeScale` means nothing then. */
  clock?: Clock
  /** Seconds (scaled) after which a bank hands out a refund's trace number by itself; unset: only by hand. */
  traceAfterSeconds?: number | null
}

export type StripeSimulator = {
  url: string
  /** Opens the side door (/sim) from within this process, without a wire: for who looks at everything after every step. */
  sideDoor(path: string, init?: RequestInit): Promise<Response>
  /** Writes the ledger, stops deliveries and cuts every connection. */
  close(): Promise<void>
}

/** Starts a Stripe of this machine's own on 127.0.0.1 and resolves once it listens. */
export async function startStripeSimulator(settings: SimulatorSettings = {}): Promise<StripeSimulator> {
  const clock = settings.clock ?? startClock(settings.timeScale ?? 1)
  const stored = settings.dataFile ? readLedgerFile(settings.dataFile) : undefined
  const ledger = new Ledger(stored ?? emptyLedgerSnapshot(clock.seconds()))
  const file = settings.dataFile ? followLedger(ledger, settings.dataFile) : undefined
  const faults = new FaultPlan()
  const deliveries = new Deliveries(ledger, clock, faults)
  const appointments = new Appointments(ledger, (act) => keepAppointment(sim, act))
  const sim: Simulation = {
    ledger,
    clock,
    appointments,
    deliveries,
    faults,
    requestLog: new RequestLog(),
    apiKeys: (settings.apiKey ?? 'sk_test_simulator').split(','),
    traceAfterSeconds: settings.traceAfterSeconds ?? null,
    origin: '',
  }
  listenFromStart(ledger, settings.webhooks ?? [], clock.seconds())

  const keys = new IdempotencyKeys(ledger)
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.all('/v1/*', (c) => answerApiCall(sim, keys, c))
  app.route('/sim', adminRoutes(sim))
  app.route('/', pageRoutes(sim))

  const server = createServer(getRequestListener(app.fetch))
  // Longer than any client keeps an idle connection: only planned faults may reset one.
  server.keepAliveTimeout = 600_000
  sim.origin = await listen(server, settings.port ?? 0)
  deliveries.resumeUnfinished()
  appointments.resume()
  return {
    url: sim.origin,
    sideDoor: async (path, init) => app.request(`/sim${path}`, init),
    async close() {
      appointments.close()
      deliveries.close()
      await new Promise<void>((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      })
      await file?.close()
    },
  }
}

const boundAddress = z.object({ port: z.int() })

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((listening, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', () => listening())
  })
  return `http://127.0.0.1:${boundAddress.parse(server.address()).port}`
}
