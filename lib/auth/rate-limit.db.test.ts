import { expect, test } from 'vitest'
import { db } from '@/lib/db'
import { countAct, countOffence, mayAct, offendedBefore, uncountAct } from './rate-limit'
import { RATE_LIMITS } from './rate-limit-rules'

const ACT = 'sign_in_failed_per_email'
const { times, windowSeconds } = RATE_LIMITS[ACT]

/** The clock that counts is the database's, so time passes by moving the counters into the past. */
async function timePasses(seconds: number) {
  await db().$executeRaw`UPDATE rate_limits SET window_start = window_start - make_interval(secs => ${seconds}::float8)`
}

test('of many acts at the same instant exactly as many pass as the limit allows', async () => {
  const answers = await Promise.all(Array.from({ length: times * 3 }, () => countAct(ACT, 'crowd@example.com')))
  expect(answers.filter(({ ok }) => ok)).toHaveLength(times)
})

test('a refusal says how long it lasts, and no longer than the window', async () => {
  for (let i = 0; i < times; i++) await countAct(ACT, 'late@example.com')
  await timePasses(60)
  const answer = await countAct(ACT, 'late@example.com')
  expect(answer.ok).toBe(false)
  if (answer.ok) return
  expect(answer.retryAfterSeconds).toBeLessThanOrEqual(windowSeconds - 60)
  expect(answer.retryAfterSeconds).toBeGreaterThan(windowSeconds - 70)
})

test('when the window is over everything may begin anew', async () => {
  for (let i = 0; i <= times; i++) await countAct(ACT, 'patient@example.com')
  expect(await mayAct(ACT, 'patient@example.com')).toMatchObject({ ok: false })
  await timePasses(windowSeconds)
  expect(await mayAct(ACT, 'patient@example.com')).toEqual({ ok: true })
  expect(await countAct(ACT, 'patient@example.com')).toEqual({ ok: true })
})

test('an act that is given back does not count', async () => {
  for (let i = 0; i < times * 2; i++) {
    expect(await countAct(ACT, 'regular@example.com')).toEqual({ ok: true })
    await uncountAct(ACT, 'regular@example.com')
  }
})

test('one subject or one kind of act never uses up another', async () => {
  for (let i = 0; i <= times; i++) await countAct(ACT, 'guessed@example.com')
  expect(await countAct(ACT, 'other@example.com')).toEqual({ ok: true })
  expect(await countAct('sign_up_per_address', 'guessed@example.com')).toEqual({ ok: true })
})

test('asking whether an act may happen does not count it', async () => {
  for (let i = 0; i < times * 2; i++) expect(await mayAct(ACT, 'asker@example.com')).toEqual({ ok: true })
})

test('no subject is stored in plain', async () => {
  await countAct(ACT, 'private@example.com')
  const keys = await db().rateLimit.findMany({ select: { key: true } })
  for (const { key } of keys) expect(key).toMatch(/^[0-9a-f]{64}$/)
})

test('a flood of offences is refused without asking the database again', async () => {
  const offence = 'bad_signature_per_address'
  for (let i = 0; i <= RATE_LIMITS[offence].times; i++) await countOffence(offence, '203.0.113.9')
  await db().rateLimit.deleteMany()
  expect(await countOffence(offence, '203.0.113.9')).toMatchObject({ ok: false })
  expect(await db().rateLimit.count()).toBe(0)
  expect(await countOffence(offence, '203.0.113.10')).toEqual({ ok: true })
})

test('whoever may not offend again is known without the database, and nobody else is taken for them', async () => {
  const offence = 'useless_bounce_per_address'
  const { times } = RATE_LIMITS[offence]
  for (let i = 0; i < times; i++) await countOffence(offence, '203.0.113.11')
  expect(offendedBefore(offence, '203.0.113.11')).toEqual({ ok: true })
  await countOffence(offence, '203.0.113.11')
  expect(offendedBefore(offence, '203.0.113.11')).toMatchObject({ ok: false, retryAfterSeconds: expect.any(Number) })
  expect(offendedBefore(offence, '203.0.113.12')).toEqual({ ok: true })
  expect(offendedBefore('bad_signature_per_address', '203.0.113.11')).toEqual({ ok: true })
})

test('offences that come all at once take no more than two connections', async () => {
  await Promise.all(Array.from({ length: 100 }, (_, i) => countOffence('bad_signature_per_address', `flood ${i}`)))
  expect(await db().rateLimit.count()).toBeLessThan(10)
})
