import { z } from 'zod'

/** What the simulator remembers, one record per Stripe object. `account` is always the account the object lives on. */

const metadata = z.record(z.string(), z.string())
const seconds = z.int()
const amount = z.int()

export const accountRecord = z.object({
  id: z.string(),
  platform: z.boolean(),
  /** The platform may act for it; taken away by deauthorizing. */
  connected: z.boolean(),
  type: z.enum(['standard', 'express', 'custom', 'none']),
  country: z.string(),
  defaultCurrency: z.string(),
  email: z.string().nullable(),
  businessName: z.string().nullable(),
  businessType: z.enum(['company', 'government_entity', 'individual', 'non_profit']).nullable(),
  onboarded: z.boolean(),
  created: seconds,
  metadata,
})
export type AccountRecord = z.infer<typeof accountRecord>

export const paymentMethodRecord = z.object({
  id: z.string(),
  account: z.string(),
  /** Name of the test card behind it, a key of testCards. */
  card: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  customer: z.string().nullable(),
  created: seconds,
})
export type PaymentMethodRecord = z.infer<typeof paymentMethodRecord>

const paymentError = z.object({
  code: z.string(),
  declineCode: z.string(),
  message: z.string(),
  charge: z.string(),
  paymentMethod: z.string(),
})

const shipping = z.object({
  name: z.string(),
  phone: z.string().nullable(),
  address: z.object({
    city: z.string().nullable(),
    country: z.string().nullable(),
    line1: z.string().nullable(),
    line2: z.string().nullable(),
    postal_code: z.string().nullable(),
    state: z.string().nullable(),
  }),
})

export const paymentIntentRecord = z.object({
  id: z.string(),
  account: z.string(),
  clientSecret: z.string(),
  amount,
  currency: z.string(),
  status: z.enum([
    'canceled',
    'processing',
    'requires_action',
    'requires_capture',
    'requires_confirmation',
    'requires_payment_method',
    'succeeded',
  ]),
  captureMethod: z.enum(['automatic', 'automatic_async', 'manual']),
  confirmationMethod: z.enum(['automatic', 'manual']),
  automaticPaymentMethods: z.boolean(),
  returnUrl: z.string().nullable(),
  paymentMethod: z.string().nullable(),
  latestCharge: z.string().nullable(),
  lastError: paymentError.nullable(),
  applicationFeeAmount: amount.nullable(),
  customer: z.string().nullable(),
  description: z.string().nullable(),
  receiptEmail: z.string().nullable(),
  setupFutureUsage: z.enum(['off_session', 'on_session']).nullable(),
  shipping: shipping.nullable(),
  statementDescriptor: z.string().nullable(),
  statementDescriptorSuffix: z.string().nullable(),
  transferGroup: z.string().nullable(),
  canceledAt: seconds.nullable(),
  cancellationReason: z.enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']).nullable(),
  created: seconds,
  metadata,
})
export type PaymentIntentRecord = z.infer<typeof paymentIntentRecord>

export const chargeRecord = z.object({
  id: z.string(),
  account: z.string(),
  paymentIntent: z.string().nullable(),
  paymentMethod: z.string(),
  amount,
  currency: z.string(),
  status: z.enum(['succeeded', 'failed']),
  captured: z.boolean(),
  amountCaptured: amount,
  failure: paymentError.nullable(),
  balanceTransaction: z.string().nullable(),
  applicationFeeAmount: amount.nullable(),
  customer: z.string().nullable(),
  description: z.string().nullable(),
  receiptEmail: z.string().nullable(),
  shipping: shipping.nullable(),
  statementDescriptor: z.string().nullable(),
  statementDescriptorSuffix: z.string().nullable(),
  transferGroup: z.string().nullable(),
  created: seconds,
  metadata,
})
export type ChargeRecord = z.infer<typeof chargeRecord>

export const refundStatuses = ['pending', 'requires_action', 'succeeded', 'failed', 'canceled'] as const
export const refundFailureReasons = [
  'lost_or_stolen_card',
  'expired_or_canceled_card',
  'charge_for_pending_refund_disputed',
  'insufficient_funds',
  'declined',
  'merchant_request',
  'unknown',
] as const
export type RefundFailureReason = (typeof refundFailureReasons)[number]

/** How the client's bank will treat a refund: at once, after a person lets it, never, late bounce, or only after the client acted. */
export const refundCourses = ['at_once', 'waits', 'fails_later', 'needs_client'] as const
export type RefundCourse = (typeof refundCourses)[number]

export const refundRecord = z.object({
  id: z.string(),
  account: z.string(),
  charge: z.string(),
  paymentIntent: z.string().nullable(),
  amount,
  currency: z.string(),
  status: z.enum(refundStatuses),
  course: z.enum(refundCourses),
  pendingReason: z.enum(['processing', 'insufficient_funds', 'charge_pending']).nullable(),
  failureReason: z.enum(refundFailureReasons).nullable(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).nullable(),
  instructionsEmail: z.string().nullable(),
  /** The acquirer reference number (ARN), once the bank gave one. */
  trace: z.string().nullable(),
  balanceTransaction: z.string().nullable(),
  failureBalanceTransaction: z.string().nullable(),
  /** Made by a person in the Dashboard, not over the API. */
  byHand: z.boolean(),
  created: seconds,
  metadata,
})
export type RefundRecord = z.infer<typeof refundRecord>

