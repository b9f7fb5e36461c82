import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { createSignIn } from '@/lib/auth/create-sign-in'
import { findCreditNote } from '@/lib/credit-notes/find-credit-note'
import { yearIn } from '@/lib/dates'
import { disconnectDatabase } from '@/lib/db'
import { env } from '@/lib/env'
import { connectStripeAccount, createFreelancer } from '@/lib/freelancers/freelancer-store'
import { readStripe } from '@/lib/refunds/refresh-refund'
import { openConnectedAccount } from './seed/connected-account'
import { inspectGround } from './seed/inspect-ground'
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

/** What of the stories ends in a credit note. */
const issued = (stories: Story[]) => stories.filter(({ ending }) => ending.kind !== 'unsigned').length

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
  if (/^(sk|rk)_live_/.test(env().STRIPE_SECRET_KEY)) {
    throw new Error('STRIPE_SECRET_KEY is a live key: the demo is seeded with test keys only.')
  }
  const ground = await inspectGround([
    { email: DEMO.freelancer.email, creditNotes: issued(FREELANCER_STORIES) },
    { email: DEMO.other.email, creditNotes: issued(OTHER_STORIES) },
  ])
  if (ground === 'seeded') {
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
