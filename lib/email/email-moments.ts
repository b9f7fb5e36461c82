import { z } from 'zod'
import type { CreditNote } from '@/lib/credit-notes/credit-note'
import { creditNoteDocument, creditNoteDocumentSchema } from '@/lib/credit-notes/credit-note-document'
import { MANUAL_METHODS, type ManualMethod } from '@/lib/refunds/refund-status'

/** Who reads which email (product.md, "Emails"). A client never hears of a failure that is ours to mend. */
export const RECIPIENT_OF_MOMENT = {
  refund_initiated: 'client',
  refund_completed: 'client',
  refund_completed_manually: 'client',
  refund_returned: 'client',
  refund_failed: 'freelancer',
  refund_tries_ended: 'freelancer',
  refund_returned_alert: 'freelancer',
  paid_twice_alert: 'freelancer',
  manual_refund_returned_alert: 'freelancer',
} as const satisfies Record<string, RecipientRole>
export type RecipientRole = 'client' | 'freelancer'
export type EmailMoment = keyof typeof RECIPIENT_OF_MOMENT

/** What every email says; the reader is whoever the moment is for. */
const letterFacts = z.object({
  creditNoteId: z.uuid(),
  creditNoteNumber: z.string(),
  proposalNumber: z.string(),
  proposalTitle: z.string(),
  amendmentNumber: z.string(),
  amendmentReason: z.string(),
  /** Gross, in the currency's minor unit. */
  amount: z.int().positive(),
  currency: z.string().regex(/^[a-z]{3}$/),
  depositMethod: z.enum(['card', 'sepa']),
  freelancer: z.object({ name: z.string(), email: z.string() }),
  clientName: z.string(),
  /** The reader's. */
  locale: z.string(),
  timeZone: z.string(),
})

const moment = z.iso.datetime()
const manualRefund = z.object({
  method: z.enum(MANUAL_METHODS),
  reference: z.string(),
  refundedOn: z.iso.date(),
})
const failure = {
  reason: z.string().nullable(),
  stripeMessage: z.string().nullable(),
}

/** What each email needs to be written. Facts wait in the database as JSON, so they are checked again when they come back. */
export const EMAIL_FACTS = {
  refund_initiated: letterFacts.extend({ document: creditNoteDocumentSchema }),
  refund_completed: letterFacts.extend({
    completedAt: moment,
    traceNumber: z.string().nullable(),
  }),
  refund_completed_manually: letterFacts.extend({ manual: manualRefund }),
  refund_returned: letterFacts.extend({
    completedAt: moment.nullable(),
    returnedAt: moment,
  }),
  refund_failed: letterFacts.extend({ ...failure, failedAt: moment }),
  refund_tries_ended: letterFacts.extend({ ...failure, tries: z.int().positive(), failedAt: moment }),
  refund_returned_alert: letterFacts.extend({
    ...failure,
    completedAt: moment.nullable(),
    returnedAt: moment,
  }),
  paid_twice_alert: letterFacts.extend({
    stripeRefundId: z.string().nullable(),
    /** The lost dispute that has paid it, where no refund has. Older emails don't say. */
    disputeId: z.string().nullable().default(null),
    noticedAt: moment,
    /** It does not name the credit note: somebody made it in Stripe's Dashboard. Older emails don't say. */
    madeElsewhere: z.boolean().default(false),
    /** What else has already paid this credit note back. */
    beside: z.discriminatedUnion('kind', [
      manualRefund.extend({ kind: z.literal('manual') }),
      z.object({
        kind: z.literal('stripe_refund'),
        stripeRefundId: z.string(),
      }),
    ]),
  }),
  manual_refund_returned_alert: letterFacts.extend({
    manual: manualRefund,
    /** What it was, and did not last. */
    returned: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('stripe_refund'), stripeRefundId: z.string(), reason: z.string().nullable() }),
      z.object({ kind: z.literal('dispute'), disputeId: z.string() }),
    ]),
    noticedAt: moment,
  }),
} satisfies Record<EmailMoment, z.ZodType>

export type EmailFacts<Moment extends EmailMoment> = z.infer<(typeof EMAIL_FACTS)[Moment]>
export type LetterFacts = z.infer<typeof letterFacts>

/** An email with everything that it says, ready to be written out. */
export type Email = {
  [Moment in EmailMoment]: { moment: Moment; facts: EmailFacts<Moment> }
}[EmailMoment]

