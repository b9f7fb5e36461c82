import type { Locator, Page } from '@playwright/test'
import { BANNER, banner, markDialog } from './fixtures/credit-note-page'
import { failedForNow } from './fixtures/desk'
import { expect, test } from './fixtures/test'

test('Retry is reached and pressed by keyboard alone, and the focus lands on the banner that says what came of it', async ({
  page,
  desk,
}) => {
  const note = await failedForNow(desk, 'pm_card_pendingRefund')
  await page.goto(note.path)
  await tabTo(page, page.getByRole('button', { name: 'Retry' }))
  await page.keyboard.press('Enter')
  await expect(banner(page)).toHaveText(BANNER.requested)
  await expect(banner(page)).toBeFocused()
})

test('the Mark refunded dialog opens by keyboard, keeps the focus inside, and gives it back on Escape', async ({
  page,
  desk,
}) => {
  const note = await failedForNow(desk)
  await page.goto(note.path)
  const opener = page.getByRole('button', { name: 'Mark refunded' })
  await tabTo(page, opener)
  await page.keyboard.press('Enter')
  const { dialog, submit } = markDialog(page)
  await expect(dialog).toBeVisible()
  await expect(dialog.locator(':focus')).toHaveCount(1)
  await tabTo(page, submit)
  for (let press = 0; press < 10; press++) {
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.closest('dialog, body')?.tagName)).not.toBe(undefined)
    await expect(page.locator('main :focus:not(dialog *)')).toHaveCount(0)
  }
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(opener).toBeFocused()
})

test('a refused Mark refunded is mended and sent by keyboard alone', async ({ page, desk }) => {
  const note = await failedForNow(desk)
  await page.goto(note.path)
  await tabTo(page, page.getByRole('button', { name: 'Mark refunded' }))
  await page.keyboard.press('Enter')
  const { reason, moneyLeft, submit } = markDialog(page)
  await tabTo(page, submit)
  await page.keyboard.press('Enter')
  await expect(reason).toBeFocused()
  await page.keyboard.type('Cash, receipt 12')
  await tabTo(page, moneyLeft)
  await page.keyboard.press('Space')
  await tabTo(page, submit)
  await page.keyboard.press('Enter')
  await expect(banner(page)).toHaveText(BANNER.manual)
  await expect(banner(page)).toBeFocused()
})

/** Presses Tab until something has the focus; fails when it is not reached within a page's worth of stops. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let stop = 0; stop < 40; stop++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  await expect(wanted).toBeFocused()
}
