import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

const root = path.resolve(import.meta.dirname, '..')

/** What each wall must stop, and beside it what looks alike and must pass. */
const walls: Record<string, { stopped: [file: string, line: string][]; passing: [file: string, line: string][] }> = {
  'nothing-imports-e2e': {
    stopped: [
      ['app/page.tsx', "import { startMailbox } from '@/e2e/world/mailbox/mailbox'"],
      ['lib/stripe/client.ts', "export { startStripeSimulator } from '../../e2e/world/stripe/simulator'"],
      ['components/panel.tsx', "const world = await import('@/e2e/world/up')"],
      ['prisma/seed.ts', "import '../e2e/world/up'"],
    ],
    passing: [
      ['lib/stripe/create-refund.db.test.ts', "import { startStripeSimulator } from '@/e2e/world/stripe/simulator'"],
      ['e2e/retry.spec.ts', "import { bringUpWorld } from './world/throwaway'"],
    ],
  },
  'nothing-imports-app': {
    stopped: [
      ['lib/refunds/retry-refund.ts', "import { answer } from '@/app/api/answers'"],
      ['components/panel.tsx', "import { retry } from '../app/(desk)/refund-actions'"],
    ],
    passing: [['app/(desk)/page.tsx', "import { answer } from '@/app/api/answers'"]],
  },
  'lib-draws-nothing': {
    stopped: [['lib/email/templates/refund-failed.tsx', "import { Chip } from '@/components/ui/chip'"]],
    passing: [['app/page.tsx', "import { Chip } from '@/components/ui/chip'"]],
  },
  'components-take-pure-files': {
    stopped: [
      ['components/refund-banner.tsx', "import { retryRefund } from '@/lib/refunds/retry-refund'"],
      ['components/refund-banner.tsx', "import { find } from '@/lib/credit-notes/credit-note-store'"],
      ['components/refund-banner.tsx', "import { env } from '../lib/env'"],
      ['components/refund-banner.tsx', "import { PrismaClient } from '@/prisma/generated/client'"],
    ],
    passing: [
      ['components/refund-banner.tsx', "import { bannerView } from '@/lib/refunds/refund-status'"],
      ['components/refund-banner.tsx', "import { formatMoney } from '@/lib/money'"],
      ['components/refund-banner.tsx', "import type { Session } from '@/lib/auth/session'"],
      ['components/ui/panel.tsx', "import { useState } from 'react'"],
    ],
  },
  'rules-are-pure': {
    stopped: [
      ['lib/refunds/refund-status.ts', "import { db } from '@/lib/db'"],
      ['lib/refunds/refund-status.ts', "import { claim } from './attempt-store'"],
      ['lib/refunds/refund-reasons.ts', "import Stripe from 'stripe'"],
      ['lib/money.ts', "import { env } from './env'"],
      ['lib/auth/session-rules.ts', "import { cookies } from 'next/headers'"],
      ['lib/credit-notes/credit-note-number.ts', "import { randomUUID } from 'node:crypto'"],
      ['lib/credit-notes/credit-note-number.ts', 'export const year = () => new Date().getUTCFullYear()'],
      ['lib/dates.ts', 'export const now = () => Date.now()'],
      ['lib/proposals/proposal-totals.ts', 'export const rate = process.env.VAT_RATE'],
    ],
    passing: [
      ['lib/refunds/refund-status.ts', "import { formatDate } from '@/lib/dates'"],
      ['lib/refunds/refund-status.ts', "import { z } from 'zod'"],
      ['lib/refunds/refund-status.ts', "import type { CreditNote } from '@/lib/credit-notes/credit-note'"],
      ['lib/refunds/refund-status.ts', 'export const day = (at: number) => new Date(at)'],
      ['lib/refunds/retry-refund.ts', 'export const now = () => Date.now()'],
    ],
  },
  'stores-ask-the-database': {
    stopped: [
      ['lib/refunds/retry-refund.ts', "import { db } from '@/lib/db'"],
      ['lib/jobs/health.ts', "import { db } from '../db'"],
      ['app/(desk)/page.tsx', "import { db } from '@/lib/db'"],
      ['app/(desk)/page.tsx', "import { PrismaClient } from '@/prisma/generated/client'"],
      ['lib/email/transport.ts', "import pg from 'pg'"],
    ],
    passing: [
      ['lib/refunds/attempt-store.ts', "import { db } from '@/lib/db'"],
      ['lib/email/outbox.ts', "import { db } from '@/lib/db'"],
      ['lib/stripe/event-inbox.ts', "import { db } from '@/lib/db'"],
      ['lib/refunds/retry-refund.ts', "import { inTransaction } from '@/lib/transaction'"],
      ['app/(desk)/page.tsx', "import type { CreditNote } from '@/prisma/generated/client'"],
    ],
  },
  'only-lib-stripe-knows-stripe': {
    stopped: [
      ['lib/refunds/trigger-refund.ts', "import Stripe from 'stripe'"],
      ['app/api/stripe/route.ts', "import type { Stripe } from 'stripe'"],
      ['prisma/seed.ts', "const { Stripe } = await import('stripe')"],
    ],
    passing: [
      ['lib/stripe/client.ts', "import Stripe from 'stripe'"],
      ['lib/refunds/trigger-refund.ts', "import { createRefund } from '@/lib/stripe/create-refund'"],
    ],
  },
  'only-doors-know-next': {
    stopped: [
      ['lib/refunds/retry-refund.ts', "import { revalidatePath } from 'next/cache'"],
      ['components/ui/panel.tsx', "import Link from 'next/link'"],
    ],
    passing: [
      ['lib/auth/session.ts', "import { headers } from 'next/headers'"],
      ['app/page.tsx', "import Link from 'next/link'"],
    ],
  },
  'nouns-import-one-way': {
    stopped: [
      ['lib/credit-notes/issue-credit-note.ts', "import { trigger } from '@/lib/refunds/trigger-refund'"],
      ['lib/amendments/sign-amendment.ts', "import { issue } from '../credit-notes/issue-credit-note'"],
      ['lib/deposits/confirm-deposit.ts', "import { sign } from '@/lib/amendments/sign-amendment'"],
      ['lib/proposals/send-proposal.ts', "import { confirm } from '@/lib/deposits/confirm-deposit'"],
      ['lib/clients/add-client.ts', "import { send } from '@/lib/proposals/send-proposal'"],
      ['lib/freelancers/find-freelancer.ts', "import { add } from '@/lib/clients/add-client'"],
      ['lib/refunds/retry-refund.ts', "import { tasks } from '@/lib/worker/tasks'"],
    ],
    passing: [
      ['lib/refunds/trigger-refund.ts', "import { find } from '@/lib/credit-notes/find-credit-note'"],
      ['lib/clients/add-client.ts', "import { find } from '@/lib/freelancers/find-freelancer'"],
      ['lib/credit-notes/credit-note-document.ts', "import { refundStatuses } from '@/lib/refunds/refund-status'"],
      ['lib/proposals/proposal.ts', "import type { Deposit } from '@/lib/deposits/deposit'"],
    ],
  },
  'stores-stay-home': {
    stopped: [
      ['lib/refunds/retry-refund.ts', "import { find } from '@/lib/credit-notes/credit-note-store'"],
      ['lib/refunds/retry-refund.ts', "import { find } from '../credit-notes/credit-note-store'"],
    ],
    passing: [['lib/refunds/retry-refund.ts', "import { claim } from './attempt-store'"]],
  },
  'no-casts': {
    stopped: [
      ['lib/log.ts', 'export const text = (value: unknown) => value as string'],
      ['e2e/world/ports.ts', 'export const port = (value: unknown) => value as unknown as number'],
    ],
    passing: [
      ['lib/log.ts', "export const levels = ['info', 'warn'] as const"],
      ['lib/log.ts', 'export const level = { name: 1 } satisfies Record<string, number>'],
    ],
  },
}

