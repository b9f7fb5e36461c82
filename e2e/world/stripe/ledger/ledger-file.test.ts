import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { startStripeSimulator } from '../simulator'
import { connectedSimulator } from '../testing/connected-simulator'
import { officialSdk } from '../testing/official-sdk'

function freshDataFile(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'stripe-ledger-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return path.join(folder, 'deep', 'stripe.json')
}

test('a second start knows every object, key and secret of the first', async () => {
  const dataFile = freshDataFile()
  const first = await connectedSimulator({ dataFile })
  const intent = await first.pay(3000)
  const options = { ...first.on, idempotencyKey: 'attempt-1' }
  const refund = await first.stripe.refunds.create({ payment_intent: intent.id, amount: 1000 }, options)
  const before = await first.sim.ledger()
  await first.stop()

  const again = await startStripeSimulator({ dataFile })
  onTestFinished(() => again.close())
  const stripe = officialSdk(again.url)
  const replayed = await stripe.refunds.create({ payment_intent: intent.id, amount: 1000 }, options)
  expect(replayed.id).toBe(refund.id)
  expect((await stripe.balance.retrieve({}, first.on)).available[0]?.amount).toBe(2000)
  expect(await (await fetch(`${again.url}/sim/ledger`)).json()).toMatchObject(before)
})

test('a late failure still happens when the simulator was restarted in between', async () => {
  const dataFile = freshDataFile()
  const first = await connectedSimulator({ dataFile, timeScale: 0.05 })
  const intent = await first.pay(3000, 'pm_card_refundFail')
  const refund = await first.stripe.refunds.create({ payment_intent: intent.id }, first.on)
  await first.stop()
  expect((await first.endpoint.waitFor(1)).some(({ event }) => event.type === 'refund.failed')).toBe(false)

  const again = await startStripeSimulator({ dataFile, timeScale: 0.05 })
  onTestFinished(() => again.close())
  await first.endpoint.waitFor(1, ({ event }) => event.type === 'refund.failed')
  expect((await officialSdk(again.url).refunds.retrieve(refund.id, {}, first.on)).status).toBe('failed')
})

test('every change is on disk within a moment, whole', async () => {
  const dataFile = freshDataFile()
  const { stripe } = await connectedSimulator({ dataFile })
  const account = await stripe.accounts.create({ type: 'standard', email: 'kept@example.com' })
  await expect.poll(() => readFileSync(dataFile, 'utf8'), { interval: 10 }).toContain(account.id)
  expect(() => JSON.parse(readFileSync(dataFile, 'utf8'))).not.toThrow()
})

test('a file that is no ledger is left alone and stops the start', async () => {
  const dataFile = path.join(mkdtempSync(path.join(tmpdir(), 'stripe-ledger-')), 'stripe.json')
  onTestFinished(() => rmSync(path.dirname(dataFile), { recursive: true, force: true }))
  writeFileSync(dataFile, '{"somebody":"else"}')
  await expect(startStripeSimulator({ dataFile })).rejects.toThrow()
  expect(readFileSync(dataFile, 'utf8')).toBe('{"somebody":"else"}')
})

test('the process says where it listens and keeps everything when it is asked to end', async () => {
  const dataFile = freshDataFile()
  const main = path.join(import.meta.dirname, '..', 'main.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', main], {
    env: { ...process.env, SIM_DATA: dataFile, SIM_API_KEY: 'sk_test_own' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [line] = await child.stdout.take(1).toArray()
  const ready = z.object({ ready: z.literal(true), url: z.string() }).parse(JSON.parse(String(line)))
  const account = await officialSdk(ready.url, 'sk_test_own').accounts.create({ type: 'standard' })
  const ended = new Promise((end) => child.once('exit', end))
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  expect(readFileSync(dataFile, 'utf8')).toContain(account.id)
})
