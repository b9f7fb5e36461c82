import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { APIRequestContext, APIResponse } from '@playwright/test'
import { z } from 'zod'
import { createApiKey } from '@/lib/auth/api-keys'
import { type Desk, type Note, openDesk, sendAmendment, sign } from './fixtures/desk'
import { expect, signIn, test } from './fixtures/test'
import { rows } from './rows'
import { worldOfThisRun } from './world/world-of-this-run'

const { appUrl } = worldOfThisRun()
const projectRoot = path.join(import.meta.dirname, '..')

/** Whose things lie behind an address. */
type Behind = 'nobody’s' | 'a freelancer’s' | 'a client’s link'

/** Every page, file and stream, and every address of the API. One that is not named here fails the first test below. */
const ADDRESSES: Record<string, { method: 'GET' | 'POST'; behind: Behind }> = {
  '/': { method: 'GET', behind: 'a freelancer’s' },
  '/credit-notes': { method: 'GET', behind: 'a freelancer’s' },
  '/credit-notes/[id]': { method: 'GET', behind: 'a freelancer’s' },
  '/credit-notes/[id]/pdf': { method: 'GET', behind: 'a freelancer’s' },
  '/proposals': { method: 'GET', behind: 'a freelancer’s' },
  '/proposals/[id]': { method: 'GET', behind: 'a freelancer’s' },
  '/settings': { method: 'GET', behind: 'a freelancer’s' },
  '/api/credit-notes': { method: 'GET', behind: 'a freelancer’s' },
  '/api/credit-notes/[id]': { method: 'GET', behind: 'a freelancer’s' },
  '/api/credit-notes/[id]/mark-refunded': { method: 'POST', behind: 'a freelancer’s' },
  '/api/credit-notes/[id]/refresh-status': { method: 'POST', behind: 'a freelancer’s' },
  '/api/credit-notes/[id]/retry-refund': { method: 'POST', behind: 'a freelancer’s' },
  // A stream: opened by api.spec.ts, which listens to what it tells.
  '/api/changes': { method: 'GET', behind: 'a freelancer’s' },
  '/c/[token]': { method: 'GET', behind: 'a client’s link' },
  '/c/[token]/changes': { method: 'GET', behind: 'a client’s link' },
  '/sign-in': { method: 'GET', behind: 'nobody’s' },
  '/sign-up': { method: 'GET', behind: 'nobody’s' },
  '/help': { method: 'GET', behind: 'nobody’s' },
  '/help/[slug]': { method: 'GET', behind: 'nobody’s' },
  '/api/[[...unknown]]': { method: 'GET', behind: 'nobody’s' },
  '/api/health': { method: 'GET', behind: 'nobody’s' },
  // Doors of their own: email-bounces/route.db.test.ts, webhook-door.spec.ts.
  '/api/email-bounces': { method: 'POST', behind: 'nobody’s' },
  '/api/stripe': { method: 'POST', behind: 'nobody’s' },
}

/** Every server action, and what it is called with. One that is not named here fails the first test below. */
const ACTIONS: Record<string, { page: string; call: 'form' | 'state and form' | 'nothing' }> = {
  signInAction: { page: '/sign-in', call: 'state and form' },
  signUpAction: { page: '/sign-up', call: 'state and form' },
  signOutAction: { page: '/', call: 'nothing' },
  retryRefundAction: { page: '/credit-notes/[id]', call: 'state and form' },
  refreshStatusAction: { page: '/credit-notes/[id]', call: 'state and form' },
  markRefundedAction: { page: '/credit-notes/[id]', call: 'state and form' },
  stopTriesAction: { page: '/credit-notes/[id]', call: 'form' },
  adoptRefundAction: { page: '/credit-notes/[id]', call: 'form' },
  resendEmailAction: { page: '/credit-notes/[id]', call: 'state and form' },
  createApiKeyAction: { page: '/settings', call: 'state and form' },
  revokeApiKeyAction: { page: '/settings', call: 'form' },
  signAction: { page: '/c/[token]', call: 'state and form' },
}

function addressesOnDisk(): string[] {
  return readdirSync(path.join(projectRoot, 'app'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)(page\.tsx|route\.ts)$/.test(file))
    .map((file) => `/${path.dirname(file)}`.replaceAll(/\/\([^)]+\)/g, '').replace(/^\/\.$/, '/'))
    .map((address) => (address === '' ? '/' : address))
    .sort()
}

