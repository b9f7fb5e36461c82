import { eventBody } from '../bodies/event-body'
import type { Clock } from '../clock'
import type { FaultPlan } from '../faults/fault-plan'
import { randomLetters } from '../ids'
import type { Ledger } from '../ledger/ledger'
import type { DeliveryRecord, EventRecord, WebhookEndpointRecord } from '../ledger/records'
import { stripeSignature } from './signature'
import { listens } from './subscriptions'

/** Waits between tries, in seconds of the real Stripe; after the last one it gives up. Early ones are short, for an app still starting. */
const retryGapsSeconds = [1, 2, 5, 10, 30, 60, 300, 1800, 7200, 18000, 36000, 43200, 43200, 43200, 43200]

/** An endpoint has this long to answer one try. */
const answerWithinMilliseconds = 10_000

/** Tries open at once per endpoint. Events of one payment never overlap, so they arrive in order unless one fails. */
const concurrentTries = 16

/** A reordered delivery lets the next event pass, but waits no longer than this (seconds of the real Stripe). */
const reorderWithinSeconds = 5

type Line = { waiting: DeliveryRecord['id'][]; busyLanes: Set<string>; overtaken: DeliveryRecord['id'][] }

/** Carries events to the registered endpoints: signed, in order per payment, again after a failure, bent by planned faults. */
export class Deliveries {
  /** One line per endpoint. */
  private readonly lines = new Map<string, Line>()
  private readonly timers = new Map<string, NodeJS.Timeout>()
  private readonly ofEvent = new Map<string, string[]>()
  private readonly closing = new AbortController()
  private paused = false

  constructor(
    private readonly ledger: Ledger,
    private readonly clock: Clock,
    private readonly faults: FaultPlan,
  ) {
    for (const delivery of ledger.deliveries.all()) this.indexByEvent(delivery)
  }

  /** Takes up what an earlier run left undelivered. */
  resumeUnfinished(): void {
    for (const delivery of this.ledger.deliveries.all()) {
      if (isUnfinished(delivery)) this.queueAt(delivery.id, delivery.nextAttemptAt ?? 0)
    }
  }

  /** A new event: one delivery for each endpoint that listens. */
  accept(event: EventRecord): void {
    for (const endpoint of this.listeners(event)) this.dispatch(event, endpoint)
  }

  /** Delivers an event again to every endpoint that listens, as "Resend" in the Dashboard does; no fault is applied. */
  resend(event: EventRecord): DeliveryRecord[] {
    return this.listeners(event).map((endpoint) => {
      const delivery = this.record(event, endpoint)
      this.queueAt(delivery.id, 0)
      return delivery
    })
  }

  /** One try of one delivery now, also while paused. Resolves once the endpoint has answered. */
  async sendNow(id: string): Promise<DeliveryRecord> {
    this.dropTimer(id)
    const line = this.lineOf(this.ledger.deliveries.get(id).endpoint)
    line.waiting = line.waiting.filter((waiting) => waiting !== id)
    await this.attempt(id)
    return this.ledger.deliveries.get(id)
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    for (const endpoint of this.lines.keys()) this.pump(endpoint)
  }

  isPaused(): boolean {
    return this.paused
  }

  /** How many deliveries of this event have not arrived yet. */
  pendingWebhooks(event: string): number {
    const deliveries = (this.ofEvent.get(event) ?? []).map((id) => this.ledger.deliveries.get(id))
    return new Set(deliveries.filter(isUnfinished).map((delivery) => delivery.endpoint)).size
  }

  /** Has some endpoint's last word on this event been other than 2xx? */
  hasFailed(event: string): boolean {
    const deliveries = (this.ofEvent.get(event) ?? []).map((id) => this.ledger.deliveries.get(id))
    return deliveries.some((delivery) => delivery.status !== 'delivered' && delivery.attempts.length > 0)
  }

  /** Forgets everything on its way, when the ledger is emptied. */
  forgetAll(): void {
    for (const id of [...this.timers.keys()]) this.dropTimer(id)
    this.lines.clear()
    this.ofEvent.clear()
  }

  /** Stops sending. Undelivered events stay in the ledger for the next start. */
  close(): void {
    this.paused = true
    this.closing.abort()
    for (const id of [...this.timers.keys()]) this.dropTimer(id)
  }

  private listeners(event: EventRecord): WebhookEndpointRecord[] {
    const owner = this.ledger.accounts.get(event.account)
    return this.ledger.webhookEndpoints.all().filter((endpoint) => listens(endpoint, event, owner))
  }

  private dispatch(event: EventRecord, endpoint: WebhookEndpointRecord): void {
    const delivery = this.record(event, endpoint)
    const line = this.lineOf(endpoint.id)
    const fault = this.faults.takeForDelivery(event.type, event.account)
    switch (fault?.kind) {
      case undefined:
        this.queueAt(delivery.id, 0)
        break
      case 'drop_delivery':
        this.ledger.deliveries.change(delivery.id, { status: 'dropped', nextAttemptAt: null })
        break
      case 'duplicate_delivery':
        this.queueAt(delivery.id, 0)
        for (let copy = 1; copy < fault.copies; copy++) this.queueAt(this.record(event, endpoint).id, 0)
        break
      case 'delay_delivery':
        this.queueAt(delivery.id, this.clock.now() + fault.milliseconds)
        break
      case 'reorder_delivery':
        line.overtaken.push(delivery.id)
        this.queueAt(delivery.id, this.clock.now() + this.clock.scaled(reorderWithinSeconds))
        return
      case 'misdirect_delivery':
        this.ledger.deliveries.change(delivery.id, { forgedAccount: fault.toAccount })
        this.queueAt(delivery.id, 0)
        break
    }
    const overtaken = line.overtaken.splice(0)
    for (const id of overtaken) this.queueAt(id, 0)
  }

