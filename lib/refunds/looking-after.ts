import { lastReadOfEvents } from '@/lib/stripe/fetch-missed-events'
import { lastSweepAt, listSweepFindings, type SweepFinding } from './sweep-store'

/** How many findings are worth looking back on. */
const SHOWN = 10

/**
 * How Requite looks after a freelancer's refunds by itself: when it last looked (null before the first time), when it last
 * read their Stripe account's events, and what it put right, the latest first.
 */
export async function lookingAfter(
  freelancerId: string,
  stripeAccountId: string | null,
): Promise<{ lastSweepAt: Date | null; eventsReadAt: Date | null; findings: SweepFinding[] }> {
  const [sweptAt, eventsReadAt, findings] = await Promise.all([
    lastSweepAt(),
    stripeAccountId ? lastReadOfEvents(stripeAccountId) : null,
    listSweepFindings(freelancerId, SHOWN),
  ])
  return { lastSweepAt: sweptAt, eventsReadAt, findings }
}