function actionsOfBuild(): Map<string, string> {
  const manifest = path.join(projectRoot, '.next/server/server-reference-manifest.json')
  const { node } = z
    .object({ node: z.record(z.string(), z.object({ exportedName: z.string() })) })
    .parse(JSON.parse(readFileSync(manifest, 'utf8')))
  return new Map(Object.entries(node).map(([id, { exportedName }]) => [exportedName, id]))
}

/** Somebody at a door: a browser's cookies or nothing. */
type Visitor = APIRequestContext

function fill(address: string, note: Note): string {
  const id = address.startsWith('/proposals') ? note.proposalId : note.id
  return address.replace('[id]', id).replace('[token]', note.token).replace('[slug]', 'failed')
}

function knock(visitor: Visitor, address: string, note: Note): Promise<APIResponse> {
  const { method } = ADDRESSES[address] ?? { method: 'GET' }
  const data = method === 'POST' ? { reason: 'Taken over.' } : undefined
  return visitor.fetch(fill(address, note), { method, data, headers: { origin: appUrl }, maxRedirects: 0 })
}

/** Calls a server action as the browser does, with the ids of somebody's things in every field it may have. */
async function act(visitor: Visitor, action: string, note: Note): Promise<APIResponse> {
  const { page, call } = ACTIONS[action] ?? { page: '/', call: 'nothing' }
  const args = { nothing: '[]', form: '["$K1"]', 'state and form': '[null,"$K1"]' }[call]
  const [email] = await rows('SELECT id FROM outbox_emails WHERE credit_note_id = $1', [note.id])
  const [apiKey] = await rows('SELECT id FROM api_keys WHERE freelancer_id = $1', [note.desk.freelancerId])
  const idOf = (row: unknown) => z.object({ id: z.string() }).parse(row).id
  const fields = {
    creditNoteId: note.id,
    emailId: idOf(email),
    stripeRefundId: 're_somebodys',
    recipient: 'thief@example.com',
    apiKeyId: idOf(apiKey),
    name: 'key of a thief',
    reason: 'Taken over.',
    method: 'sepa',
    moneyLeft: 'yes',
    token: 'x'.repeat(32),
    signedBy: 'A thief',
    agreed: 'yes',
  }
  const multipart = new FormData()
  if (call !== 'nothing') for (const [field, value] of Object.entries(fields)) multipart.append(`_1_${field}`, value)
  // After what it refers to.
  multipart.append('0', args)
  return visitor.post(fill(page, note), {
    headers: { origin: appUrl, 'next-action': actionsOfBuild().get(action) ?? '' },
    multipart,
    maxRedirects: 0,
  })
}

/** Everything that is theirs, in one word; mails are left out while the worker sends them. */
async function theirThings({ freelancerId }: Desk): Promise<string> {
  const [things] = await rows(
    `SELECT md5(string_agg(thing, ',' ORDER BY thing)) AS word FROM (
       SELECT t::text AS thing FROM credit_notes t WHERE freelancer_id = $1
       UNION ALL SELECT t::text FROM refund_attempts t WHERE freelancer_id = $1
       UNION ALL SELECT t::text FROM timeline_entries t WHERE freelancer_id = $1 AND kind NOT LIKE 'email%'
       UNION ALL SELECT t::text FROM api_keys t WHERE freelancer_id = $1
       UNION ALL SELECT t::text FROM proposals t WHERE freelancer_id = $1
       UNION ALL SELECT t::text FROM amendments t WHERE freelancer_id = $1
       UNION ALL SELECT t.id::text || t.recipient FROM outbox_emails t WHERE freelancer_id = $1
     ) things`,
    [freelancerId],
  )
  return z.object({ word: z.string() }).parse(things).word
}

/** What nobody else may read. Numbers and names are the same at every desk of these tests; these are not. */
async function expectNothingTold(answer: APIResponse, note: Note, where: string) {
  const text = await answer.text()
  expect(text, where).not.toContain(note.clientEmail)
  expect(text, where).not.toContain(note.desk.email)
  expect(text, where).not.toContain(note.desk.freelancerId)
}

const freelancersOnly = Object.keys(ADDRESSES).filter((address) => ADDRESSES[address]?.behind === 'a freelancer’s')
const deskActions = Object.keys(ACTIONS).filter((action) => !/^sign(In|Up)?Action$/.test(action))

async function aNote(desk: Desk): Promise<Note> {
  await createApiKey(desk.freelancerId, 'bookkeeping')
  return sign(await sendAmendment(desk, 'sepa'))
}

// Each walks every door there is.
test.slow()

test('every address and every action is named here', () => {
  expect(addressesOnDisk()).toEqual(Object.keys(ADDRESSES).sort())
  expect([...actionsOfBuild().keys()].sort()).toEqual(Object.keys(ACTIONS).sort())
})

