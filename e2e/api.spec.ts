import { type APIRequestContext, type APIResponse, expect, type Page, test } from '@playwright/test'
import { z } from 'zod'
import { announceBody } from './fixtures/announced-body'
import { rows } from './rows'
import { worldOfThisRun } from './world/world-of-this-run'

const { appUrl } = worldOfThisRun()

const FREELANCER = 'freelancer@example.com'
const OTHER = 'other@example.com'
const TOO_LARGE = 2 * 1024 * 1024

async function signIn(page: Page, email: string): Promise<APIRequestContext> {
  await page.goto('/sign-in')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill('requite-demo')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).not.toHaveURL(/sign-in/)
  return page.request
}

/** A credit note of the freelancer's in this state. */
async function aNote(email: string, status: string): Promise<string> {
  const [note] = await rows(
    `SELECT n.id FROM credit_notes n JOIN freelancers f ON f.id = n.freelancer_id JOIN users u ON u.id = f.user_id
     WHERE u.email = $1 AND n.refund_status = $2::refund_status ORDER BY n.issued_at LIMIT 1`,
    [email, status],
  )
  return z.object({ id: z.uuid() }).parse(note).id
}

async function refusal(response: APIResponse, status: number) {
  expect(response.status()).toBe(status)
  const shape = z.strictObject({
    error: z.strictObject({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) }),
  })
  return shape.parse(await response.json()).error
}

test('without a session every door of the API is 401', async ({ request }) => {
  const id = await aNote(FREELANCER, 'succeeded')
  await refusal(await request.get('/api/credit-notes'), 401)
  await refusal(await request.get(`/api/credit-notes/${id}`), 401)
  await refusal(await request.get('/api/changes'), 401)
  for (const act of ['retry-refund', 'mark-refunded', 'refresh-status']) {
    await refusal(await request.post(`/api/credit-notes/${id}/${act}`, { headers: { origin: appUrl } }), 401)
  }
})

test('a signed-in freelancer reads their own credit notes and nobody else’s', async ({ page }) => {
  const mine = await signIn(page, FREELANCER)
  const own = await aNote(FREELANCER, 'succeeded')
  const one = await mine.get(`/api/credit-notes/${own}`)
  expect(one.status()).toBe(200)
  expect(one.headers()['cache-control']).toBe('no-store')
  expect(await one.json()).toMatchObject({ id: own, refundStatus: 'succeeded', attempts: expect.any(Number) })

  const theirs = await rows(
    `SELECT n.id FROM credit_notes n JOIN freelancers f ON f.id = n.freelancer_id JOIN users u ON u.id = f.user_id
     WHERE u.email = $1`,
    [OTHER],
  )
  const theirIds = z.array(z.object({ id: z.string() })).parse(theirs)
  expect(theirIds.length).toBeGreaterThan(0)
  const list = z.object({ data: z.array(z.object({ id: z.string() })) })
  const { data } = list.parse(await (await mine.get('/api/credit-notes?limit=100')).json())
  for (const { id } of theirIds) {
    expect(data.map((note) => note.id)).not.toContain(id)
    await refusal(await mine.get(`/api/credit-notes/${id}`), 404)
    for (const act of ['retry-refund', 'refresh-status']) {
      await refusal(await mine.post(`/api/credit-notes/${id}/${act}`, { headers: { origin: appUrl } }), 404)
    }
    const mark = { headers: { origin: appUrl }, data: { reason: 'Paid.' } }
    await refusal(await mine.post(`/api/credit-notes/${id}/mark-refunded`, mark), 404)
  }
})

test('a retry of a completed refund is 409 and says where it stands', async ({ page }) => {
  const mine = await signIn(page, FREELANCER)
  const id = await aNote(FREELANCER, 'succeeded')
  const refused = await refusal(
    await mine.post(`/api/credit-notes/${id}/retry-refund`, { headers: { origin: appUrl } }),
    409,
  )
  expect(refused).toMatchObject({ code: 'refund_not_retryable', details: { status: 'succeeded' } })
})

