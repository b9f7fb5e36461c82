import { docUrl } from '../bodies/doc-url'
import type { Body } from '../json'

/** An error answer in Stripe's words. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error',
    readonly message: string,
    readonly code: string | null = null,
    readonly param: string | null = null,
    readonly more: Body = {},
  ) {}

  body(requestId: string): Body {
    return {
      error: {
        ...(this.code ? { code: this.code, doc_url: docUrl(this.code) } : {}),
        message: this.message,
        ...(this.param ? { param: this.param } : {}),
        ...this.more,
        request_log_url: `https://dashboard.stripe.com/test/logs/${requestId}`,
        type: this.type,
      },
    }
  }
}

function invalid(message: string, code: string | null = null, param: string | null = null): Refusal {
  return new Refusal(400, 'invalid_request_error', message, code, param)
}

/** Every refusal that the simulator knows, worded as Stripe words it. */
export const refusals = {
  noKey: () =>
    new Refusal(
      401,
      'invalid_request_error',
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
    ),
  invalidKey: (key: string) => new Refusal(401, 'invalid_request_error', `Invalid API Key provided: ${masked(key)}`),
  noAccess: (key: string, account: string) =>
    new Refusal(
      403,
      'invalid_request_error',
      `The provided key '${masked(key)}' does not have access to account '${account}' (or that account does not exist). Application access may have been revoked.`,
      'account_invalid',
    ),
  unknownUrl: (method: string, path: string) =>
    new Refusal(
      404,
      'invalid_request_error',
      `Unrecognized request URL (${method}: ${path}). If you are trying to list objects, remove the trailing slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier in your code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
    ),
  invalidVersion: (version: string) => invalid(`Invalid Stripe API version: ${version}`),

  missing: (object: string, id: string, param: string) =>
    new Refusal(404, 'invalid_request_error', `No such ${object}: '${id}'`, 'resource_missing', param),
  missingInList: (object: string, id: string, param: string) =>
    invalid(`No such ${object}: '${id}'`, 'resource_missing', param),

  unknownParameter: (names: string[]) =>
    invalid(
      `Received unknown parameter${names.length > 1 ? 's' : ''}: ${names.join(', ')}`,
      'parameter_unknown',
      names[0] ?? null,
    ),
  missingParameter: (param: string) => invalid(`Missing required param: ${param}.`, 'parameter_missing', param),
  invalidInteger: (param: string, value: string) =>
    invalid(`Invalid integer: ${value}`, 'parameter_invalid_integer', param),
  invalidValue: (kind: string, param: string, value: string) => invalid(`Invalid ${kind}: ${value}`, null, param),
  notOneOf: (param: string, allowed: readonly string[]) =>
    invalid(`Invalid ${param}: must be one of ${orList(allowed)}`, null, param),
  invalidCurrency: (currency: string) => invalid(`Invalid currency: ${currency}.`, null, 'currency'),
  notExpandable: (path: string) => invalid(`This property cannot be expanded (${path}).`, null, 'expand'),
  metadataTooLong: (key: string) =>
    invalid('Metadata values can have up to 500 characters, keys up to 40.', null, `metadata[${key}]`),

  keyReused: (key: string) =>
    new Refusal(
      400,
      'idempotency_error',
      `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
    ),
  keyUsedElsewhere: (key: string, first: string, now: string) =>
    new Refusal(
      400,
      'idempotency_error',
      `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${now}' vs '${first}'). Try using a key other than '${key}' if you meant to execute a different request.`,
    ),
  keyInUse: (key: string) =>
    new Refusal(
      409,
      'api_error',
      `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
      'idempotency_key_in_use',
    ),

  rateLimited: () =>
    new Refusal(
      429,
      'invalid_request_error',
      'Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.',
      'rate_limit',
    ),
  lockTimeout: () =>
    new Refusal(
      429,
      'invalid_request_error',
      'This object cannot be accessed right now because another API request or Stripe process is currently accessing it. If you see this error intermittently, retry the request. If you see this error frequently and are making multiple concurrent requests to a single object, make your requests serially or at a lower rate.',
      'lock_timeout',
    ),
  serverError: () =>
    new Refusal(
      500,
      'api_error',
      'An unknown error occurred. If this problem persists please contact support@stripe.com for assistance.',
    ),
  unavailable: () => new Refusal(503, 'api_error', 'Stripe is temporarily unavailable. Please try again in a moment.'),

  refundNeedsTarget: () =>
    invalid(
      'One of the following params should be provided for this request: payment_intent or charge.',
      'parameter_missing',
    ),
  noSuccessfulCharge: (paymentIntent: string) =>
    invalid(`This PaymentIntent (${paymentIntent}) does not have a successful charge to refund.`),
  chargeFailed: (charge: string) =>
    invalid(`Charge ${charge} did not succeed; there is nothing to refund.`, 'charge_not_refundable'),
  chargeUncaptured: (charge: string) =>
    invalid(
      `Charge ${charge} has not been captured; cancel its PaymentIntent instead of refunding it.`,
      'charge_not_refundable',
    ),
  chargeDisputed: (charge: string) =>
    invalid(`Charge ${charge} has been charged back; cannot issue a refund.`, 'charge_disputed'),
  badReason: () => refusals.notOneOf('reason', ['duplicate', 'fraudulent', 'requested_by_customer']),
  alreadyRefunded: (charge: string) =>
    invalid(`Charge ${charge} has already been refunded.`, 'charge_already_refunded'),
  amountNotPositive: () => invalid('Invalid positive integer', 'parameter_invalid_integer', 'amount'),
  amountTooLarge: (asked: string, left: string, nothingRefundedYet: boolean) =>
    invalid(
      `Refund amount (${asked}) is greater than ${nothingRefundedYet ? 'charge amount' : 'unrefunded amount on charge'} (${left})`,
      null,
      'amount',
    ),
  noApplicationFee: (charge: string) =>
    invalid(`Attempting to refund_application_fee on ${charge}, but it has no application fee`),
  refundNotCancelable: (status: string) => invalid(`Refunds with status ${status} cannot be canceled.`),

  amountTooSmall: () =>
    invalid('This value must be greater than or equal to 1.', 'parameter_invalid_integer', 'amount'),
  unexpectedState: (act: string, status: string) =>
    invalid(
      `You cannot ${act} this PaymentIntent because it has a status of ${status}.`,
      'payment_intent_unexpected_state',
    ),
  paymentMethodNeeded: () =>
    invalid(
      "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
      'payment_intent_unexpected_state',
    ),
  cardDeclined: (
    failure: { code: string; declineCode: string; message: string; charge: string },
    paymentIntent: Body | null,
  ) =>
    new Refusal(402, 'card_error', failure.message, failure.code, null, {
      charge: failure.charge,
      decline_code: failure.declineCode,
      ...(paymentIntent ? { payment_intent: paymentIntent } : {}),
    }),

  invalidUrl: () => invalid('Invalid URL: An explicit scheme (such as https) must be provided.', 'url_invalid', 'url'),
  sessionNotOpen: (status: string) =>
    invalid(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${status}.`,
    ),
  disputeDecided: () => invalid('This dispute is already closed'),
} as const

/** Faults name a refusal by its code; those outside this table are 400. */
const statusOfCode: Record<string, number> = {
  account_invalid: 403,
  api_key_expired: 401,
  platform_api_key_expired: 401,
  resource_missing: 404,
  idempotency_key_in_use: 409,
  rate_limit: 429,
  lock_timeout: 429,
  card_declined: 402,
}

/** The refusal that a planned fault asks for. `idempotency_error` is a type rather than a code. */
export function refusalByCode(code: string, message: string | undefined): Refusal {
  const text = message ?? `Stripe refused this request (${code}).`
  if (code === 'idempotency_error') return new Refusal(400, 'idempotency_error', text)
  const status = statusOfCode[code] ?? 400
  const type = code === 'idempotency_key_in_use' ? 'api_error' : status === 402 ? 'card_error' : 'invalid_request_error'
  return new Refusal(status, type, text, code)
}

function masked(key: string): string {
  const shown = key.startsWith('sk_') || key.startsWith('rk_') ? key.slice(0, 8) : ''
  return `${shown}${'*'.repeat(Math.max(4, key.length - shown.length - 4))}${key.slice(-4)}`
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')}, or ${words.at(-1)}`
}