/** An email for the outbox. At most one exists per credit note, moment, recipient and `refundRef`. */
export type NewEmail = Email & {
  freelancerId: string
  creditNoteId: string
  recipientRole: RecipientRole
  /**
   * What it speaks of: the Stripe refund, dispute or try. Empty for a refusal that whoever asked has seen: one that is refused
   * again and again is told once.
   */
  refundRef: string
  /** Email address. */
  recipient: string
}

/** Reads an email back from the outbox; throws when its facts are not what its moment needs. */
export function parseEmail(moment: string, facts: unknown): Email {
  return z
    .discriminatedUnion('moment', [
      z.object({
        moment: z.literal('refund_initiated'),
        facts: EMAIL_FACTS.refund_initiated,
      }),
      z.object({
        moment: z.literal('refund_completed'),
        facts: EMAIL_FACTS.refund_completed,
      }),
      z.object({
        moment: z.literal('refund_completed_manually'),
        facts: EMAIL_FACTS.refund_completed_manually,
      }),
      z.object({
        moment: z.literal('refund_returned'),
        facts: EMAIL_FACTS.refund_returned,
      }),
      z.object({
        moment: z.literal('refund_failed'),
        facts: EMAIL_FACTS.refund_failed,
      }),
      z.object({
        moment: z.literal('refund_tries_ended'),
        facts: EMAIL_FACTS.refund_tries_ended,
      }),
      z.object({
        moment: z.literal('refund_returned_alert'),
        facts: EMAIL_FACTS.refund_returned_alert,
      }),
      z.object({
        moment: z.literal('paid_twice_alert'),
        facts: EMAIL_FACTS.paid_twice_alert,
      }),
      z.object({
        moment: z.literal('manual_refund_returned_alert'),
        facts: EMAIL_FACTS.manual_refund_returned_alert,
      }),
    ])
    .parse({ moment, facts })
}

// ── One email per moment, made from the credit note as it stands ────────────────────────────────

export type EmailFreelancer = {
  businessName: string
  email: string
  locale: string
  timeZone: string
}
type ManualRefund = {
  method: ManualMethod
  reference: string
  refundedOn: Date
}

/** The credit note is issued: the client learns that money is coming back, with the document attached. */
export function refundInitiated(note: CreditNote, freelancer: EmailFreelancer): NewEmail {
  const document = creditNoteDocument(note, freelancer.timeZone)
  return {
    ...toClient(note, ''),
    moment: 'refund_initiated',
    facts: { ...clientLetter(note, freelancer), document },
  }
}

/** Stripe has sent the money. */
export function refundCompleted(
  note: CreditNote,
  freelancer: EmailFreelancer,
  refund: {
    stripeRefundId: string
    completedAt: Date
    traceNumber: string | null
  },
): NewEmail {
  return {
    ...toClient(note, refund.stripeRefundId),
    moment: 'refund_completed',
    facts: {
      ...clientLetter(note, freelancer),
      completedAt: refund.completedAt.toISOString(),
      traceNumber: refund.traceNumber,
    },
  }
}

/** The freelancer has sent the money outside Stripe. */
export function refundCompletedManually(note: CreditNote, freelancer: EmailFreelancer, manual: ManualRefund): NewEmail {
  return {
    ...toClient(note, ''),
    moment: 'refund_completed_manually',
    facts: { ...clientLetter(note, freelancer), manual: manualFacts(manual) },
  }
}

/** The refund did not go through; only the freelancer hears of it. `refundRef` is what it is told once for. */
export function refundFailed(
  note: CreditNote,
  freelancer: EmailFreelancer,
  failed: {
    refundRef: string
    reason: string | null
    stripeMessage: string | null
    failedAt: Date
  },
): NewEmail {
  return {
    ...toFreelancer(note, freelancer, failed.refundRef),
    moment: 'refund_failed',
    facts: {
      ...freelancerLetter(note, freelancer),
      reason: failed.reason,
      stripeMessage: failed.stripeMessage,
      failedAt: failed.failedAt.toISOString(),
    },
  }
}

/** Requite has asked again by itself, `tries` times, and plans no further try: said once for each `endedWith`. */
export function refundTriesEnded(
  note: CreditNote,
  freelancer: EmailFreelancer,
  {
    endedWith,
    ...failed
  }: { endedWith: string; reason: string; stripeMessage: string | null; tries: number; failedAt: Date },
): NewEmail {
  return {
    ...toFreelancer(note, freelancer, endedWith),
    moment: 'refund_tries_ended',
    facts: { ...freelancerLetter(note, freelancer), ...failed, failedAt: failed.failedAt.toISOString() },
  }
}

type Returned = {
  stripeRefundId: string
  reason: string | null
  stripeMessage: string | null
  completedAt: Date | null
  returnedAt: Date
}

