import { z } from 'zod'
import { cancelIntent, captureIntent, confirmIntent, openIntent, presentCard } from '../acts/payments'
import { paymentIntentBody } from '../bodies/payment-intent-body'
import type { Body } from '../json'
import type { PaymentIntentRecord } from '../ledger/records'
import { isCurrency } from '../money'
import type { Simulation } from '../simulation'
import { type Call, idOf, type Route } from './call'
import { listBody } from './lists'
import { mergeMetadata, metadataParam } from './metadata'
import { Refusal, refusals } from './refusals'
import { shippingParam } from './shipping'

const paymentMethodData = z.object({
  billing_details: z.object({ name: z.string().optional(), email: z.string().optional() }).optional(),
})

const createParams = z.object({
  amount: z.int(),
  currency: z.string().toLowerCase(),
  confirm: z.boolean().default(false),
  payment_method: z.string().optional(),
  payment_method_types: z.array(z.string()).optional(),
  allowed_payment_method_types: z.array(z.string()).optional(),
  payment_method_data: paymentMethodData.optional(),
  automatic_payment_methods: z.object({ enabled: z.boolean() }).optional(),
  capture_method: z.enum(['automatic', 'automatic_async', 'manual']).default('automatic_async'),
  confirmation_method: z.enum(['automatic', 'manual']).default('automatic'),
  application_fee_amount: z.int().optional(),
  customer: z.string().optional(),
  description: z.string().optional(),
  metadata: metadataParam.optional(),
  receipt_email: z.string().optional(),
  return_url: z.string().optional(),
  setup_future_usage: z.enum(['off_session', 'on_session']).optional(),
  shipping: shippingParam.optional(),
  statement_descriptor: z.string().optional(),
  statement_descriptor_suffix: z.string().optional(),
  transfer_group: z.string().optional(),
})

const updateParams = createParams
  .pick({
    description: true,
    metadata: true,
    payment_method: true,
    receipt_email: true,
    shipping: true,
    transfer_group: true,
  })
  .extend({ amount: z.int().optional(), application_fee_amount: z.union([z.literal(''), z.int()]).optional() })

const confirmParams = z.object({ payment_method: z.string().optional(), return_url: z.string().optional() })

export const paymentIntentRoutes: Route[] = [
  { method: 'POST', path: '/v1/payment_intents', answer: create, olderParams: ['payment_method_types'] },
  { method: 'GET', path: '/v1/payment_intents', answer: list },
  {
    method: 'GET',
    path: '/v1/payment_intents/{intent}',
    answer: (sim, call) => withIntent(sim, call, (intent) => body(sim, intent)),
  },
  { method: 'POST', path: '/v1/payment_intents/{intent}', answer: update, olderParams: ['payment_method_types'] },
  { method: 'POST', path: '/v1/payment_intents/{intent}/confirm', answer: confirm },
  { method: 'POST', path: '/v1/payment_intents/{intent}/capture', answer: capture },
  { method: 'POST', path: '/v1/payment_intents/{intent}/cancel', answer: cancel },
]

function create(sim: Simulation, call: Call): Body | Refusal {
  const params = createParams.parse(call.params)
  if (!isCurrency(params.currency)) return refusals.invalidCurrency(params.currency)
  if (params.amount < 1) return refusals.amountTooSmall()
  const metadata = mergeMetadata({}, params.metadata)
  if (metadata instanceof Refusal) return metadata
  const card = params.payment_method === undefined ? null : present(sim, call, params.payment_method, params)
  if (card instanceof Refusal) return card
  if (params.confirm && !card) return refusals.paymentMethodNeeded()
  const intent = openIntent(
    sim,
    {
      account: call.account.id,
      amount: params.amount,
      currency: params.currency,
      captureMethod: params.capture_method,
      confirmationMethod: params.confirmation_method,
      automaticPaymentMethods: params.automatic_payment_methods?.enabled ?? params.payment_method_types === undefined,
      returnUrl: params.return_url ?? null,
      paymentMethod: card?.id ?? null,
      applicationFeeAmount: params.application_fee_amount ?? null,
      customer: params.customer ?? null,
      description: params.description ?? null,
      receiptEmail: params.receipt_email ?? null,
      setupFutureUsage: params.setup_future_usage ?? null,
      shipping: params.shipping ?? null,
      statementDescriptor: params.statement_descriptor ?? null,
      statementDescriptorSuffix: params.statement_descriptor_suffix ?? null,
      transferGroup: params.transfer_group ?? null,
      metadata,
    },
    call.cause,
  )
  return params.confirm && card ? confirmed(sim, intent.id, card.id, call) : body(sim, intent)
}

