import { BANNER, banner } from './fixtures/credit-note-page'
import { type Desk, failedForNow, markedRefunded, type Note, sendAmendment, sign, untilAttempts } from './fixtures/desk'
import { countMails, MAIL } from './fixtures/mailbox'
import { expect, signIn, test } from './fixtures/test'

test('a refund that failed for a passing reason says so, is retried and completes on the open page; the client is told once', async ({
  page,
  desk,
}) => {
  const note = await failedForNow(desk, 'pm_card_pendingRefund')
  await page.goto(note.path)
  await expect(banner(page)).toHaveText('Refund failed: Stripe had a problem of its own.')
  await expect(page.getByText('A retry can help now')).toBeVisible()
  await expect(page.getByText(/no money has moved/)).toBeVisible()

  await page.getByRole('button', { name: 'Retry' }).click()
  await expect(banner(page)).toHaveText(BANNER.requested)
  await desk.stripe.act(`/refunds/${(await desk.stripe.onlyRefund()).id}/confirm`)
  await expect(banner(page)).toHaveText(BANNER.succeeded)

  await expect.poll(() => countMails(note.clientEmail, MAIL.completed)).toBe(1)
  await desk.stripe.resend('refund.updated')
  await expect.poll(() => desk.stripe.undelivered()).toBe(0)
  expect(await countMails(note.clientEmail, MAIL.completed)).toBe(1)
  expect(await desk.stripe.refunds()).toHaveLength(1)
})

test('a refund under dispute says Not yet and until when; Retry takes a second look', async ({ page, desk }) => {
  const note = await sign(await sendAmendment(desk, { card: 'pm_card_createDispute' }))
  await page.goto(note.path)
  await expect(banner(page)).toHaveText('Refund failed: your client’s bank has opened a dispute over this payment.')
  await expect(page.getByText('Not yet', { exact: true })).toBeVisible()
  await expect(page.getByText(/no refund until the dispute is decided/)).toBeVisible()

  const retry = page.getByRole('button', { name: 'Retry', exact: true })
  await expect(retry).toBeHidden()
  await page.getByText('Retry anyway').click()
  await expect(page.getByText(/will most likely get the same answer/)).toBeVisible()
  await retry.click()
  await untilAttempts(note, ['refused', 'refused'])
  await expect(page.getByRole('region', { name: 'Refund attempts' }).getByText('Refused', { exact: true })).toHaveCount(
    2,
  )
  await expect(banner(page)).toHaveText(BANNER.failed)
  expect(await desk.stripe.refunds()).toEqual([])
})

test('a double click on Retry asks Stripe once', async ({ page, desk }) => {
  const note = await failedForNow(desk)
  const before = await desk.stripe.refundCalls()
  await desk.stripe.plan({ kind: 'delay_after', milliseconds: 500, method: 'POST', path: '/v1/refunds' })
  await page.goto(note.path)
  await page.getByRole('button', { name: 'Retry' }).dblclick()
  await expect(banner(page)).toHaveText(BANNER.succeeded)
  expect((await desk.stripe.refundCalls()) - before).toBe(1)
  expect(await desk.stripe.refunds()).toHaveLength(1)
})

test('Retry pressed in two tabs at once asks Stripe once, and both tabs end up with the truth', async ({
  page,
  context,
  desk,
}) => {
  const note = await failedForNow(desk)
  const before = await desk.stripe.refundCalls()
  await desk.stripe.plan({ kind: 'delay_after', milliseconds: 1000, method: 'POST', path: '/v1/refunds' })
  const tabs = [page, await context.newPage()]
  for (const tab of tabs) await tab.goto(note.path)
  // Neither goes before both have been pressed: the later tab would hear of the earlier, and take its button away.
  const pressed = Promise.all(tabs.map((tab) => tab.waitForRequest((request) => request.method() === 'POST')))
  await context.route(`**${note.path}`, async (route) => {
    if (route.request().method() === 'POST') await pressed
    await route.continue()
  })
  await Promise.all(tabs.map((tab) => tab.getByRole('button', { name: 'Retry' }).click()))
  for (const tab of tabs) await expect(banner(tab)).toHaveText(BANNER.succeeded)
  expect((await desk.stripe.refundCalls()) - before).toBe(1)
  expect(await desk.stripe.refunds()).toHaveLength(1)
})

test('Retry in a tab that has gone stale is refused in words, and the tab then shows how the refund stands', async ({
  page,
  anotherBrowser,
  desk,
}) => {
  const note = await failedForNow(desk)
  // Without JavaScript a page hears of no change: the tab of somebody who was away.
  const stale = await anotherBrowser({ javaScriptEnabled: false })
  await signIn(stale, desk, note.path)
  await expect(banner(stale)).toHaveText(BANNER.failed)

  await page.goto(note.path)
  await page.getByRole('button', { name: 'Retry' }).click()
  await expect(banner(page)).toHaveText(BANNER.succeeded)
  const before = await desk.stripe.refundCalls()

  await stale.getByRole('button', { name: 'Retry' }).click()
  await expect(
    stale.getByText('This refund has been completed via Stripe. There is nothing left to retry.'),
  ).toBeVisible()
  await expect(banner(stale)).toHaveText(BANNER.succeeded)
  expect(await desk.stripe.refundCalls()).toBe(before)
})

const PAST_ASKING = {
  requested: { sentence: BANNER.requested, prepare: (desk: Desk) => issued(desk, 'pm_card_pendingRefund') },
  succeeded: { sentence: BANNER.succeeded, prepare: (desk: Desk) => issued(desk, 'pm_card_visa') },
  manual: { sentence: BANNER.manual, prepare: markedRefunded },
}

for (const [status, { sentence, prepare }] of Object.entries(PAST_ASKING)) {
  test(`a refund that is ${status} offers no Retry, and one that is asked for all the same gets 409 with the status`, async ({
    page,
    desk,
  }) => {
    const note = await prepare(desk)
    await page.goto(note.path)
    await expect(banner(page)).toHaveText(sentence)
    await expect(page.getByRole('button', { name: 'Retry', exact: true })).toBeHidden()
    await expect(page.getByText('Retry anyway')).toBeHidden()

    const refusal = await page.request.post(`/api${note.path}/retry-refund`, {
      headers: { origin: new URL(page.url()).origin },
    })
    expect(refusal.status()).toBe(409)
    expect(await refusal.json()).toMatchObject({ error: { code: 'refund_not_retryable', details: { status } } })
    await page.reload()
    await expect(banner(page)).toHaveText(sentence)
  })
}

async function issued(desk: Desk, card: string): Promise<Note> {
  return sign(await sendAmendment(desk, { card }))
}
