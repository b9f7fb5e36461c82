import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })

const environmentSchema = z.object({
  DATABASE_URL: z
    .string({ error: 'is missing: the address of a PostgreSQL database, postgresql://user:password@host:5432/name' })
    .regex(/^postgres(ql)?:\/\//, 'must begin with postgresql://'),
  STRIPE_SECRET_KEY: z
    .string({ error: "is missing: the platform's secret key from Stripe's Dashboard" })
    .regex(/^(sk|rk)_/, 'must begin with sk_ or rk_'),
  STRIPE_WEBHOOK_SECRET: z
    .string({ error: "is missing: the signing secret of Stripe's webhook endpoint, several separated by commas" })
    .transform((list) => list.split(',').map((secret) => secret.trim()))
    .pipe(z.array(z.string().regex(/^whsec_/, 'must be one or more whsec_… secrets, separated by commas')).min(1)),
  STRIPE_API_BASE: httpUrl.default('https://api.stripe.com'),
  SMTP_URL: z
    .string({ error: 'is missing: the mail server, smtp://user:password@host:587' })
    .regex(/^smtps?:\/\//, 'must begin with smtp:// or smtps://'),
  MAIL_FROM: z.string().min(3).optional(),
  PORT: z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65535).default(3000),
  APP_URL: httpUrl.optional(),
  AUTH_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
})

export type Environment = {
  DATABASE_URL: string
  STRIPE_SECRET_KEY: string
  STRIPE_WEBHOOK_SECRETS: readonly string[]
  STRIPE_API_BASE: string
  SMTP_URL: string
  MAIL_FROM: string
  PORT: number
  /** Origin only, no trailing slash. */
  APP_URL: string
  AUTH_SECRET: string
}

/** What is wrong with the environment, a line per variable. */
export class EnvironmentError extends Error {
  constructor(problems: string[]) {
    super(
      `Requite cannot start:\n${problems.map((problem) => `  ${problem}`).join('\n')}\n` +
        'See .env.example. To try Requite without any of these, run: npm run demo',
    )
    this.name = 'EnvironmentError'
  }
}

/** Reads and checks the variables of product.md; throws EnvironmentError naming each one that is missing or wrong. */
export function parseEnvironment(source: NodeJS.ProcessEnv, secretKeptHere: () => string): Environment {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = environmentSchema.safeParse(given)
  if (!parsed.success) {
    throw new EnvironmentError(parsed.error.issues.map((issue) => `${issue.path[0]?.toString()} ${issue.message}`))
  }
  const { STRIPE_WEBHOOK_SECRET, APP_URL, MAIL_FROM, AUTH_SECRET, ...rest } = parsed.data
  const appUrl = new URL(APP_URL ?? `http://localhost:${rest.PORT}`)
  return {
    ...rest,
    STRIPE_WEBHOOK_SECRETS: STRIPE_WEBHOOK_SECRET,
    APP_URL: appUrl.origin,
    MAIL_FROM: MAIL_FROM ?? `Requite <refunds@${appUrl.hostname}>`,
    AUTH_SECRET: AUTH_SECRET ?? secretKeptHere(),
  }
}

/** Web processes on one machine must share the secret, so the first one writes it and the others read it. */
function secretUnderDotData(): string {
  const file = path.join(process.cwd(), '.data', 'auth-secret')
  mkdirSync(path.dirname(file), { recursive: true })
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(file, 'utf8')
}

let checked: Environment | undefined

/** The environment, read and checked once per process. */
export function env(): Environment {
  checked ??= parseEnvironment(process.env, secretUnderDotData)
  return checked
}
