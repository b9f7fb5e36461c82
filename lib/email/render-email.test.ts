import { describe, expect, test } from 'vitest'
import type { CreditNote } from '@/lib/credit-notes/credit-note'
import {
  EMAIL_FACTS,
  type EmailMoment,
  manualRefundReturned,
  type NewEmail,
  paidTwiceAlert,
  parseEmail,
  RECIPIENT_OF_MOMENT,
  refundCompleted,
  refundCompletedManually,
  refundFailed,
  refundInitiated,
  refundReturned,
  refundTriesEnded,
} from './email-moments'
import { renderEmail } from './render-email'

const freelancer = {
  businessName: 'Studio Nord',
  email: 'hello@studio-nord.example',
  locale: 'en-IE',
  timeZone: 'Europe/Berlin',
}

const note: CreditNote = {
  id: '0b8e6f0e-3c1e-4b52-9a52-6b1f4f6f2a01',
  freelancerId: '0b8e6f0e-3c1e-4b52-9a52-6b1f4f6f2a02',
  number: 'CRN-2026-0001',
  proposalId: '0b8e6f0e-3c1e-4b52-9a52-6b1f4f6f2a03',
  proposalNumber: 'PRO-2026-0007',
  proposalTitle: 'Website relaunch',
  amendmentId: '0b8e6f0e-3c1e-4b52-9a52-6b1f4f6f2a04',
  amendmentNumber: 'AMD-2026-0003',
  amendmentReason: 'The blog is left out.',
  parties: {
    issuer: { name: 'Studio Nord', address: 'Hamburg', vatNumber: null, email: 'hello@studio-nord.example' },
    client: { name: 'Anna Schmidt', address: 'Berlin', email: 'anna@example.com', locale: 'en-IE' },
  },
  amountNet: 33613,
  amountVat: 6387,
  amountGross: 40000,
  currency: 'eur',
  issuedAt: new Date('2026-03-14T09:00:00Z'),
  refundStatus: 'pending',
  failureReason: null,
  failureMessage: null,
  stripeRefundId: null,
  requestedAt: null,
  settledAt: null,
  manual: null,
  paidTwiceAt: null,
  depositMethod: 'card',
  depositConfirmed: true,
  attemptOpen: false,
  outcomeWithheld: false,
  accountConnected: true,
  attempts: 0,
  pendingReason: null,
  nextTryAt: null,
  automaticTries: 0,
  automaticStopped: false,
  foreignRefund: null,
  disputeStatus: null,
  disputeId: null,
  disputeClosedAt: null,
  disputePays: 0,
  disputeLeftOver: 0,
  traceNumber: null,
}

const at = new Date('2026-03-16T23:30:00Z') // the 17th in Berlin
const failure = { reason: 'expired_or_canceled_card', stripeMessage: 'Internal words of Stripe' }
const manual = { method: 'sepa', reference: 'E2E 4711', refundedOn: new Date('2026-03-16') } as const

function everyEmail(about: CreditNote = note): NewEmail[] {
  return [
    refundInitiated(about, freelancer),
    refundCompleted(about, freelancer, { stripeRefundId: 're_1', completedAt: at, traceNumber: '74208475074' }),
    refundCompletedManually(about, freelancer, manual),
    refundFailed(about, freelancer, { refundRef: 're_1', failedAt: at, ...failure }),
    refundTriesEnded(about, freelancer, { ...failure, endedWith: 'try 6', tries: 6, failedAt: at }),
    ...refundReturned(about, freelancer, { stripeRefundId: 're_1', completedAt: at, returnedAt: at, ...failure }),
    paidTwiceAlert(about, freelancer, { stripeRefundId: 're_1', madeElsewhere: false, noticedAt: at, beside: manual }),
    manualRefundReturned(about, freelancer, {
      manual: { ...manual, reference: 're_9' },
      returned: { kind: 'stripe_refund', stripeRefundId: 're_9', reason: 'declined' },
      noticedAt: at,
    }),
  ]
}

