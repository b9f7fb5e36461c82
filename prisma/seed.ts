import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { createSignIn } from '@/lib/auth/create-sign-in'
import { findCreditNote } from '@/lib/credit-notes/find-credit-note'
import { yearIn } from '@/lib/dates'
import { db, disconnectDatabase } from '@/lib/db'
import { env } from '@/lib/env'
import { connectStripeAccount, createFreelancer } from '@/lib/freelancers/freelancer-store'
import { readStripe } from '@/lib/refunds/refresh-refund'
import { openConnectedAccount } from './seed/connected-account'
import { FREELANCER_STORIES, OTHER_STORIES, type Story } from './seed/stories'
import { type Teller, type Told, tellStory } from './seed/tell-story'

if (existsSync('.env')) process.loadEnvFile('.env')

const PASSWORD = 'requite-demo'
const DEMO = {
  freelancer: {
    email: 'freelancer@example.com',
    firstName: 'Ida',
    lastName: 'Lindqvist',
    businessName: 'Studio Lindqvist',
    address: 'Weserstraße 41\n12045 Berlin\nGermany',
    vatNumber: 'DE298417365',
  },
  other: {
    email: 'other@example.com',
    firstName: 'Jonas',
    lastName: 'Abel',
    businessName: 'Abel Software',
    address: 'Ehrenstraße 7\n50672 Köln\nGermany',
    vatNumber: 'DE811907265',
  },
} as const

/** How long the bank of the bounced refund may take to send it back, in seconds. */
const BOUNCE_PATIENCE = 60

type Seeding = 'empty' | 'seeded'

/** Refuses to write beside anybody's real money or data. */
async function inspectGround(): Promise<Seeding> {
  if (/^(sk|rk)_live_/.test(env().STRIPE_SECRET_KEY)) {
    throw new Error('STRIPE_SECRET_KEY is a live key: the demo is seeded with test keys only.')
  }
  const emails = (await db().user.findMany({ select: { email: true } })).map(({ email }) => email)
  const demo: readonly string[] = [DEMO.freelancer.email, DEMO.other.email]
  if (emails.some((email) => !demo.includes(email))) {
    throw new Error("DATABASE_URL holds other people's data: the demo is seeded into a database of its own.")
  }
  if (emails.length === 0) return 'empty'
  const expected = [...FREELANCER_STORIES, ...OTHER_STORIES].filter(({ ending }) => ending.kind !== 'unsigned').length
  if ((await db().creditNote.count()) < expected) {
    throw new Error('An earlier seed was cut short. Empty the database with "npm run db:reset" and seed it again.')
  }
  return 'seeded'
}

async function openDesk(person: (typeof DEMO)[keyof typeof DEMO], stripeAccountId: string): Promise<Teller> {
  const { email, firstName, lastName, ...business } = person
  const userId = await createSignIn({ email, name: `${firstName} ${lastName}`, password: PASSWORD })
  const freelancerId = await createFreelancer({ userId, email, ...business })
  await connectStripeAccount(freelancerId, stripeAccountId, true)
  return { freelancerId, stripeAccountId, year: yearIn('Europe/Berlin', new Date()) }
}

async function tellAll(stories: Story[], teller: Teller): Promise<Told[]> {
  const told: Told[] = []
  for (const [index, story] of stories.entries()) told.push(await tellStory(story, index + 1, teller))
  return told
}

/** The bank takes a while to send a refund back; read until it has, and the note says so. */
async function awaitBounce(told: Told | undefined): Promise<void> {
  if (told?.kind !== 'issued') return
  for (let second = 0; second < BOUNCE_PATIENCE; second++) {
    await readStripe(told)
    const note = await findCreditNote(told.freelancerId, told.creditNoteId)
    if (note?.refundStatus === 'failed') return
    await pause(1000)
  }
  console.warn('Stripe has not sent the bounced refund back yet; its webhook will.')
}

async function seed(): Promise<void> {
  if ((await inspectGround()) === 'seeded') {
    console.log('The demo is here already; nothing was changed.')
    return
  }
  const accountOfFirst = process.env.STRIPE_DEMO_ACCOUNT || (await openConnectedAccount(DEMO.freelancer))
  const first = await openDesk(DEMO.freelancer, accountOfFirst)
  const told = await tellAll(FREELANCER_STORIES, first)
  const second = await openDesk(DEMO.other, await openConnectedAccount(DEMO.other))
  await tellAll(OTHER_STORIES, second)
  await awaitBounce(told[FREELANCER_STORIES.findIndex(({ ending }) => ending.kind === 'bounced')])

  console.log(
    `Seeded ${told.length} agreements of ${DEMO.freelancer.email} and ${OTHER_STORIES.length} of ${DEMO.other.email}.`,
  )
  for (const one of told) {
    if (one.kind === 'unsigned')
      console.log(`An amendment waits for its client's signature: ${env().APP_URL}/c/${one.token}`)
  }
}

seed()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  })
  .finally(disconnectDatabase)
