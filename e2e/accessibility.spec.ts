import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { BANNER, banner, markDialog } from './fixtures/credit-note-page'
import type { Gallery } from './fixtures/gallery'
import { expect, test } from './fixtures/test'

const WIDTHS = [1440, 390]

test.use({ contextOptions: { reducedMotion: 'reduce' } })

/** Every page a visitor can come to without signing in. */
const PUBLIC_PAGES: Record<string, (gallery: Gallery) => string> = {
  'sign in': () => '/sign-in',
  'sign up': () => '/sign-up',
  help: () => '/help',
  'help on one reason': () => '/help/charge-disputed',
  'a change to sign': ({ unsigned }) => unsigned.clientPath,
  'a client’s refund on its way': ({ notes }) => notes.requested.clientPath,
  'a client’s refund completed': ({ notes }) => notes.succeeded.clientPath,
}

const DESK_PAGES: Record<string, (gallery: Gallery) => string> = {
  today: () => '/',
  'credit notes': () => '/credit-notes',
  proposals: () => '/proposals',
  'a proposal': ({ unsigned }) => unsigned.proposalPath,
  settings: () => '/settings',
}

/** Every state of a credit note, with what its banner says. */
const CREDIT_NOTES = [
  ['awaiting the deposit', BANNER.awaitingDeposit],
  ['checking with Stripe', BANNER.checking],
  ['a transfer by hand', BANNER.transferByHand],
  ['requested', BANNER.requested],
  ['failed, a retry helps', BANNER.failed],
  ['failed, not yet', BANNER.failed],
  ['succeeded', BANNER.succeeded],
  ['manual', BANNER.manual],
] as const

for (const [name, path] of Object.entries(PUBLIC_PAGES)) {
  test(`everybody can read “${name}”: no barrier for axe, no sideways scrolling, light and dark, wide and narrow`, async ({
    page,
    gallery,
  }) => {
    await page.goto(path(gallery))
    await expectReadable(page)
  })
}

test.describe('at the desk', () => {
  test.beforeEach(async ({ context, gallery }) => context.setStorageState(gallery.session))

  for (const [name, path] of Object.entries(DESK_PAGES)) {
    test(`everybody can read “${name}”: no barrier for axe, no sideways scrolling, light and dark, wide and narrow`, async ({
      page,
      gallery,
    }) => {
      await page.goto(path(gallery))
      await expectReadable(page)
    })
  }

  for (const [name, sentence] of CREDIT_NOTES) {
    test(`everybody can read a credit note that is ${name}: no barrier for axe, no sideways scrolling, light and dark, wide and narrow`, async ({
      page,
      gallery,
    }) => {
      await page.goto(gallery.notes[name].path)
      await expect(banner(page)).toHaveText(sentence)
      await expectReadable(page)
    })
  }

  test('everybody can read the Mark refunded dialog and what it refuses', async ({ page, gallery }) => {
    await page.goto(gallery.notes['a transfer by hand'].path)
    await page.getByRole('button', { name: 'Mark refunded' }).click()
    const { dialog, submit } = markDialog(page)
    await submit.click()
    await expect(dialog.getByText(/^Give a reason or reference/)).toBeVisible()
    await expectReadable(page)
  })
})

async function expectReadable(page: Page): Promise<void> {
  await expect(page.getByRole('main')).toBeVisible()
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 })
    const sideways = await page.evaluate(() => {
      window.scrollTo({ left: 9999, behavior: 'instant' })
      return window.scrollX
    })
    expect(sideways, `pixels to scroll sideways at ${width}`).toBe(0)
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await barriers(page), `what axe finds at ${width}`).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await barriers(page, 'color-contrast'), `what axe finds at ${width} in the dark`).toEqual([])
  }
}

/** What stands in somebody's way, by all of axe's rules or by one. */
async function barriers(page: Page, rule?: string): Promise<string[]> {
  // Pages here frame nothing, so axe need not look into frames from a page of its own.
  const axe = new AxeBuilder({ page }).setLegacyMode(true)
  const { violations } = await (rule ? axe.withRules(rule) : axe).analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}
