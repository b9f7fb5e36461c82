import { db } from '@/lib/db'
import type { Transaction } from '@/lib/transaction'

/** The tenant: whoever signs in and owns everything below. */
export type Freelancer = {
  id: string
  businessName: string
  address: string
  vatNumber: string | null
  email: string
  locale: string
  timeZone: string
  connectedAccount: { stripeAccountId: string; chargesEnabled: boolean; disconnectedAt: Date | null } | null
}

const FREELANCER = {
  id: true,
  businessName: true,
  address: true,
  vatNumber: true,
  email: true,
  locale: true,
  timeZone: true,
  connectedAccount: { select: { stripeAccountId: true, chargesEnabled: true, disconnectedAt: true } },
} as const

/** The freelancer that a signed-in person is; null for one who has no desk. */
export async function getFreelancerOfUser(userId: string): Promise<Freelancer | null> {
  return db().freelancer.findUnique({ where: { userId }, select: FREELANCER })
}

/** The freelancer with this id; throws when there is none, since ids come from rows that name them. */
export async function getFreelancer(
  freelancerId: string,
  asker: Pick<Transaction, 'freelancer'> = db(),
): Promise<Freelancer> {
  return asker.freelancer.findUniqueOrThrow({ where: { id: freelancerId }, select: FREELANCER })
}

export type NewFreelancer = {
  userId: string
  businessName: string
  email: string
  address?: string
  vatNumber?: string | null
  locale?: string
  timeZone?: string
}

/** Opens a desk for a person and returns the freelancer's id. */
export async function createFreelancer(
  freelancer: NewFreelancer,
  asker: Pick<Transaction, 'freelancer'> = db(),
): Promise<string> {
  const { id } = await asker.freelancer.create({ data: freelancer, select: { id: true } })
  return id
}

/** Ties a Stripe connected account to the freelancer, in place of any earlier one. */
export async function connectStripeAccount(
  freelancerId: string,
  stripeAccountId: string,
  chargesEnabled: boolean,
): Promise<void> {
  const account = { stripeAccountId, chargesEnabled, disconnectedAt: null }
  await db().connectedAccount.upsert({ where: { freelancerId }, create: { freelancerId, ...account }, update: account })
}

/** Takes over what Stripe says of a connected account (null: nothing of that); unknown accounts change nothing. */
export async function updateConnectedAccount(
  tx: Transaction,
  stripeAccountId: string,
  change: { chargesEnabled: boolean | null; disconnected: boolean | null },
): Promise<boolean> {
  const changed = await tx.$executeRaw`
    UPDATE connected_accounts SET charges_enabled = coalesce(${change.chargesEnabled}::boolean, charges_enabled),
      disconnected_at = CASE ${change.disconnected}::boolean WHEN true THEN coalesce(disconnected_at, now())
        WHEN false THEN NULL ELSE disconnected_at END
    WHERE stripe_account_id = ${stripeAccountId}`
  return changed > 0
}