const cases = Object.entries(walls).flatMap(([wall, { stopped, passing }]) => [
  ...stopped.map(([file, line]) => ({ wall, file, line, stops: true })),
  ...passing.map(([file, line]) => ({ wall, file, line, stops: false })),
])

/** Cases of the same file cannot lie in one folder: the second one goes into a second copy of the world, and so on. */
const placed = cases.map((each, index) => ({
  ...each,
  world: `world-${cases.slice(0, index).filter(({ file }) => file === each.file).length}`,
}))

const biomeReport = z.object({
  diagnostics: z.array(z.object({ message: z.string(), location: z.object({ path: z.string() }) })),
})

describe('the linter', () => {
  const complaints = new Map<string, string[]>()
  const folder = mkdtempSync(path.join(tmpdir(), 'requite-walls-'))

  beforeAll(() => {
    for (const { world, file, line } of placed) {
      mkdirSync(path.dirname(path.join(folder, world, file)), { recursive: true })
      writeFileSync(path.join(folder, world, file), `${line}\n`)
    }
    for (const world of new Set(placed.map((each) => each.world))) {
      cpSync(path.join(root, 'biome.json'), path.join(folder, world, 'biome.json'))
      cpSync(import.meta.dirname, path.join(folder, world, 'walls'), { recursive: true })
      const biome = path.join(root, 'node_modules/.bin/biome')
      const flags = ['--reporter=json', '--only=plugin', '--vcs-enabled=false', '--max-diagnostics=none']
      const { stdout } = spawnSync(biome, ['lint', ...flags, '.'], { cwd: path.join(folder, world), encoding: 'utf8' })
      for (const { message, location } of biomeReport.parse(JSON.parse(stdout)).diagnostics) {
        const place = path.join(world, location.path)
        complaints.set(place, [...(complaints.get(place) ?? []), message])
      }
    }
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(placed.filter(({ stops }) => stops))('$wall stops $line in $file', ({ wall, world, file }) => {
    const words = readFileSync(path.join(import.meta.dirname, `${wall}.grit`), 'utf8')
    const said = complaints.get(path.join(world, file)) ?? []
    expect(
      said.filter((message) => words.includes(message)),
      said.join('\n'),
    ).not.toEqual([])
  })

  test.each(placed.filter(({ stops }) => !stops))('$wall lets pass $line in $file', ({ world, file }) => {
    expect(complaints.get(path.join(world, file)) ?? []).toEqual([])
  })
})

test('every wall has cases here', () => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.grit'))
  expect(files.map((file) => path.basename(file, '.grit')).sort()).toEqual(Object.keys(walls).sort())
})