test('mark refunded without a reason is 422 and names the field', async ({ page }) => {
  const mine = await signIn(page, FREELANCER)
  const id = await aNote(FREELANCER, 'failed')
  for (const data of [{}, { reason: '  ' }, { reason: 'x'.repeat(501) }]) {
    const options = { headers: { origin: appUrl }, data }
    expect(await refusal(await mine.post(`/api/credit-notes/${id}/mark-refunded`, options), 422)).toMatchObject({
      details: { reason: expect.any(String) },
    })
  }
})

test('a cookie counts for a change only from our own pages', async ({ page }) => {
  const mine = await signIn(page, FREELANCER)
  const id = await aNote(FREELANCER, 'failed')
  const foreign: Record<string, string>[] = [{}, { origin: 'null' }, { origin: 'https://evil.example' }]
  for (const headers of foreign) {
    for (const act of ['retry-refund', 'mark-refunded', 'refresh-status']) {
      await refusal(await mine.post(`/api/credit-notes/${id}/${act}`, { headers }), 403)
    }
    // The same for what the pages themselves send.
    const action = { headers: { ...headers, 'next-action': '0'.repeat(42) }, data: '[]' }
    for (const path of ['/', '/credit-notes', `/credit-notes/${id}`, '/sign-in', '/c/some-link']) {
      expect((await mine.post(path, action)).status(), path).toBe(403)
    }
  }
})

test('signing out ends the session on the server, not only in the browser', async ({ page, playwright }) => {
  await signIn(page, OTHER)
  const cookie = (await page.context().cookies()).find(({ name }) => name.includes('requite_session'))
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
  const copy = await playwright.request.newContext({
    baseURL: appUrl,
    extraHTTPHeaders: { cookie: `${cookie?.name}=${cookie?.value}` },
  })
  expect((await copy.get('/api/credit-notes')).status()).toBe(200)
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await expect(page).toHaveURL(/sign-in/)
  expect((await copy.get('/api/credit-notes')).status()).toBe(401)
  await copy.dispose()
})

test('addresses and methods that the API does not have are refused in its own shape', async ({ request }) => {
  for (const path of ['/api', '/api/nothing', '/api/credit-notes/a/b/c']) {
    expect(await refusal(await request.get(path), 404)).toMatchObject({ code: 'not_found' })
  }
  for (const path of ['/api/stripe', '/api/email-bounces', '/api/health', '/api/credit-notes']) {
    const response = await request.delete(path)
    expect(response.headers().allow).toMatch(/GET|POST/)
    await refusal(response, 405)
  }
})

test('health says ok while database and worker are well', async ({ request }) => {
  const health = await request.get('/api/health')
  expect(health.status()).toBe(200)
  expect(await health.json()).toEqual({ status: 'ok' })
})