/** As it is read: after the facts have waited as JSON in the database. */
async function written(email: NewEmail) {
  const kept: unknown = JSON.parse(JSON.stringify(email.facts))
  return renderEmail(parseEmail(email.moment, kept), { appUrl: 'https://requite.example' })
}

async function emailOf(moment: EmailMoment, about: CreditNote = note) {
  const email = everyEmail(about).find((each) => each.moment === moment)
  if (!email) throw new Error(`no email for ${moment}`)
  return written(email)
}

describe('every email', () => {
  test('is there for each moment, for the reader that the moment is for', () => {
    const emails = everyEmail()
    expect(new Set(emails.map(({ moment }) => moment))).toEqual(new Set(Object.keys(EMAIL_FACTS)))
    for (const { moment, recipientRole, recipient } of emails) {
      expect(recipientRole).toBe(RECIPIENT_OF_MOMENT[moment])
      expect(recipient).toBe(recipientRole === 'client' ? 'anna@example.com' : 'hello@studio-nord.example')
    }
  })

  test('names amount and credit note in the subject, and both again in plain text and HTML', async () => {
    for (const email of everyEmail()) {
      const { subject, text, html } = await written(email)
      for (const part of [subject, text, html]) {
        expect(part).toContain('€400.00')
        expect(part).toContain('CRN-2026-0001')
        expect(part).not.toMatch(/undefined|null|NaN|\[object|Invalid/)
      }
      expect(subject).not.toMatch(/[\r\n]/)
    }
  })

  test('reads well without images, without HTML and in the dark', async () => {
    for (const email of everyEmail()) {
      const { html, text } = await written(email)
      expect(html).not.toMatch(/<img|background-image|url\(/i)
      expect(html).toContain('<meta name="color-scheme" content="light dark"')
      expect(html).toContain('prefers-color-scheme: dark')
      expect(text).not.toMatch(/<[a-z/]|&[a-z]+;/i)
      expect(text).toMatch(/^Credit note +CRN-2026-0001$/m)
    }
  })

  test('takes what people typed for words, never for markup or headers', async () => {
    const cunning = '<script>alert(1)</script>\r\nBcc: everyone@example.com'
    const parties = { ...note.parties, client: { ...note.parties.client, name: cunning } }
    for (const email of everyEmail({ ...note, parties, proposalTitle: cunning, amendmentReason: cunning })) {
      expect((await written(email)).html).not.toContain('<script>alert')
    }
  })

  test('keeps a name that is read from the right from turning the sentence around', async () => {
    const parties = { ...note.parties, client: { ...note.parties.client, name: 'דוד כהן' } }
    expect((await emailOf('refund_initiated', { ...note, parties })).text).toContain('Hello \u2068דוד כהן\u2069,')
  })

  test('writes amounts in the reader’s way: decimals of the currency, signs of the locale', async () => {
    const client = (locale: string) => ({ parties: { ...note.parties, client: { ...note.parties.client, locale } } })
    const yen = await emailOf('refund_completed', { ...note, ...client('ja-JP'), currency: 'jpy', amountGross: 110000 })
    expect(yen.subject).toContain('￥110,000')
    const dinar = await emailOf('refund_completed', { ...note, currency: 'kwd', amountGross: 1234567 })
    expect(dinar.subject).toMatch(/KWD\s1,234\.567/)
    const german = await emailOf('refund_completed', { ...note, ...client('de-DE') })
    expect(german.subject).toMatch(/400,00\s€/)
    // The freelancer reads the same amount in their own way.
    expect((await emailOf('refund_failed', { ...note, ...client('de-DE') })).subject).toContain('€400.00')
  })
})

describe('the client reads', () => {
  test('at the beginning: what, why, by what way and until when', async () => {
    const { subject, text } = await emailOf('refund_initiated')
    expect(subject).toBe('Refund initiated: €400.00 — credit note CRN-2026-0001')
    expect(text).toContain('back to the card that you paid the deposit with')
    expect(text).toContain('3–5 business days')
    expect(text).toContain('The blog is left out.')
    expect(text).toContain('14 March 2026')
  })

  test('of a transfer, where the deposit came by transfer', async () => {
    const { text } = await emailOf('refund_initiated', { ...note, depositMethod: 'sepa' })
    expect(text).toContain('by bank transfer')
    expect(text).not.toMatch(/card/i)
  })

  test('at the end: the day where the freelancer lives, and what to do with the trace number', async () => {
    const { text } = await emailOf('refund_completed')
    expect(text).toContain('17 March 2026')
    expect(text).toContain('Give your bank the trace number 74208475074')
  })

  test('how to come by a trace number that is not known yet', async () => {
    const refund = { stripeRefundId: 're_1', completedAt: at, traceNumber: null }
    const { text } = await written(refundCompleted(note, freelancer, refund))
    expect(text).toContain('ask for the trace number')
    expect(text).not.toMatch(/^Trace number/m)
  })

  test('method, reference and day of a manual refund', async () => {
    const { subject, text } = await emailOf('refund_completed_manually')
    expect(subject).toContain('by SEPA transfer')
    expect(text).toMatch(/^Reference +E2E 4711$/m)
    expect(text).toMatch(/^Paid on +16 March 2026$/m)
  })

  test('of a chargeback that their own bank took the money back, not that somebody sent it', async () => {
    const lost = { method: 'chargeback', reference: 'du_4711', refundedOn: new Date('2026-03-16') } as const
    const { subject, text } = await written(refundCompletedManually(note, freelancer, lost))
    expect(subject).toBe('Refund completed: €400.00 through your bank — credit note CRN-2026-0001')
    expect(text).toContain('decided in your favour on 16 March 2026')
    expect(text).toMatch(/^Reference +du_4711$/m)
    expect(text).not.toMatch(/has paid|outside Stripe/)
    const alert = paidTwiceAlert(note, freelancer, {
      stripeRefundId: 're_1',
      madeElsewhere: false,
      noticedAt: at,
      beside: lost,
    })
    expect((await written(alert)).text).toContain('refunded through their bank: chargeback on 16 March 2026')
  })

  test('a correction when the bank returned it', async () => {
    const { subject, text } = await emailOf('refund_returned')
    expect(subject).toMatch(/^Correction: your bank returned your refund/)
    expect(text).toContain('Studio Nord has been told and is on it')
  })

  test('nothing of what goes on inside: no failure reasons, no words of Stripe, no links to the desk', async () => {
    for (const email of everyEmail().filter(({ recipientRole }) => recipientRole === 'client')) {
      const { html, text } = await written(email)
      expect(html + text).not.toMatch(/Internal words|re_1|requite\.example|Retry|expired/)
    }
  })
})

describe('the freelancer reads', () => {
  test('why it failed, whether a retry helps, the way out, and where to act', async () => {
    const { text } = await emailOf('refund_failed')
    expect(text).toContain('your client’s card has expired or was cancelled')
    expect(text).toContain('A retry will not help.')
    expect(text).toContain('Mark refunded')
    expect(text).toContain('Internal words of Stripe')
    expect(text).toContain(`https://requite.example/credit-notes/${note.id}`)
  })

  test('that Requite has tried often enough, what it waits for now, and nothing of waiting on', async () => {
    const passing = { reason: 'rate_limit', stripeMessage: 'Too many requests', failedAt: at }
    const { subject, text } = await written(
      refundTriesEnded(note, freelancer, { ...passing, endedWith: 'try 6', tries: 6 }),
    )
    expect(subject).toBe('Refund still failed: €400.00 to Anna Schmidt — credit note CRN-2026-0001')
    expect(text).toContain('6 more times by itself')
    expect(text).toContain('Press Retry.')
    expect(text).not.toContain('wait: Requite tries again')
    const once = await written(refundTriesEnded(note, freelancer, { ...passing, endedWith: 'try 1', tries: 1 }))
    expect(once.text).toContain('once more by itself')
  })

  test('whether Requite goes on by itself once what its tries ended for has healed', async () => {
    const ended = async (reason: string, tries: number) => {
      const last = { endedWith: `try ${tries}`, reason, stripeMessage: null, failedAt: at, tries }
      return (await written(refundTriesEnded(note, freelancer, last))).text
    }
    expect(await ended('balance_insufficient', 5)).toContain('Requite then asks again by itself')
    expect(await ended('balance_insufficient', 5)).not.toContain('waits for you')
    expect(await ended('balance_insufficient', 6)).toContain('waits for you')
    expect(await ended('balance_insufficient', 6)).toContain('arrive there, then press Retry.')
    expect(await ended('balance_insufficient', 6)).not.toContain('asks again by itself')
    expect(await ended('charge_disputed', 6)).toContain('If you win, Requite asks again by itself.')
  })

  test('of a refund whose tries the email does not know, how far Requite goes by itself', async () => {
    const short = { reason: 'insufficient_funds', stripeMessage: null }
    const failed = await written(refundFailed(note, freelancer, { refundRef: 're_7', failedAt: at, ...short }))
    expect(failed.text).toContain('After 6 tries of its own, or once stopped, Requite waits for you to press Retry.')
    const [, alert] = refundReturned(note, freelancer, {
      stripeRefundId: 're_7',
      completedAt: at,
      returnedAt: at,
      ...short,
    })
    expect((await written(alert)).text).toContain('After 6 tries of its own')
  })

  test('that a completed refund came back, and that the client has been told', async () => {
    const { subject, text } = await emailOf('refund_returned_alert')
    expect(subject).toContain('came back')
    expect(text).toContain('We have told Anna Schmidt')
  })

  test('both payments that may be one too many', async () => {
    const { subject, text } = await emailOf('paid_twice_alert')
    expect(subject).toMatch(/^Paid twice\?/)
    expect(text).toMatch(/^Stripe refund +re_1$/m)
    expect(text).toMatch(/^Manual refund +E2E 4711$/m)
    const beside = { stripeRefundId: 're_0' }
    const other = await written(
      paidTwiceAlert(note, freelancer, { stripeRefundId: 're_1', madeElsewhere: false, noticedAt: at, beside }),
    )
    expect(other.text).toMatch(/^Beside it +re_0$/m)
    const payment = { stripeRefundId: 're_1', madeElsewhere: true, noticedAt: at, beside: manual }
    const unsure = await written(paidTwiceAlert(note, freelancer, payment))
    expect(unsure.subject).toMatch(/^Paid twice\? A refund made elsewhere beside the one of €400\.00 — credit note/)
    expect(unsure.text).toContain('Whether it was meant for this credit note, Stripe does not say.')
    expect(unsure.text).toContain('If that refund was meant for something else, there is nothing to do.')
    const besideOurs = await written(paidTwiceAlert(note, freelancer, { ...payment, beside }))
    expect(besideOurs.text).toContain('The refund that Requite made for it has been paid or is on its way.')
  })

  test('that what a credit note was marked as refunded by came back, and that the client does not have it', async () => {
    const { subject, text } = await emailOf('manual_refund_returned_alert')
    expect(subject).toMatch(/^Not refunded after all\? €400\.00 to /)
    expect(text).toContain('Stripe reports that refund re_9 did not reach')
    expect(text).toContain('the bank declined the refund')
    expect(text).toMatch(/^Manual refund +re_9$/m)
    const returned = { kind: 'dispute', disputeId: 'du_1' } as const
    const decided = await written(manualRefundReturned(note, freelancer, { manual, returned, noticedAt: at }))
    expect(decided.text).toContain('decided once more, this time for you')
    expect(decided.text).toMatch(/^Dispute +du_1$/m)
  })
})

test('facts that are not what their moment needs are refused, not half written', () => {
  const { facts } = refundInitiated(note, freelancer)
  expect(() => parseEmail('refund_completed', facts)).toThrow()
  expect(() => parseEmail('greetings', facts)).toThrow()
})
