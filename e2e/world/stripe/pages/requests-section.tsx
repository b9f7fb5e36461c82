/** @jsxImportSource hono/jsx */
import type { Simulation } from '../simulation'
import { faultLabel } from './labels'
import { Moment, Pill } from './layout'
import { newestOf, OlderNote } from './newest'

/** The API calls that arrived. */
export function RequestsSection({ sim }: { sim: Simulation }) {
  const requests = sim.requestLog.all()
  return (
    <section id="requests" aria-labelledby="requests-title">
      <h2 id="requests-title">API calls</h2>
      {requests.length === 0 ? (
        <p class="empty">No call has arrived since the simulator started.</p>
      ) : (
        <ul class="list">
          {newestOf(requests).map((request) => (
            <li key={request.requestId}>
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
          ))}
        </ul>
      )}
      <OlderNote total={requests.length} />
    </section>
  )
}
