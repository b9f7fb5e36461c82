import { sendAmendment, sign } from './fixtures/desk'
import { expect, test } from './fixtures/test'
import { rows } from './rows'

test('an API key is shown once, opens the API until it is revoked, and no longer', async ({
  page,
  desk,
  playwright,
}) => {
  const note = await sign(await sendAmendment(desk, 'sepa'))
  await page.goto('/settings')
  await page.getByLabel('Name of the new key').fill('Bookkeeping')
  await page.getByRole('button', { name: 'Create key' }).click()
  const shown = page.getByRole('status').getByText(/^requite_\S+$/)
  const key = (await shown.textContent()) ?? ''

  const program = await playwright.request.newContext({
    baseURL: new URL(page.url()).origin,
    extraHTTPHeaders: { authorization: `Bearer ${key}` },
  })
  const list = await program.get('/api/credit-notes')
  expect(await list.json()).toMatchObject({ data: [{ id: note.id, refundStatus: 'pending' }] })

  await page.reload()
  await expect(page.getByText('Bookkeeping')).toBeVisible()
  await expect(page.getByText(key)).toHaveCount(0)
  await page.getByText('Revoke…').click()
  await page.getByRole('button', { name: 'Revoke Bookkeeping' }).click()
  await expect(page.getByText('Bookkeeping')).toHaveCount(0)
  expect((await program.get('/api/credit-notes')).status()).toBe(401)
  await program.dispose()
})

test('what Requite put right by itself is told, and leads to its credit note', async ({ page, desk }) => {
  const note = await sign(await sendAmendment(desk, 'sepa'))
  await page.goto('/settings')
  const care = page.getByRole('region', { name: 'Looking after your refunds' })
  await expect(care.getByText('Nothing had to be put right so far.')).toBeVisible()
  await rows(
    `INSERT INTO sweep_findings (freelancer_id, credit_note_id, kind, quantity)
    VALUES ($1, $2, 'news_read', 1), ($1, NULL, 'events_missed', 3)`,
    [desk.freelancerId, note.id],
  )
  await page.reload()
  await expect(care.getByText('3 messages from Stripe had not arrived yet. Requite fetched them.')).toBeVisible()
  await expect(care.getByText('Stripe’s news had not arrived. Requite read the refund from Stripe.')).toBeVisible()
  await care.getByRole('link', { name: note.number }).click()
  await expect(page.getByRole('heading', { name: note.number })).toBeVisible()
})
