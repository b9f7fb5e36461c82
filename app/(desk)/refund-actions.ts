'use server'

import { revalidatePath } from 'next/cache'
import { z } from 'zod'
import type { MarkRefundedField, MarkRefundedState, RefundActionAnswer } from '@/components/refund-action-state'
import { countAct } from '@/lib/auth/rate-limit'
import { requireSameOrigin } from '@/lib/auth/same-origin'
import { requireFreelancer } from '@/lib/auth/session'
import { dayIn } from '@/lib/dates'
import { adoptRefund } from '@/lib/refunds/adopt-refund'
import { markRefunded } from '@/lib/refunds/mark-refunded'
import { markRefundedSchema } from '@/lib/refunds/mark-refunded-form'
import { stopAutomaticTries } from '@/lib/refunds/plan-tries'
import { refreshRefund } from '@/lib/refunds/refresh-refund'
import type { RefundStatus } from '@/lib/refunds/refund-status'
import { retryRefund } from '@/lib/refunds/retry-refund'
import { refreshed, retried, type Words } from './act-words'

const noteForm = z.object({ creditNoteId: z.uuid() })

const markForm = (today: string, outcomeUnknown: boolean) =>
  markRefundedSchema(today).extend({
    creditNoteId: z.uuid(),
    looked: outcomeUnknown
      ? z.literal('yes', { error: 'Look at this payment in your Stripe Dashboard first.' })
      : z.literal('yes').optional(),
    moneyLeft: z.literal('yes', { error: 'Tick this once the money has really left, not before.' }),
  })

const TOO_OFTEN: Words = { tone: 'needs_you', text: 'Too many retries in a short time. Try again in a minute.' }
const LOOKED_TOO_OFTEN: Words = {
  tone: 'needs_you',
  text: 'You have asked Stripe very often just now. This page changes by itself when Stripe has news; ask again in a minute.',
}
const MARKED: Words = { tone: 'done', text: 'Marked refunded. Your client gets a confirmation by email.' }

/** Retry: asks Stripe afresh. Whatever comes of it, the page is redrawn to the truth. */
export async function retryRefundAction(
  _previous: RefundActionAnswer | null,
  form: FormData,
): Promise<RefundActionAnswer | null> {
  await requireSameOrigin()
  const freelancer = await requireFreelancer()
  const asked = noteForm.safeParse(Object.fromEntries(form))
  if (!asked.success) return notFound()
  const within = await countAct('retry_per_freelancer', freelancer.id)
  if (!within.ok) return answer(TOO_OFTEN, null)
  const result = await retryRefund({ freelancerId: freelancer.id, actor: 'freelancer', ...asked.data })
  redraw()
  if (result.ok) return answer(retried(result.creditNote), result.creditNote.refundStatus)
  return result.reason === 'not_found' ? notFound() : refused(result)
}

/** Refresh status: reads the refund from Stripe. Safe to press any number of times. */
export async function refreshStatusAction(
  _previous: RefundActionAnswer | null,
  form: FormData,
): Promise<RefundActionAnswer | null> {
  await requireSameOrigin()
  const freelancer = await requireFreelancer()
  const asked = noteForm.safeParse(Object.fromEntries(form))
  if (!asked.success) return notFound()
  const within = await countAct('refresh_per_freelancer', freelancer.id)
  if (!within.ok) return answer(LOOKED_TOO_OFTEN, null)
  const result = await refreshRefund({ freelancerId: freelancer.id, ...asked.data })
  redraw()
  if (!result.ok) return notFound()
  return answer(refreshed(result), result.creditNote.refundStatus)
}

/** Mark refunded: for money that went back outside Stripe. Permanent. */
export async function markRefundedAction(_previous: MarkRefundedState, form: FormData): Promise<MarkRefundedState> {
  await requireSameOrigin()
  const freelancer = await requireFreelancer()
  const fields = Object.fromEntries(form)
  if (!noteForm.safeParse(fields).success) return settled(notFound())
  const today = dayIn(freelancer.timeZone, new Date())
  const asked = markForm(today, fields.outcome === 'unknown').safeParse(fields)
  if (!asked.success) return unmarked(form, { errors: firstErrors(asked.error) })
  const { creditNoteId, method, reason, refundedOn } = asked.data
  const result = await markRefunded({
    freelancerId: freelancer.id,
    creditNoteId,
    actor: 'freelancer',
    method,
    reference: reason,
    refundedOn,
  })
  redraw()
  if (result.ok) return settled(answer(MARKED, 'manual'))
  if (result.reason === 'not_found') return settled(notFound())
  if (result.reason === 'method_not_possible') return unmarked(form, { errors: { method: result.message } })
  // What Stripe is being asked for right now may fail, and is marked then: what was typed must not be typed again.
  const mayComeBack = result.status === 'pending' || result.status === 'failed'
  return mayComeBack ? unmarked(form, { problem: refused(result) }) : settled(refused(result))
}

/** Stop trying: Requite asks no more by itself. */
export async function stopTriesAction(form: FormData): Promise<void> {
  await requireSameOrigin()
  const freelancer = await requireFreelancer()
  const asked = noteForm.safeParse(Object.fromEntries(form))
  if (asked.success) await stopAutomaticTries({ freelancerId: freelancer.id, actor: 'freelancer', ...asked.data })
  redraw()
}

/** Adopt this refund: one that was made in Stripe's Dashboard is this note's. What can't be adopted leaves the page as it is. */
export async function adoptRefundAction(form: FormData): Promise<void> {
  await requireSameOrigin()
  const freelancer = await requireFreelancer()
  const asked = noteForm.extend({ stripeRefundId: z.string().max(255) }).safeParse(Object.fromEntries(form))
  if (asked.success) await adoptRefund({ freelancerId: freelancer.id, actor: 'freelancer', ...asked.data })
  redraw()
}

/** Every page of the desk may show the note, so none may be kept. */
function redraw(): void {
  revalidatePath('/', 'layout')
}

function answer(words: Words | null, status: RefundStatus | null): RefundActionAnswer | null {
  return words && { ...words, status, at: Date.now() }
}

function refused({ message, status }: { message: string; status: RefundStatus }): RefundActionAnswer | null {
  return answer({ tone: 'needs_you', text: message }, status)
}

function notFound(): RefundActionAnswer | null {
  return answer({ tone: 'failed', text: 'This credit note was not found.' }, null)
}

function settled(answered: RefundActionAnswer | null): MarkRefundedState {
  return { typed: {}, errors: {}, problem: null, answer: answered }
}

function unmarked(form: FormData, wrong: Partial<Pick<MarkRefundedState, 'errors' | 'problem'>>): MarkRefundedState {
  return { typed: typedIn(form), errors: {}, problem: null, answer: null, ...wrong }
}

function typedIn(form: FormData): MarkRefundedState['typed'] {
  const text = (field: MarkRefundedField) => {
    const value = form.get(field)
    return typeof value === 'string' ? value : undefined
  }
  return {
    method: text('method'),
    refundedOn: text('refundedOn'),
    reason: text('reason'),
    looked: text('looked'),
    moneyLeft: text('moneyLeft'),
  }
}

function firstErrors(error: z.ZodError<z.infer<ReturnType<typeof markForm>>>): MarkRefundedState['errors'] {
  const { fieldErrors } = z.flattenError(error)
  return {
    method: fieldErrors.method?.[0],
    refundedOn: fieldErrors.refundedOn?.[0],
    reason: fieldErrors.reason?.[0],
    looked: fieldErrors.looked?.[0],
    moneyLeft: fieldErrors.moneyLeft?.[0],
  }
}