/** The bank has sent a completed refund back: a correction for the client and an alert for the freelancer. */
export function refundReturned(note: CreditNote, freelancer: EmailFreelancer, refund: Returned): [NewEmail, NewEmail] {
  const when = {
    completedAt: refund.completedAt?.toISOString() ?? null,
    returnedAt: refund.returnedAt.toISOString(),
  }
  return [
    {
      ...toClient(note, refund.stripeRefundId),
      moment: 'refund_returned',
      facts: { ...clientLetter(note, freelancer), ...when },
    },
    {
      ...toFreelancer(note, freelancer, refund.stripeRefundId),
      moment: 'refund_returned_alert',
      facts: {
        ...freelancerLetter(note, freelancer),
        ...when,
        reason: refund.reason,
        stripeMessage: refund.stripeMessage,
      },
    },
  ]
}

/** What may have paid a credit note once more: a refund at Stripe, or a dispute that the client won. */
export type SecondPayment = { stripeRefundId: string; madeElsewhere: boolean } | { disputeId: string }

/** Stripe reports money sent for a credit note that something else has already paid back. */
export function paidTwiceAlert(
  note: CreditNote,
  freelancer: EmailFreelancer,
  payment: SecondPayment & { noticedAt: Date; beside: ManualRefund | { stripeRefundId: string } },
): NewEmail {
  const { beside } = payment
  const disputed = 'disputeId' in payment
  return {
    ...toFreelancer(note, freelancer, disputed ? payment.disputeId : payment.stripeRefundId),
    moment: 'paid_twice_alert',
    facts: {
      ...freelancerLetter(note, freelancer),
      stripeRefundId: disputed ? null : payment.stripeRefundId,
      disputeId: disputed ? payment.disputeId : null,
      madeElsewhere: !disputed && payment.madeElsewhere,
      noticedAt: payment.noticedAt.toISOString(),
      beside: 'method' in beside ? { kind: 'manual', ...manualFacts(beside) } : { kind: 'stripe_refund', ...beside },
    },
  }
}

/** The payment that a manual refund named as itself, and that did not last. */
export type ReturnedPayment = EmailFacts<'manual_refund_returned_alert'>['returned']

/** What had paid a credit note outside Requite came back, and its client does not have the money. */
export function manualRefundReturned(
  note: CreditNote,
  freelancer: EmailFreelancer,
  { manual, returned, noticedAt }: { manual: ManualRefund; returned: ReturnedPayment; noticedAt: Date },
): NewEmail {
  return {
    ...toFreelancer(note, freelancer, returned.kind === 'dispute' ? returned.disputeId : returned.stripeRefundId),
    moment: 'manual_refund_returned_alert',
    facts: {
      ...freelancerLetter(note, freelancer),
      manual: manualFacts(manual),
      returned,
      noticedAt: noticedAt.toISOString(),
    },
  }
}

function toClient(note: CreditNote, refundRef: string) {
  return {
    freelancerId: note.freelancerId,
    creditNoteId: note.id,
    recipientRole: 'client',
    refundRef,
    recipient: note.parties.client.email,
  } as const
}

function toFreelancer(note: CreditNote, freelancer: EmailFreelancer, refundRef: string) {
  return {
    freelancerId: note.freelancerId,
    creditNoteId: note.id,
    recipientRole: 'freelancer',
    refundRef,
    recipient: freelancer.email,
  } as const
}

/** Clients have told us their language but not their time zone: dates are the freelancer's days. */
function clientLetter(note: CreditNote, freelancer: EmailFreelancer): LetterFacts {
  return {
    ...freelancerLetter(note, freelancer),
    locale: note.parties.client.locale,
  }
}

function freelancerLetter(note: CreditNote, freelancer: EmailFreelancer): LetterFacts {
  return {
    creditNoteId: note.id,
    creditNoteNumber: note.number,
    proposalNumber: note.proposalNumber,
    proposalTitle: note.proposalTitle,
    amendmentNumber: note.amendmentNumber,
    amendmentReason: note.amendmentReason,
    amount: note.amountGross,
    currency: note.currency,
    depositMethod: note.depositMethod,
    freelancer: { name: freelancer.businessName, email: freelancer.email },
    clientName: note.parties.client.name,
    locale: freelancer.locale,
    timeZone: freelancer.timeZone,
  }
}

function manualFacts({ method, reference, refundedOn }: ManualRefund) {
  return {
    method,
    reference,
    refundedOn: refundedOn.toISOString().slice(0, 10),
  }
}
