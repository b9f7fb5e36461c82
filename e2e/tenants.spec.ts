import { BANNER, banner } from './fixtures/credit-note-page'
import { failedForNow, openDesk } from './fixtures/desk'
import { expect, signIn, test } from './fixtures/test'

test.describe('somebody else', () => {
  test.use({ expectedComplaints: [/status of 404/] })

  test('another freelancer finds no page at my credit note’s address, and leaves it as it was', async ({
    page,
    desk,
    anotherBrowser,
  }) => {
    const note = await failedForNow(desk)
    const stranger = await anotherBrowser()
    await signIn(stranger, await openDesk())
    for (const path of [note.path, `${note.path}/pdf`, note.proposalPath]) {
      const answer = await stranger.goto(path)
      expect(answer?.status(), path).toBe(404)
      await expect(stranger.getByText(note.number)).toHaveCount(0)
      await expect(stranger.getByText(note.clientName)).toHaveCount(0)
    }
    await stranger.goto('/credit-notes')
    await expect(stranger.getByText('No credit notes yet')).toBeVisible()

    await page.goto(note.path)
    await expect(banner(page)).toHaveText(BANNER.failed)
    expect(await desk.stripe.refunds()).toEqual([])
  })
})
