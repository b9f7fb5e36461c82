import { sendAmendment, sign } from './fixtures/desk'
import { expect, test } from './fixtures/test'

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
