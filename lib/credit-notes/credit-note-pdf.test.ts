import { extractText, getDocumentProxy, getMeta } from 'unpdf'
import { describe, expect, test } from 'vitest'
import type { CreditNoteDocument } from './credit-note-document'
import { renderCreditNotePdf } from './credit-note-pdf'

const document: CreditNoteDocument = {
  number: 'CRN-2026-0001',
  issuedAt: '2026-03-14T23:30:00.000Z',
  timeZone: 'Europe/Berlin',
  locale: 'en-IE',
  issuer: {
    name: 'Studio Nord',
    address: 'Lindenallee 4\n20259 Hamburg',
    vatNumber: 'DE123456789',
    email: 'hello@studio-nord.example',
  },
  client: { name: 'Anna Schmidt', address: 'Hafenstraße 12\n10115 Berlin' },
  proposalNumber: 'PRO-2026-0007',
  proposalTitle: 'Website relaunch',
  amendmentNumber: 'AMD-2026-0003',
  amendmentReason: 'The blog is left out.',
  amountNet: 33613,
  amountVat: 6387,
  amountGross: 40000,
  currency: 'eur',
  refund: { state: 'announced', depositMethod: 'card' },
}

async function read(changes: Partial<CreditNoteDocument> = {}) {
  const pdf = await getDocumentProxy(new Uint8Array(await renderCreditNotePdf({ ...document, ...changes })))
  const { text, totalPages } = await extractText(pdf, { mergePages: true })
  return { pdf, text: text.replace(/\s+/g, ' '), totalPages }
}

describe('a credit note’s PDF', () => {
  test('says who, what for, how much and when, for a tax adviser', async () => {
    const { text } = await read()
    for (const words of [
      'Credit note CRN-2026-0001',
      'Studio Nord',
      'Lindenallee 4 20259 Hamburg',
      'VAT ID DE123456789',
      'Anna Schmidt',
      'Hafenstraße 12 10115 Berlin',
      'PRO-2026-0007 · Website relaunch',
      'AMD-2026-0003',
      'The blog is left out.',
      'Net €336.13',
      'VAT €63.87',
      '€400.00',
      'EUR',
      'Page 1 of 1',
    ]) {
      expect(text).toContain(words)
    }
  })

  test('is dated with the day that it was where the issuer lives', async () => {
    expect((await read()).text).toContain('Date of issue 15 March 2026')
  })

  test('says how the money goes back before it has', async () => {
    expect((await read()).text).toContain('goes back to the card')
    const byTransfer = await read({ refund: { state: 'announced', depositMethod: 'sepa' } })
    expect(byTransfer.text).toContain('goes back by bank transfer')
  })

  test('names Stripe’s refund and the trace number once the money has gone back', async () => {
    const completedAt = '2026-03-16T10:00:00.000Z'
    const { text } = await read({
      refund: { state: 'by_stripe', completedAt, stripeRefundId: 're_3QkK8d', traceNumber: '74208475074' },
    })
    expect(text).toContain('Date 16 March 2026 Stripe refund re_3QkK8d Trace number (ARN) 74208475074')
  })

  test('names method, date and reference of a manual refund', async () => {
    const { text } = await read({
      refund: { state: 'by_hand', method: 'sepa', reference: 'E2E 4711', refundedOn: '2026-03-20' },
    })
    expect(text).toContain('Method SEPA transfer Date 20 March 2026 Reference E2E 4711')
  })

  test('says of a chargeback that the client’s bank took the money, not that somebody sent it', async () => {
    const { text } = await read({
      refund: { state: 'by_hand', method: 'chargeback', reference: 'du_4711', refundedOn: '2026-03-20' },
    })
    expect(text).toContain('through the bank of the client: the dispute over the deposit was decided for the client.')
    expect(text).toContain('Method Chargeback Date 20 March 2026 Reference du_4711')
  })

  test('puts no hyphen of its own into a reference that is too long for a line', async () => {
    const reference = 'RF18539007547034'.repeat(12)
    const { text } = await read({ refund: { state: 'by_hand', method: 'other', reference, refundedOn: '2026-03-20' } })
    expect(text.replace(/ /g, '')).toContain(reference)
  })

  test('writes amounts with the decimals of their currency', async () => {
    expect((await read({ currency: 'jpy', amountNet: 100000, amountVat: 10000, amountGross: 110000 })).text).toContain(
      '110,000',
    )
    expect((await read({ currency: 'kwd', amountNet: 1234567, amountVat: 0, amountGross: 1234567 })).text).toContain(
      '1,234.567',
    )
  })

  test.each([
    ['Polish, Greek and Cyrillic', 'Zażółć Παπαδόπουλος Жукова'],
    ['Vietnamese', 'Nguyễn Thị Ánh'],
    ['Japanese and Chinese', '山田デザイン 李小龙'],
    ['Hebrew', 'דוד כהן'],
  ])('writes a name in %s', async (_script, name) => {
    const { text } = await read({ client: { name, address: '' } })
    // Readers give right-to-left letters back in the order in which they stand on the page.
    for (const letter of name.replace(/\s/g, '')) expect(text).toContain(letter)
  })

  test('writes an Arabic name, in its joined forms', async () => {
    const { text } = await read({ client: { name: 'محمد', address: '' } })
    expect(text.normalize('NFKC')).toMatch(/\p{Script=Arabic}/u)
    expect(text).not.toContain('□')
  })

  test('puts a box for a letter that no font has, never a wrong letter, and never fails', async () => {
    const { text } = await read({ client: { name: 'Anna 김 🙂 \u0000\u200d', address: '' } })
    expect(text).toContain('Anna □ □')
  })

  test('keeps whole what is long, over several pages if it must', async () => {
    const amendmentReason = 'Every single point of the proposal has been changed. '.repeat(200)
    const { text, totalPages } = await read({ amendmentReason })
    expect(totalPages).toBeGreaterThan(1)
    expect(text).toContain(`Page ${totalPages} of ${totalPages}`)
    expect(text.match(/Every single point/g)).toHaveLength(200)
    expect(text).toContain('€400.00')
  })

  test('carries title and author, and is the same whenever it is printed', async () => {
    const { pdf } = await read()
    const { info } = await getMeta(pdf)
    expect(info).toMatchObject({ Title: 'Credit note CRN-2026-0001', Author: 'Studio Nord' })
    const [one, other] = [await renderCreditNotePdf(document), await renderCreditNotePdf(document)]
    expect(one.equals(other)).toBe(true)
  })
})
