import { z } from 'zod'
import { startStripeSimulator } from './simulator'

const environment = z
  .object({
    SIM_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
    SIM_DATA: z.string().min(1).optional(),
    SIM_API_KEY: z
      .string()
      .regex(/^[sr]k_test_\w+(,[sr]k_test_\w+)*$/, 'one or more test keys (sk_test_… or rk_test_…), comma-separated')
      .default('sk_test_simulator'),
    SIM_WEBHOOK_URL: z.url().optional(),
    SIM_WEBHOOK_SECRET: z.string().min(1).optional(),
    SIM_TIME_SCALE: z.coerce.number().positive().default(1),
    SIM_TRACE_AFTER: z.coerce.number().positive().optional(),
  })
  .refine((env) => (env.SIM_WEBHOOK_URL === undefined) === (env.SIM_WEBHOOK_SECRET === undefined), {
    message: 'SIM_WEBHOOK_URL and SIM_WEBHOOK_SECRET go together',
  })

const env = environment.safeParse(process.env)
if (!env.success) {
  console.error(z.prettifyError(env.error))
  process.exit(1)
}
const { SIM_WEBHOOK_URL: url, SIM_WEBHOOK_SECRET: secret } = env.data

const simulator = await startStripeSimulator({
  port: env.data.SIM_PORT,
  dataFile: env.data.SIM_DATA,
  apiKey: env.data.SIM_API_KEY,
  webhooks: url && secret ? [{ url, secret }] : [],
  timeScale: env.data.SIM_TIME_SCALE,
  traceAfterSeconds: env.data.SIM_TRACE_AFTER ?? null,
})
console.log(JSON.stringify({ ready: true, url: simulator.url }))

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void simulator.close().then(() => process.exit(0)))
}