  private record(event: EventRecord, endpoint: WebhookEndpointRecord): DeliveryRecord {
    const delivery = this.ledger.deliveries.put({
      id: `delivery_${randomLetters(16)}`,
      event: event.id,
      endpoint: endpoint.id,
      status: 'waiting',
      nextAttemptAt: this.clock.now(),
      forgedAccount: null,
      attempts: [],
    })
    this.indexByEvent(delivery)
    return delivery
  }

  private indexByEvent(delivery: DeliveryRecord): void {
    this.ofEvent.set(delivery.event, [...(this.ofEvent.get(delivery.event) ?? []), delivery.id])
  }

  private lineOf(endpoint: string): Line {
    const line = this.lines.get(endpoint) ?? { waiting: [], busyLanes: new Set(), overtaken: [] }
    this.lines.set(endpoint, line)
    return line
  }

  /** Puts a delivery in line at a time (milliseconds since the epoch), replacing an earlier plan for it. */
  private queueAt(id: string, at: number): void {
    this.dropTimer(id)
    this.ledger.deliveries.change(id, { status: 'waiting', nextAttemptAt: Math.max(at, this.clock.now()) })
    const { endpoint } = this.ledger.deliveries.get(id)
    // A timer even for "now": the call that caused the event answers before its webhook leaves, as a rule.
    const timer = setTimeout(
      () => {
        this.timers.delete(id)
        this.lineOf(endpoint).waiting.push(id)
        this.pump(endpoint)
      },
      Math.max(0, at - this.clock.now()),
    )
    this.timers.set(id, timer)
  }

  private dropTimer(id: string): void {
    clearTimeout(this.timers.get(id))
    this.timers.delete(id)
  }

  private pump(endpoint: string): void {
    const line = this.lineOf(endpoint)
    while (!this.paused && line.busyLanes.size < concurrentTries) {
      const position = line.waiting.findIndex((id) => !line.busyLanes.has(this.laneOf(id)))
      const [id] = position < 0 ? [] : line.waiting.splice(position, 1)
      if (!id) return
      const lane = this.laneOf(id)
      line.busyLanes.add(lane)
      void this.attempt(id).finally(() => {
        line.busyLanes.delete(lane)
        this.pump(endpoint)
      })
    }
  }

  /** Events about the same payment share a lane. */
  private laneOf(id: string): string {
    const { object } = this.ledger.events.get(this.ledger.deliveries.get(id).event)
    return String(object.payment_intent ?? object.charge ?? object.id)
  }

  private async attempt(id: string): Promise<void> {
    const delivery = this.ledger.deliveries.change(id, { status: 'sending' })
    const endpoint = this.ledger.webhookEndpoints.find(delivery.endpoint)
    if (!endpoint) {
      this.ledger.deliveries.change(id, { status: 'given_up', nextAttemptAt: null })
      return
    }
    const at = this.clock.now()
    const answer = await this.post(endpoint, this.rawBody(delivery))
    if (this.closing.signal.aborted || !this.ledger.deliveries.find(id)) return
    const attempts = [...delivery.attempts, { at, ...answer, milliseconds: this.clock.now() - at }]
    if (answer.status !== null && answer.status >= 200 && answer.status < 300) {
      this.ledger.deliveries.change(id, { status: 'delivered', nextAttemptAt: null, attempts })
      return
    }
    const gap = retryGapsSeconds[attempts.length - 1]
    if (gap === undefined) {
      this.ledger.deliveries.change(id, { status: 'given_up', nextAttemptAt: null, attempts })
      return
    }
    this.ledger.deliveries.change(id, { attempts })
    this.queueAt(id, this.clock.now() + this.clock.scaled(gap))
  }

  private rawBody(delivery: DeliveryRecord): string {
    const event = this.ledger.events.get(delivery.event)
    const body = eventBody(this.ledger, event, this.pendingWebhooks(event.id))
    return JSON.stringify(delivery.forgedAccount ? { ...body, account: delivery.forgedAccount } : body, null, 2)
  }

  private async post(
    endpoint: WebhookEndpointRecord,
    rawBody: string,
  ): Promise<{ status: number | null; error: string | null }> {
    try {
      const response = await fetch(endpoint.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'stripe-signature': stripeSignature(rawBody, endpoint.secret.split(','), this.clock.seconds()),
          'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        },
        body: rawBody,
        redirect: 'manual',
        signal: AbortSignal.any([this.closing.signal, AbortSignal.timeout(answerWithinMilliseconds)]),
      })
      await response.arrayBuffer()
      return { status: response.status, error: null }
    } catch (error) {
      return { status: null, error: describe(error) }
    }
  }
}

function isUnfinished(delivery: DeliveryRecord): boolean {
  return delivery.status === 'waiting' || delivery.status === 'sending'
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}
