import { beforeAll, expect, test } from 'vitest'
import { db } from '@/lib/db'
import { createFreelancer } from '@/lib/freelancers/freelancer-store'
import { auth } from './better-auth'
import { clearOutAuth } from './clear-out'
import { createSignIn } from './create-sign-in'
import { sessionOfRequest } from './session'
import { SESSION_IDLE_SECONDS, SESSION_LIFE_SECONDS } from './session-rules'
import { deleteSession, sessionLives } from './session-store'

const EMAIL = 'person@example.com'
const PASSWORD = 'correct horse battery'
let freelancerId: string

beforeAll(async () => {
  const userId = await createSignIn({ email: EMAIL, name: 'Person', password: PASSWORD })
  freelancerId = await createFreelancer({ userId, businessName: 'Person', email: EMAIL })
})

/** Signs in and returns the headers that the browser would send from then on, and the answer's cookie as it was set. */
async function signedIn(): Promise<{ headers: Headers; setCookie: string }> {
  const { headers } = await auth().api.signInEmail({ body: { email: EMAIL, password: PASSWORD }, returnHeaders: true })
  const cookies = headers.getSetCookie().map((cookie) => cookie.split(';')[0])
  return { headers: new Headers({ cookie: cookies.join('; ') }), setCookie: headers.get('set-cookie') ?? '' }
}

async function moveInto(past: { lastUse?: number; end?: number }) {
  await db().$executeRaw`
    UPDATE sessions SET updated_at = updated_at - make_interval(secs => ${past.lastUse ?? 0}::float8),
      expires_at = expires_at - make_interval(secs => ${past.end ?? 0}::float8)`
}

test('a person made by the seed signs in with their password and is their freelancer', async () => {
  const { headers } = await signedIn()
  expect((await sessionOfRequest(headers))?.freelancer.id).toBe(freelancerId)
})

test('a wrong password opens no session', async () => {
  const before = await db().session.count()
  await expect(auth().api.signInEmail({ body: { email: EMAIL, password: 'wrong password' } })).rejects.toThrow()
  expect(await db().session.count()).toBe(before)
})

test('the cookie is out of reach for scripts and other sites, and ends when the session does', async () => {
  const { setCookie } = await signedIn()
  expect(setCookie).toMatch(/^requite_session=/)
  expect(setCookie).toMatch(/; HttpOnly/)
  expect(setCookie).toMatch(/; SameSite=Lax/)
  expect(setCookie).toMatch(/; Path=\//)
  expect(setCookie).toContain(`; Max-Age=${SESSION_LIFE_SECONDS};`)
})

test('a session that was ended is over at once', async () => {
  const { headers } = await signedIn()
  const session = await sessionOfRequest(headers)
  await deleteSession(session?.sessionId ?? '')
  expect(await sessionOfRequest(headers)).toBeNull()
  expect(await sessionLives(session?.sessionId ?? '')).toBe(false)
})

test('a session that nobody used for a day is over', async () => {
  const { headers } = await signedIn()
  const session = await sessionOfRequest(headers)
  await moveInto({ lastUse: SESSION_IDLE_SECONDS + 1 })
  expect(await sessionLives(session?.sessionId ?? '')).toBe(false)
  expect(await sessionOfRequest(headers)).toBeNull()
})

test('using a session moves its idle end, but never its absolute one', async () => {
  const { headers } = await signedIn()
  const session = await sessionOfRequest(headers)
  await moveInto({ end: 3 * SESSION_IDLE_SECONDS })
  const endBefore = await db().session.findUniqueOrThrow({ where: { id: session?.sessionId } })
  for (let day = 0; day < 3; day++) {
    await moveInto({ lastUse: SESSION_IDLE_SECONDS - 60 })
    expect(await sessionOfRequest(headers)).not.toBeNull()
  }
  const endAfter = await db().session.findUniqueOrThrow({ where: { id: session?.sessionId } })
  expect(endAfter.expiresAt).toEqual(endBefore.expiresAt)

  await moveInto({ end: SESSION_LIFE_SECONDS + 1 })
  expect(await sessionOfRequest(headers)).toBeNull()
})

test('an altered cookie opens nothing', async () => {
  const { headers } = await signedIn()
  const cookie = headers.get('cookie') ?? ''
  const altered = cookie.replace(/=(.)/, (_all, first: string) => `=${first === 'a' ? 'b' : 'a'}`)
  expect(await sessionOfRequest(new Headers({ cookie: altered }))).toBeNull()
})

test('two people never get the same email address, whatever its capitals', async () => {
  await expect(createSignIn({ email: 'PERSON@example.com', name: 'Other', password: PASSWORD })).rejects.toThrow()
})

test('what is over is cleared out, what lives stays', async () => {
  await signedIn()
  await moveInto({ end: SESSION_LIFE_SECONDS + 1 })
  const { headers } = await signedIn()
  expect((await clearOutAuth()).sessions).toBeGreaterThan(0)
  expect(await db().session.count()).toBe(1)
  expect(await sessionOfRequest(headers)).not.toBeNull()
})
