import { BANNER, banner } from './fixtures/credit-note-page'
import { issueManyNotes, sendAmendment, sign } from './fixtures/desk'
import { expect, test } from './fixtures/test'

test('what is pending or failed stands before what is settled, however old it is', async ({ page, desk }) => {
  const waiting = await sign(await sendAmendment(desk, 'sepa'))
  const disputed = await sign(await sendAmendment(desk, { card: 'pm_card_createDispute' }))
  const settled = await sign(await sendAmendment(desk))
  await page.goto(settled.path)
  await expect(banner(page)).toHaveText(BANNER.succeeded)
  await page.goto(disputed.path)
  await expect(banner(page)).toHaveText(BANNER.failed)

  await page.getByRole('navigation', { name: 'Desk' }).getByRole('link', { name: 'Credit notes' }).click()
  await expect(page.getByRole('link', { name: /^CRN-/ })).toHaveText([disputed.number, waiting.number, settled.number])
})

test('the status filter lives in the address: it can be reloaded, shared and gone back from', async ({
  page,
  desk,
}) => {
  const waiting = await sign(await sendAmendment(desk, 'sepa'))
  const disputed = await sign(await sendAmendment(desk, { card: 'pm_card_createDispute' }))
  await page.goto(disputed.path)
  await expect(banner(page)).toHaveText(BANNER.failed)
  await page.goto('/credit-notes')
  const filters = page.getByRole('navigation', { name: 'Filter by status' })
  const numbers = page.getByRole('link', { name: /^CRN-/ })
  await filters.getByRole('link', { name: 'Failed' }).click()
  await expect(page).toHaveURL('/credit-notes?status=failed')
  await expect(numbers).toHaveText([disputed.number])
  await page.reload()
  await expect(numbers).toHaveText([disputed.number])
  await expect(filters.getByRole('link', { name: 'Failed' })).toHaveAttribute('aria-current', 'page')
  await page.goBack()
  await expect(numbers).toHaveText([disputed.number, waiting.number])
})

test('older pages follow on without a gap or a repeat while new credit notes come in', async ({ page, desk }) => {
  const issued = await issueManyNotes(desk, 60)
  const numbers = page.getByRole('link', { name: /^CRN-/ })
  const seen: string[] = []
  await page.goto('/credit-notes')
  await expect(numbers).toHaveCount(25)
  seen.push(...(await numbers.allTextContents()))
  await issueManyNotes(desk, 2)
  for (const left of [25, 10]) {
    await page.getByRole('link', { name: 'Older' }).click()
    await expect(numbers).toHaveCount(left)
    await expect(numbers.first()).not.toHaveText(seen.at(-left) ?? '')
    seen.push(...(await numbers.allTextContents()))
  }
  expect(seen).toEqual(issued.toReversed())
  await expect(page.getByRole('link', { name: 'Older' })).toHaveCount(0)
})
