/** @jsxImportSource hono/jsx */
import type { LoggedRequest } from '../api/request-log'
import type { Simulation } from '../simulation'
import { faultLabel } from './labels'
import { Moment, Pill } from './layout'
import { Recent } from './recent'

/** The API calls that arrived. */
export function RequestsSection({ sim }: { sim: Simulation }) {
  const requests = sim.requestLog.all()
  return (
    <section id="requests" aria-labelledby="requests-title">
      <h2 id="requests-title">API calls</h2>
      {requests.length === 0 ? (
        <p class="empty">No call has arrived since the simulator started.</p>
      ) : (
        <Recent
          items={requests}
          what="calls"
          json="/sim/requests"
          row={(request) => <RequestRow key={request.requestId} request={request} />}
        />
      )}
    </section>
  )
}

function RequestRow({ request }: { request: LoggedRequest }) {
  return (
    <li>
      <div>
        {request.status === null ? (
          <Pill tone="wait">No answer</Pill>
        ) : (
          <Pill tone={request.status < 400 ? 'good' : 'bad'}>{String(request.status)}</Pill>
        )}
      </div>
      <div class="about">
        <div class="first">
          <strong>
            {request.method} {request.path}
          </strong>
          {request.errorCode && <span>{request.errorCode}</span>}
          {request.replayed && <span>replayed</span>}
          {request.fault && <span>fault: {faultLabel[request.fault]}</span>}
        </div>
        <p class="facts">
          <span>{request.account ?? 'platform'}</span>
          {request.idempotencyKey && <span>key {request.idempotencyKey}</span>}
          <Moment at={request.at} />
          <code>{request.requestId}</code>
        </p>
      </div>
    </li>
  )
}
