import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { verifyWebhook } from './event-inbox'

const OLD = 'whsec_that_is_being_replaced'
const NEW = 'whsec_that_replaces_it'

beforeAll(() => {
  Object.assign(process.env, {
    DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none',
    STRIPE_SECRET_KEY: 'sk_test_unit',
    STRIPE_WEBHOOK_SECRET: `${OLD}, ${NEW}`,
    SMTP_URL: 'smtp://127.0.0.1:9',
    AUTH_SECRET: 'a secret of the tests, long enough to pass',
  })
})

const event = {
  id: 'evt_1',
  object: 'event',
  type: 'refund.updated',
  account: 'acct_1',
  created: 1_790_000_000,
  data: { object: { id: 're_1', object: 'refund' } },
}
const body = JSON.stringify(event)
const now = new Date('2026-11-23T06:00:00Z')
const seconds = Math.floor(now.getTime() / 1000)

function v1(rawBody: string, secret: string, at = seconds): string {
  return createHmac('sha256', secret).update(`${at}.${rawBody}`).digest('hex')
}

function header(rawBody = body, secret = NEW, at = seconds): string {
  return `t=${at},v1=${v1(rawBody, secret, at)}`
}

describe('a delivery that Stripe signed', () => {
  test('is let in, as it came', () => {
    expect(verifyWebhook(body, header(), now)).toEqual({
      ok: true,
      event: {
        id: 'evt_1',
        type: 'refund.updated',
        stripeAccountId: 'acct_1',
        createdAt: new Date(1_790_000_000_000),
        rawBody: body,
      },
    })
  })

  test('while secrets roll, either counts, and so does either of two signatures', () => {
    expect(verifyWebhook(body, header(body, OLD), now)).toMatchObject({ ok: true })
    const both = `t=${seconds},v1=${v1(body, 'whsec_gone')},v1=${v1(body, OLD)}`
    expect(verifyWebhook(body, both, now)).toMatchObject({ ok: true })
  })

  test('may be five minutes old, or five minutes ahead, and no more', () => {
    for (const off of [-300, -1, 0, 1, 300]) {
      expect(verifyWebhook(body, header(body, NEW, seconds + off), now), `${off} s`).toMatchObject({ ok: true })
    }
    for (const off of [-100_000, -301, 301, 3600]) {
      expect(verifyWebhook(body, header(body, NEW, seconds + off), now), `${off} s`).toEqual({
        ok: false,
        reason: 'stale',
      })
    }
  })

  test('of the platform itself names no connected account', () => {
    const { account: _, ...own } = event
    const rawBody = JSON.stringify(own)
    expect(verifyWebhook(rawBody, header(rawBody), now)).toMatchObject({ ok: true, event: { stripeAccountId: null } })
  })

  test.each([
    ['broken JSON', '{"id": "evt_1", '],
    ['a bare value', '42'],
    ['null', 'null'],
    ['a list', '[]'],
    ['no event', JSON.stringify({ ...event, object: 'refund' })],
    ['an id that is none', JSON.stringify({ ...event, id: "evt_1'; DROP TABLE credit_notes" })],
    ['no id', JSON.stringify({ ...event, id: undefined })],
    ['no data', JSON.stringify({ ...event, data: undefined })],
    ['a date past all dates', JSON.stringify({ ...event, created: 1e15 })],
  ])('but holds %s is malformed, and nothing crashes', (_, rawBody) => {
    expect(verifyWebhook(rawBody, header(rawBody), now)).toEqual({ ok: false, reason: 'malformed' })
  })
})

describe('a delivery that Stripe did not sign', () => {
  const bad = { ok: false, reason: 'bad_signature' }

  test.each([
    ['no signature', null],
    ['an empty one', ''],
    ['words', 'trust me'],
    ['another secret’s', header(body, 'whsec_of_somebody_else')],
    ['only the old scheme v0', `t=${seconds},v0=${v1(body, NEW)}`],
    ['no time', `v1=${v1(body, NEW)}`],
    ['the signature of another time', `t=${seconds + 1},v1=${v1(body, NEW)}`],
    ['a time that is none', `t=now,v1=${v1(body, NEW)}`],
  ])('%s is refused', (_, signature) => {
    expect(verifyWebhook(body, signature, now)).toEqual(bad)
  })

  test('a second time in the header cannot lend a stale signature a fresh one', () => {
    const old = seconds - 100_000
    const signature = v1(body, NEW, old)
    for (const forged of [
      `t=${old},v1=${signature},t=${seconds}`,
      `t=${seconds},t=${old},v1=${signature}`,
      `t=${seconds},v1=${signature},t=${old}`,
    ]) {
      expect(verifyWebhook(body, forged, now), forged).toMatchObject({ ok: false })
    }
  })

  test('one byte altered anywhere is refused', () => {
    const signature = header()
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
        const altered = `${body.slice(0, at)}${String.fromCharCode(code)}${body.slice(at + 1)}`
        fc.pre(altered !== body)
        expect(verifyWebhook(altered, signature, now)).toEqual(bad)
      }),
    )
  })

  test('whatever the header says, it is judged, never thrown over', () => {
    fc.assert(
      fc.property(fc.string(), (signature) => {
        expect(verifyWebhook(body, signature, now)).toEqual(bad)
      }),
    )
  })
})