test('every kind of answer carries the security headers, each once', async ({ request, page }) => {
  await page.goto('/sign-in')
  const script = await page.locator('script[src*="/_next/static/"]').first().getAttribute('src')
  const answers = {
    'a page': await request.get('/sign-in'),
    'a redirect': await request.get('/credit-notes', { maxRedirects: 0 }),
    'a page that is not there': await request.get('/nothing-here'),
    'a client’s page': await request.get('/c/not-a-link'),
    'a script': await request.get(script ?? ''),
    'a script that is not there': await request.get('/_next/static/nothing.js'),
    'the icon': await request.get('/icon.svg'),
    'an answer of the API': await request.get('/api/health'),
    'a refusal of the API': await request.get('/api/credit-notes'),
    'an unknown address of the API': await request.get('/api/nothing'),
    'a refused webhook': await request.post('/api/stripe', { data: '{}' }),
    'a refused bounce': await request.post('/api/email-bounces', { data: 'Hello' }),
    'a body that is too large': await announceBody('/api/stripe', TOO_LARGE, { 'content-type': 'application/json' }),
    'a form from elsewhere': await request.post('/sign-in', { form: { email: 'x' } }),
    // Next reads a page's body to its end before it answers, so that this one may be sent.
    'a form that is too large': await request.post('/sign-in', {
      headers: { origin: appUrl },
      form: { email: 'x'.repeat(TOO_LARGE) },
    }),
  }
  expect(answers['a redirect'].status()).toBe(307)
  expect(answers['a script'].status()).toBe(200)
  expect(answers['a body that is too large'].status()).toBe(413)
  expect(answers['a form from elsewhere'].status()).toBe(403)
  expect(answers['a form that is too large'].status()).toBe(413)

  for (const [what, answer] of Object.entries(answers)) {
    const values = (name: string) =>
      answer
        .headersArray()
        .filter((header) => header.name.toLowerCase() === name)
        .map(({ value }) => value)
    const [policy, ...morePolicies] = values('content-security-policy')
    expect(policy, what).toContain("frame-ancestors 'none'")
    expect(policy, what).not.toContain('unsafe')
    expect(morePolicies, what).toEqual([])
    expect(values('strict-transport-security'), what).toEqual([expect.stringMatching(/^max-age=\d{8,}/)])
    expect(values('x-content-type-options'), what).toEqual(['nosniff'])
    expect(values('referrer-policy'), what).toHaveLength(1)
    expect(values('permissions-policy'), what).toHaveLength(1)
    expect(values('x-powered-by'), what).toEqual([])
  }
  const clientPage = answers['a client’s page'].headers()
  expect(clientPage['referrer-policy']).toBe('same-origin')
  expect(clientPage['x-robots-tag']).toContain('noindex')
})

test('every page has a nonce of its own', async ({ request }) => {
  const nonces = new Set<string | undefined>()
  for (let i = 0; i < 5; i++) {
    const page = await request.get('/sign-in')
    const nonce = /'nonce-([^']+)'/.exec(page.headers()['content-security-policy'] ?? '')?.[1]
    expect(await page.text()).toContain(`nonce="${nonce}"`)
    nonces.add(nonce)
  }
  expect(nonces.size).toBe(5)
})

test('no page breaks the policy it is sent with', async ({ page }) => {
  const broken: string[] = []
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) broken.push(`${page.url()}: ${message.text()}`)
  })
  for (const path of ['/sign-in', '/sign-up', '/nothing-here', '/c/not-a-link']) await page.goto(path)
  await signIn(page, FREELANCER)
  for (const path of ['/', '/credit-notes', '/proposals', `/credit-notes/${await aNote(FREELANCER, 'failed')}`]) {
    await page.goto(path)
  }
  expect(broken).toEqual([])
})

test('a page hears of its own freelancer’s changes and of nobody else’s', async ({ page }) => {
  await signIn(page, FREELANCER)
  await page.goto('/help')
  const own = await aNote(FREELANCER, 'succeeded')
  const theirs = await aNote(OTHER, 'succeeded')
  const heard = page.evaluate(
    (wanted) =>
      new Promise<string[]>((resolve) => {
        const events: string[] = []
        const stream = new EventSource('/api/changes')
        stream.addEventListener('change', ({ data }) => {
          events.push(String(data))
          if (String(data).includes(wanted)) resolve(events)
        })
        stream.onopen = () => document.body.setAttribute('data-listening', 'yes')
      }),
    own,
  )
  await page.locator('body[data-listening]').waitFor()
  for (const note of [theirs, own]) {
    await rows(
      `SELECT pg_notify('requite_changes', json_build_object('freelancerId', freelancer_id, 'creditNoteId', id)::text)
       FROM credit_notes WHERE id = $1`,
      [note],
    )
  }
  const events = await heard
  expect(events.join()).toContain(own)
  expect(events.join()).not.toContain(theirs)
})