export const disputeRecord = z.object({
  id: z.string(),
  account: z.string(),
  charge: z.string(),
  paymentIntent: z.string().nullable(),
  amount,
  currency: z.string(),
  reason: z.string(),
  status: z.enum([
    'needs_response',
    'under_review',
    'won',
    'lost',
    'warning_needs_response',
    'warning_under_review',
    'warning_closed',
  ]),
  evidence: z.record(z.string(), z.string()),
  submissions: z.int(),
  balanceTransactions: z.array(z.string()),
  created: seconds,
  metadata,
})
export type DisputeRecord = z.infer<typeof disputeRecord>

export const checkoutSessionRecord = z.object({
  id: z.string(),
  account: z.string(),
  status: z.enum(['open', 'complete', 'expired']),
  amountTotal: amount,
  currency: z.string(),
  lineItems: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      unitAmount: amount,
      quantity: z.int(),
      price: z.string(),
      product: z.string(),
    }),
  ),
  successUrl: z.string().nullable(),
  cancelUrl: z.string().nullable(),
  customerEmail: z.string().nullable(),
  payerName: z.string().nullable(),
  payerEmail: z.string().nullable(),
  clientReferenceId: z.string().nullable(),
  customer: z.string().nullable(),
  locale: z.string().nullable(),
  paymentIntent: z.string().nullable(),
  intentDescription: z.string().nullable(),
  intentMetadata: metadata,
  applicationFeeAmount: amount.nullable(),
  receiptEmail: z.string().nullable(),
  captureMethod: z.enum(['automatic', 'automatic_async', 'manual']),
  shipping: shipping.nullable(),
  expiresAt: seconds,
  created: seconds,
  metadata,
})
export type CheckoutSessionRecord = z.infer<typeof checkoutSessionRecord>

export const balanceTransactionRecord = z.object({
  id: z.string(),
  account: z.string(),
  amount,
  currency: z.string(),
  type: z.enum(['charge', 'refund', 'refund_failure', 'adjustment', 'topup', 'payout', 'application_fee']),
  source: z.string().nullable(),
  description: z.string().nullable(),
  created: seconds,
})
export type BalanceTransactionRecord = z.infer<typeof balanceTransactionRecord>

export const eventRecord = z.object({
  id: z.string(),
  account: z.string(),
  type: z.string(),
  created: seconds,
  requestId: z.string().nullable(),
  idempotencyKey: z.string().nullable(),
  /** The object as it was then, rendered once: what Stripe sent never changes. */
  object: z.record(z.string(), z.json()),
  previousAttributes: z.record(z.string(), z.json()).nullable(),
})
export type EventRecord = z.infer<typeof eventRecord>

export const webhookEndpointRecord = z.object({
  id: z.string(),
  account: z.string(),
  url: z.string(),
  /** Several, comma-separated, while it rolls. */
  secret: z.string(),
  enabledEvents: z.array(z.string()),
  /** Whose events it hears: the account's own, its connected accounts', or both (endpoints given at start only). */
  hears: z.enum(['own', 'connected', 'both']),
  description: z.string().nullable(),
  disabled: z.boolean(),
  created: seconds,
  metadata,
})
export type WebhookEndpointRecord = z.infer<typeof webhookEndpointRecord>

export const deliveryRecord = z.object({
  id: z.string(),
  event: z.string(),
  endpoint: z.string(),
  status: z.enum(['waiting', 'sending', 'delivered', 'dropped', 'given_up']),
  /** Times are milliseconds since the epoch: gaps may be short. */
  nextAttemptAt: z.number().nullable(),
  /** The account written into the body instead of the true one, when a fault says so. */
  forgedAccount: z.string().nullable(),
  attempts: z.array(
    z.object({ at: z.number(), status: z.int().nullable(), error: z.string().nullable(), milliseconds: z.number() }),
  ),
})
export type DeliveryRecord = z.infer<typeof deliveryRecord>

export const idempotencyRecord = z.object({
  account: z.string(),
  key: z.string(),
  method: z.string(),
  path: z.string(),
  params: z.string(),
  requestId: z.string(),
  at: z.number(),
  answer: z.object({ status: z.int(), body: z.string(), errorCode: z.string().nullable() }),
})
export type IdempotencyRecord = z.infer<typeof idempotencyRecord>

/** Something that will happen by itself at `at` (milliseconds since the epoch), also after a restart. */
export const appointmentRecord = z.object({
  id: z.string(),
  at: z.number(),
  act: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('bank_confirms_refund'), refund: z.string() }),
    z.object({ kind: z.literal('bank_gives_trace'), refund: z.string() }),
    z.object({
      kind: z.literal('bank_bounces_refund'),
      refund: z.string(),
      failureReason: z.enum(refundFailureReasons),
    }),
  ]),
})
export type AppointmentRecord = z.infer<typeof appointmentRecord>

export const accountLinkRecord = z.object({
  /** The secret part of the link. */
  id: z.string(),
  account: z.string(),
  returnUrl: z.string().nullable(),
  refreshUrl: z.string().nullable(),
  /** A link works once. */
  used: z.boolean(),
  expiresAt: seconds,
  created: seconds,
})
export type AccountLinkRecord = z.infer<typeof accountLinkRecord>

/** Objects that only the payment side of other tools needs (customers, products, prices): kept as Stripe would answer them. */
export const catalogueRecord = z.object({
  id: z.string(),
  account: z.string(),
  body: z.record(z.string(), z.json()),
})
export type CatalogueRecord = z.infer<typeof catalogueRecord>
