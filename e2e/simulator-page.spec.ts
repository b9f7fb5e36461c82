import { BANNER, banner } from './fixtures/credit-note-page'
import { sendAmendment, sign, untilStatus } from './fixtures/desk'
import { expect, test } from './fixtures/test'
import { worldOfThisRun } from './world/world-of-this-run'

test('whoever tries Requite out is the client’s bank on the simulator’s page: its own buttons move the refund', async ({
  page,
  desk,
  anotherBrowser,
}) => {
  const note = await sign(await sendAmendment(desk, { card: 'pm_card_pendingRefund' }))
  await untilStatus(note, 'requested')
  await page.goto(note.path)
  await expect(banner(page)).toHaveText(BANNER.requested)

  const simulator = await anotherBrowser()
  await simulator.goto(worldOfThisRun().simulatorUrl)
  const refund = simulator
    .getByRole('region', { name: 'Refunds' })
    .getByRole('listitem')
    .filter({ hasText: `credit_note_id = ${note.id}` })
  // Refunds of other tests may have come since: the older ones are behind a fold.
  for (const fold of await simulator.getByText(/^\d+ older refunds$/).all()) await fold.click()
  await refund.getByRole('button', { name: 'Bank confirms' }).click()
  await expect(simulator.getByRole('status')).toBeVisible()
  await expect(banner(page)).toHaveText(BANNER.succeeded)
})
