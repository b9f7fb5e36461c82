/** @jsxImportSource hono/jsx */
import type { DeliveryRecord, WebhookEndpointRecord } from '../ledger/records'
import type { Simulation } from '../simulation'
import { accountName, deliveryStatusLabel } from './labels'
import { ActButton, Moment, Pill } from './layout'
import { Recent } from './recent'

const hearsLabel: Record<WebhookEndpointRecord['hears'], string> = {
  own: 'its own account’s events',
  connected: 'events of connected accounts',
  both: 'every event',
}

/** Who listens, what was sent, and how it was taken. */
export function WebhooksSection({ sim }: { sim: Simulation }) {
  const deliveries = sim.ledger.deliveries.all()
  const endpoints = sim.ledger.webhookEndpoints.all()
  const paused = sim.deliveries.isPaused()
  return (
    <section id="webhooks" aria-labelledby="webhooks-title">
      <div class="split">
        <h2 id="webhooks-title">Webhooks</h2>
        {paused ? (
          <ActButton
            to="/deliveries/resume"
            label="Let webhooks go"
            tone="primary"
            hint="Sends everything that waits, in order"
          />
        ) : (
          <ActButton
            to="/deliveries/pause"
            label="Hold webhooks"
            hint="Events are written but not sent until you let them go"
          />
        )}
      </div>
      {paused && (
        <p class="said refused">Webhooks are held: nothing is sent until you let them go, except with “Send now”.</p>
      )}
      {endpoints.length === 0 && <p class="empty">No endpoint listens.</p>}
      {endpoints.map((endpoint) => (
        <EndpointLine key={endpoint.id} endpoint={endpoint} />
      ))}
      <details>
        <summary>Add an endpoint</summary>
        <ActButton to="/endpoints" label="Listen there" hint="This address hears every event from now on">
          <input name="url" type="url" required placeholder="http://127.0.0.1:3000/api/stripe" aria-label="Address" />
          <input name="secret" required placeholder="whsec_…" aria-label="Signing secret" />
        </ActButton>
      </details>
      {deliveries.length > 0 && (
        <Recent
          items={deliveries}
          what="deliveries"
          json="/sim/deliveries"
          row={(delivery) => <DeliveryRow key={delivery.id} sim={sim} delivery={delivery} />}
        />
      )}
    </section>
  )
}

function EndpointLine({ endpoint }: { endpoint: WebhookEndpointRecord }) {
  return (
    <div class="split">
      <p class="facts">
        <code>{endpoint.url}</code>
        <span>hears {hearsLabel[endpoint.hears]}</span>
        {endpoint.disabled && <span>disabled</span>}
      </p>
      <ActButton
        to={`/endpoints/${endpoint.id}/remove`}
        label="Stop listening"
        hint="This address hears nothing any more"
      />
    </div>
  )
}

function DeliveryRow({ sim, delivery }: { sim: Simulation; delivery: DeliveryRecord }) {
  const event = sim.ledger.events.get(delivery.event)
  const last = delivery.attempts.at(-1)
  const status = deliveryStatusLabel[delivery.status]
  const unsent = delivery.status === 'waiting'
  return (
    <li>
      <div>
        <Pill tone={status.tone}>{status.text}</Pill>
      </div>
      <div class="about">
        <div class="first">
          <strong>{event.type}</strong>
          {delivery.forgedAccount && <span>naming {delivery.forgedAccount}</span>}
        </div>
        <p class="facts">
          <span>{accountName(sim.ledger.accounts.get(event.account))}</span>
          {last && (
            <span>
              {last.status ? `answered ${last.status}` : (last.error ?? 'no answer')} in {last.milliseconds} ms
            </span>
          )}
          <span>{delivery.attempts.length === 1 ? '1 try' : `${delivery.attempts.length} tries`}</span>
          {unsent && delivery.nextAttemptAt !== null && (
            <span>
              next <Moment at={delivery.nextAttemptAt} />
            </span>
          )}
          <Moment at={event.created * 1000} />
          <code>{event.id}</code>
        </p>
      </div>
      <div class="acts">
        {unsent ? (
          <ActButton
            to={`/deliveries/${delivery.id}/send`}
            label="Send now"
            hint="One try at once, also while webhooks are held"
          />
        ) : (
          <ActButton to={`/events/${event.id}/resend`} label="Resend" hint="Delivers the same event once more" />
        )}
      </div>
    </li>
  )
}
