import { prismaAdapter } from 'better-auth/adapters/prisma'
import { betterAuth } from 'better-auth/minimal'
import { nextCookies } from 'better-auth/next-js'
import { db } from '@/lib/db'
import { env } from '@/lib/env'
import { log } from '@/lib/log'
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from './password-rules'
import { SESSION_LIFE_SECONDS } from './session-rules'

type Auth = ReturnType<typeof buildAuth>
let built: Auth | undefined

/**
 * better-auth, as this process uses it: called on the server only, no HTTP handler of its own is mounted. Made on first
 * use, so that building the app needs no environment.
 */
export function auth(): Auth {
  built ??= buildAuth()
  return built
}

function buildAuth() {
  const { APP_URL, AUTH_SECRET } = env()
  const https = new URL(APP_URL).protocol === 'https:'
  return betterAuth({
    baseURL: APP_URL,
    secret: AUTH_SECRET,
    database: prismaAdapter(db(), { provider: 'postgresql', transaction: true }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_MIN_LENGTH,
      maxPasswordLength: PASSWORD_MAX_LENGTH,
    },
    session: {
      // The row's end is the absolute one and never moves; idleness is judged in session.ts. No cookie cache: a session
      // that was ended must be over at once.
      expiresIn: SESSION_LIFE_SECONDS,
      disableSessionRefresh: true,
      cookieCache: { enabled: false },
    },
    advanced: {
      // better-auth only knows the weaker `__Secure-` prefix, so that names and attributes are given in full here.
      useSecureCookies: false,
      cookiePrefix: 'requite',
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', path: '/', secure: https },
      cookies: { session_token: { name: https ? '__Host-requite_session' : 'requite_session' } },
    },
    // Its messages may carry email addresses below the level of an error, and its arguments anything.
    logger: {
      level: 'error',
      log: (_level, message) => log.error({ source: 'better-auth' }, message),
    },
    telemetry: { enabled: false },
    plugins: [nextCookies()],
  })
}
