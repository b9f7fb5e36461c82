import { sendAmendment } from './fixtures/desk'
import { countMails, MAIL, mailsTo } from './fixtures/mailbox'
import { expect, test } from './fixtures/test'

test('a client reads what changes, signs behind their link, gets the credit note by mail and sees the refund complete on the open page', async ({
  desk,
  anotherBrowser,
}) => {
  const agreement = await sendAmendment(desk, { card: 'pm_card_pendingRefund' })
  const client = await anotherBrowser()
  await client.goto(agreement.clientPath)
  await expect(client.getByText('The practice drops two pages.')).toBeVisible()
  const back = client.getByRole('region', { name: 'What comes back to you' })
  await expect(back).toContainText('€200.00')

  await client.getByRole('button', { name: 'Sign' }).click()
  await expect(client.getByText('Type your name to sign.')).toBeVisible()
  await expect(client.getByLabel('Your name')).toBeFocused()
  await client.getByLabel('Your name').fill('Paula Pine')
  await client.getByRole('checkbox', { name: /^I agree to this change/ }).check()
  await client.getByRole('button', { name: 'Sign' }).click()
  await expect(
    client.getByText(/Signed by Paula Pine on .+ Credit note CRN-\d{4}-0001 is in your mailbox/),
  ).toBeVisible()
  await expect(client.getByRole('button', { name: 'Sign' })).toHaveCount(0)

  await expect.poll(() => countMails(agreement.clientEmail, MAIL.initiated)).toBe(1)
  const [mail] = await mailsTo(agreement.clientEmail)
  expect(mail?.attachments).toEqual([{ filename: expect.stringMatching(/^CRN-\d{4}-0001\.pdf$/) }])

  await expect(client.getByRole('heading', { name: 'Your refund is on its way.' })).toBeVisible()
  await desk.stripe.act(`/refunds/${(await desk.stripe.onlyRefund()).id}/confirm`)
  await expect(client.getByRole('heading', { name: /^Refund completed on \d{1,2} \w+ \d{4}\.$/ })).toBeVisible()
})