test('the owner’s own visits do reach what is theirs, so that the refusals below mean something', async ({
  page,
  desk,
}) => {
  const note = await aNote(desk)
  for (const address of ['/credit-notes/[id]', '/credit-notes/[id]/pdf', '/proposals/[id]', '/api/credit-notes/[id]']) {
    expect((await knock(page.request, address, note)).status(), address).toBe(200)
  }
  const before = await theirThings(desk)
  await act(page.request, 'markRefundedAction', note)
  expect(await theirThings(desk)).not.toBe(before)
})

test('somebody who is not signed in gets nowhere', async ({ request }) => {
  const note = await aNote(await openDesk())
  const before = await theirThings(note.desk)
  for (const address of freelancersOnly) {
    const answer = await knock(request, address, note)
    expect(answer.status(), address).toBe(address.startsWith('/api/') ? 401 : 307)
    if (!address.startsWith('/api/')) expect(answer.headers().location, address).toMatch(/^\/sign-in/)
    await expectNothingTold(answer, note, address)
  }
  for (const action of deskActions) await expectNothingTold(await act(request, action, note), note, action)
  expect(await theirThings(note.desk)).toBe(before)
})

test('somebody whose session is over gets nowhere, with the very cookie that opened everything before', async ({
  page,
  desk,
}) => {
  const note = await aNote(desk)
  const before = await theirThings(desk)
  const idle = `updated_at = now() - interval '25 hours'`
  const ended = `expires_at = now() - interval '1 second'`
  for (const over of [idle, ended]) {
    await page.context().clearCookies()
    await signIn(page, desk)
    const cookies = await page.context().cookies()
    // An open page would notice the end of its session by itself.
    await page.goto('about:blank')
    for (const address of freelancersOnly) {
      await rows(`UPDATE sessions SET ${over} WHERE user_id = (SELECT user_id FROM freelancers WHERE id = $1)`, [
        desk.freelancerId,
      ])
      await page.context().addCookies(cookies)
      const answer = await knock(page.request, address, note)
      expect(answer.status(), address).toBe(address.startsWith('/api/') ? 401 : 307)
    }
    for (const action of deskActions) {
      await page.context().addCookies(cookies)
      await act(page.request, action, note)
    }
  }
  expect(await theirThings(desk)).toBe(before)
})

test('another freelancer gets to nothing that is not theirs', async ({ anotherBrowser }) => {
  const note = await aNote(await openDesk())
  const stranger = await anotherBrowser()
  await signIn(stranger, await openDesk())
  const before = await theirThings(note.desk)
  for (const address of freelancersOnly.filter((address) => address !== '/api/changes')) {
    const answer = await knock(stranger.request, address, note)
    expect(answer.status(), address).toBe(address.includes('[id]') ? 404 : 200)
    await expectNothingTold(answer, note, address)
  }
  for (const action of deskActions.filter((action) => action !== 'signOutAction')) {
    const answer = await act(stranger.request, action, note)
    expect(answer.status(), action).toBeLessThan(500)
    await expectNothingTold(answer, note, action)
  }
  expect(await theirThings(note.desk)).toBe(before)
})

test('a client’s link opens its own amendment and nothing else', async ({ request }) => {
  const mine = await aNote(await openDesk())
  const theirs = await aNote(await openDesk())
  const page = await request.get(`/c/${mine.token}`)
  expect(page.status()).toBe(200)
  await expectNothingTold(page, theirs, 'a client’s page')
  for (const token of [theirs.id, theirs.amendmentId, `${theirs.token}x`, theirs.token.slice(0, -1), 'x']) {
    for (const address of [`/c/${token}`, `/c/${token}/changes`]) {
      const answer = await request.get(address)
      expect(answer.status(), address).toBe(404)
      await expectNothingTold(answer, theirs, address)
    }
  }
})

test('a link that was revoked or has expired opens nothing', async ({ request }) => {
  const note = await aNote(await openDesk())
  expect((await request.get(`/c/${note.token}`)).status()).toBe(200)
  for (const over of [
    'link_revoked_at = now()',
    "link_revoked_at = NULL, link_expires_at = now() - interval '1 second'",
  ]) {
    await rows(`UPDATE amendments SET ${over} WHERE id = $1`, [note.amendmentId])
    for (const address of [`/c/${note.token}`, `/c/${note.token}/changes`]) {
      const answer = await request.get(address)
      expect(answer.status(), address).toBe(404)
      await expectNothingTold(answer, note, address)
    }
  }
})
