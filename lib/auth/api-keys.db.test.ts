import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { db } from '@/lib/db'
import { createFreelancer } from '@/lib/freelancers/freelancer-store'
import { createApiKey, freelancerOfApiKey, listApiKeys, revokeApiKey } from './api-keys'
import { createSignIn } from './create-sign-in'

let mine: string
let theirs: string

beforeAll(async () => {
  mine = await newFreelancer('mine@example.com')
  theirs = await newFreelancer('theirs@example.com')
})

async function newFreelancer(email: string): Promise<string> {
  const userId = await createSignIn({ email, name: email, password: 'a long enough password' })
  return createFreelancer({ userId, businessName: email, email })
}

test('a key opens its own freelancer’s door and no other', async () => {
  const { key } = await createApiKey(mine, 'bookkeeping')
  expect((await freelancerOfApiKey(`Bearer ${key}`))?.id).toBe(mine)
  expect((await freelancerOfApiKey(`bearer ${key}`))?.id).toBe(mine)
})

test('a revoked key opens nothing', async () => {
  const { key, apiKey } = await createApiKey(mine, 'old')
  expect(await revokeApiKey(mine, apiKey.id)).toBe(true)
  expect(await freelancerOfApiKey(`Bearer ${key}`)).toBeNull()
  expect(await revokeApiKey(mine, apiKey.id)).toBe(false)
})

test('nobody revokes or sees another freelancer’s key', async () => {
  const { key, apiKey } = await createApiKey(mine, 'safe')
  expect(await revokeApiKey(theirs, apiKey.id)).toBe(false)
  expect((await freelancerOfApiKey(`Bearer ${key}`))?.id).toBe(mine)
  expect(await listApiKeys(theirs)).toEqual([])
})

test('the key itself is stored nowhere, and the list shows only its beginning', async () => {
  const { key, apiKey } = await createApiKey(mine, 'secret')
  const row = await db().apiKey.findUniqueOrThrow({ where: { id: apiKey.id } })
  expect(JSON.stringify(row)).not.toContain(key)
  const shown = (await listApiKeys(mine)).find(({ id }) => id === apiKey.id)
  expect(key.startsWith(shown?.prefix ?? 'nothing')).toBe(true)
  expect(key.length - (shown?.prefix.length ?? 0)).toBeGreaterThan(32)
})

test.each([
  ['nothing', null],
  ['an empty header', ''],
  ['another scheme', 'Basic cmVxdWl0ZTo='],
  ['a key that never was', `Bearer requite_${'x'.repeat(43)}`],
  ['a key with more behind it', `Bearer requite_${'x'.repeat(44)}`],
  ['an id in place of a key', `Bearer ${randomUUID()}`],
])('%s opens nothing', async (_what, header) => {
  expect(await freelancerOfApiKey(header)).toBeNull()
})

test('using a key is noted', async () => {
  const { key, apiKey } = await createApiKey(mine, 'noted')
  expect(apiKey.lastUsedAt).toBeNull()
  await freelancerOfApiKey(`Bearer ${key}`)
  expect((await listApiKeys(mine)).find(({ id }) => id === apiKey.id)?.lastUsedAt).toBeInstanceOf(Date)
})
