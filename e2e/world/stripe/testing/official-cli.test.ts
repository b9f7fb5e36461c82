import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { connectedSimulator } from './connected-simulator'

const cli = path.resolve(import.meta.dirname, '../../../../node_modules/.bin/stripe')

/** Runs the official CLI against a simulator, with a home of its own. */
async function stripeCli(url: string, ...args: string[]): Promise<string> {
  const home = mkdtempSync(path.join(tmpdir(), 'stripe-cli-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const common = ['--api-base', url, '--api-key', 'sk_test_simulator', '--color', 'off']
  const { stdout, stderr } = await promisify(execFile)(cli, [...args, ...common], {
    env: {
      NODE_ENV: 'test',
      PATH: process.env.PATH,
      HOME: home,
      XDG_CONFIG_HOME: home,
      STRIPE_CLI_TELEMETRY_OPTOUT: '1',
    },
    timeout: 25_000,
  })
  return stdout + stderr
}

test.for([
  ['payment_intent.succeeded', ['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded']],
  ['payment_intent.payment_failed', ['payment_intent.created', 'charge.failed', 'payment_intent.payment_failed']],
  ['charge.refunded', ['refund.created', 'charge.refunded']],
  ['charge.refund.updated', ['refund.created', 'charge.refunded', 'refund.updated', 'charge.refund.updated']],
  ['charge.dispute.created', ['charge.dispute.created']],
  ['charge.dispute.updated', ['charge.dispute.updated']],
  ['charge.dispute.closed', ['charge.dispute.closed']],
  ['checkout.session.completed', ['payment_intent.succeeded', 'checkout.session.completed']],
] as const)('stripe trigger %s makes those events on the connected account', async ([trigger, types]) => {
  const { url, account, endpoint } = await connectedSimulator()
  expect(await stripeCli(url, 'trigger', trigger, '--stripe-account', account)).toContain('Trigger succeeded!')
  for (const type of types) await endpoint.waitFor(1, ({ event }) => event.type === type && event.account === account)
})

test.for([
  ['account.updated', 'account.updated'],
  ['account.application.deauthorized', 'account.application.deauthorized'],
] as const)('stripe trigger %s reaches the platform’s Connect endpoint', async ([trigger, type]) => {
  const { url, endpoint } = await connectedSimulator()
  expect(await stripeCli(url, 'trigger', trigger)).toContain('Trigger succeeded!')
  await endpoint.waitFor(1, ({ event }) => event.type === type)
})

test('the CLI creates, reads, lists and is refused as at Stripe', async () => {
  const { url, account, pay } = await connectedSimulator()
  const intent = await pay(3000)
  const on = ['--stripe-account', account]
  const refund = JSON.parse(
    await stripeCli(url, 'refunds', 'create', '--payment-intent', intent.id, '--amount', '500', ...on),
  )
  expect(refund).toMatchObject({ object: 'refund', amount: 500, status: 'succeeded' })
  expect(JSON.parse(await stripeCli(url, 'get', `/v1/refunds/${refund.id}`, ...on))).toMatchObject({ id: refund.id })
  expect(JSON.parse(await stripeCli(url, 'refunds', 'list', '--payment-intent', intent.id, ...on)).data).toHaveLength(1)
  expect(await stripeCli(url, 'refunds', 'create', '--payment-intent', intent.id, '--amount', '9000', ...on)).toContain(
    'greater than unrefunded amount on charge (€25.00)',
  )
})