function list(sim: Simulation, call: Call): Body | Refusal {
  const customer = z.object({ customer: z.string().optional() }).parse(call.params).customer
  const intents = sim.ledger.paymentIntents
    .all()
    .filter((intent) => intent.account === call.account.id && (customer === undefined || intent.customer === customer))
  return listBody('/v1/payment_intents', 'payment_intent', call.params, intents, (intent) => body(sim, intent))
}

function update(sim: Simulation, call: Call): Body | Refusal {
  return withIntent(sim, call, (intent) => {
    const params = updateParams.parse(call.params)
    const metadata = mergeMetadata(intent.metadata, params.metadata)
    if (metadata instanceof Refusal) return metadata
    const card = params.payment_method === undefined ? undefined : present(sim, call, params.payment_method, intent)
    if (card instanceof Refusal) return card
    const fee = params.application_fee_amount
    return body(
      sim,
      sim.ledger.paymentIntents.change(intent.id, {
        metadata,
        ...(params.amount !== undefined ? { amount: params.amount } : {}),
        ...(fee !== undefined ? { applicationFeeAmount: fee === '' ? null : fee } : {}),
        ...(card ? { paymentMethod: card.id, status: 'requires_confirmation' } : {}),
        ...(params.description !== undefined ? { description: params.description } : {}),
        ...(params.receipt_email !== undefined ? { receiptEmail: params.receipt_email || null } : {}),
        ...(params.shipping ? { shipping: params.shipping } : {}),
        ...(params.transfer_group !== undefined ? { transferGroup: params.transfer_group } : {}),
      }),
    )
  })
}

function confirm(sim: Simulation, call: Call): Body | Refusal {
  return withIntent(sim, call, (intent) => {
    if (!['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(intent.status)) {
      return refusals.unexpectedState('confirm', intent.status)
    }
    const params = confirmParams.parse(call.params)
    const name = params.payment_method ?? intent.paymentMethod
    if (!name) return refusals.paymentMethodNeeded()
    const card = present(sim, call, name, intent)
    if (card instanceof Refusal) return card
    if (params.return_url) sim.ledger.paymentIntents.change(intent.id, { returnUrl: params.return_url })
    return confirmed(sim, intent.id, card.id, call)
  })
}

function capture(sim: Simulation, call: Call): Body | Refusal {
  return withIntent(sim, call, (intent) => {
    if (intent.status !== 'requires_capture') return refusals.unexpectedState('capture', intent.status)
    const amount =
      z.object({ amount_to_capture: z.int().optional() }).parse(call.params).amount_to_capture ?? intent.amount
    if (amount < 1 || amount > intent.amount) return refusals.amountTooSmall()
    return body(sim, captureIntent(sim, intent, amount, call.cause))
  })
}

function cancel(sim: Simulation, call: Call): Body | Refusal {
  return withIntent(sim, call, (intent) => {
    if (intent.status === 'succeeded' || intent.status === 'canceled' || intent.status === 'processing') {
      return refusals.unexpectedState('cancel', intent.status)
    }
    const reason = z
      .object({
        cancellation_reason: z.enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']).optional(),
      })
      .parse(call.params).cancellation_reason
    return body(sim, cancelIntent(sim, intent, reason ?? null, call.cause))
  })
}

/** The intent after asking the card; a decline is an error answer although it leaves its traces. */
function confirmed(sim: Simulation, id: string, card: string, call: Call): Body | Refusal {
  const intent = confirmIntent(sim, id, card, call.cause)
  return intent.lastError ? refusals.cardDeclined(intent.lastError, body(sim, intent)) : body(sim, intent)
}

function present(
  sim: Simulation,
  call: Call,
  name: string,
  from: { customer?: string | null | undefined; payment_method_data?: z.output<typeof paymentMethodData> | undefined },
) {
  const billing = from.payment_method_data?.billing_details
  const payer = { name: billing?.name ?? null, email: billing?.email ?? null, customer: from.customer ?? null }
  return (
    presentCard(sim, call.account.id, name, payer) ?? refusals.missingInList('PaymentMethod', name, 'payment_method')
  )
}

function body(sim: Simulation, intent: PaymentIntentRecord): Body {
  return paymentIntentBody(sim.ledger, intent, sim.origin)
}

function withIntent(
  sim: Simulation,
  call: Call,
  answer: (intent: PaymentIntentRecord) => Body | Refusal,
): Body | Refusal {
  const id = idOf(call, 'intent')
  const intent = sim.ledger.paymentIntents.find(id)
  if (!intent || intent.account !== call.account.id) return refusals.missing('payment_intent', id, 'intent')
  return answer(intent)
}
