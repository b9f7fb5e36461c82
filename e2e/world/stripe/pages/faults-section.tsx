/** @jsxImportSource hono/jsx */
import type { PlannedFault } from '../faults/fault-plan'
import { refundCourses } from '../ledger/records'
import type { Simulation } from '../simulation'
import { accountName, callFaultKinds, deliveryFaultKinds, faultLabel, refundCourseLabel, refusalCodes } from './labels'
import { ActButton } from './layout'

/** What goes wrong next. */
export function FaultsSection({ sim }: { sim: Simulation }) {
  const planned = sim.faults.list()
  return (
    <section id="faults" aria-labelledby="faults-title">
      <div class="split">
        <h2 id="faults-title">Faults</h2>
        {planned.length > 0 && (
          <ActButton to="/faults/clear" label="Take all back" hint="No fault is planned any more" />
        )}
      </div>
      {planned.length === 0 ? (
        <p class="lead">Nothing is planned to go wrong. A fault strikes as often as you say, then it is spent.</p>
      ) : (
        <ul class="list">
          {planned.map((fault) => (
            <li key={fault.id}>
              <div class="amount">{fault.left === 1 ? 'once' : `${fault.left} times`}</div>
              <div class="about">
                <div class="first">
                  <strong>{faultLabel[fault.kind]}</strong>
                </div>
                <p class="facts">
                  {target(fault).map((part) => (
                    <span key={part}>{part}</span>
                  ))}
                </p>
              </div>
              <div class="acts">
                <ActButton to={`/faults/${fault.id}/remove`} label="Take back" hint="This fault will not strike" />
              </div>
            </li>
          ))}
        </ul>
      )}
      <div class="panels">
        <CallFaultForm sim={sim} />
        <DeliveryFaultForm sim={sim} />
        <RefundCourseForm sim={sim} />
      </div>
    </section>
  )
}

function target(fault: PlannedFault): string[] {
  const { kind: _kind, id: _id, left: _left, times: _times, ...rest } = fault
  const parts = Object.entries(rest).map(([name, value]) => `${name} ${value}`)
  return parts.length > 0 ? parts : ['whatever comes next']
}

function AccountField({ sim }: { sim: Simulation }) {
  const accounts = sim.ledger.accounts.all().filter((account) => !account.platform)
  return (
    <label>
      Account
      <select name="account">
        <option value="">any</option>
        {accounts.map((account) => (
          <option key={account.id} value={account.id}>
            {accountName(account)}
          </option>
        ))}
      </select>
    </label>
  )
}

function TimesField() {
  return (
    <label>
      How often
      <input name="times" type="number" min="1" value="1" />
    </label>
  )
}

function MillisecondsField() {
  return (
    <label>
      Milliseconds
      <input name="milliseconds" type="number" min="0" placeholder="where it waits" />
    </label>
  )
}

function CallFaultForm({ sim }: { sim: Simulation }) {
  return (
    <article class="panel">
      <h3>The next API call</h3>
      <form method="post" action="/sim/faults">
        <label>
          What happens
          <select name="kind">
            {callFaultKinds.map((kind) => (
              <option key={kind} value={kind}>
                {faultLabel[kind]}
              </option>
            ))}
          </select>
        </label>
        <div class="fields">
          <label>
            Call
            <select name="call">
              <option value="POST /v1/refunds">create a refund</option>
              <option value="GET /v1/refunds">list refunds</option>
              <option value="GET /v1/refunds/*">read a refund</option>
              <option value="GET /v1/payment_intents/*">read a payment</option>
              <option value="POST /v1/checkout/sessions">open a payment page</option>
              <option value="">any</option>
            </select>
          </label>
          <AccountField sim={sim} />
          <TimesField />
          <MillisecondsField />
          <label>
            Error code
            <select name="code">
              <option value="">only for a refusal</option>
              {refusalCodes.map((code) => (
                <option key={code} value={code}>
                  {code}
                </option>
              ))}
            </select>
          </label>
          <label>
            Stripe-Should-Retry
            <select name="shouldRetry">
              <option value="">not sent</option>
              <option value="true">true</option>
              <option value="false">false</option>
            </select>
          </label>
        </div>
        <button type="submit" class="primary">
          Plan it
        </button>
      </form>
    </article>
  )
}

function DeliveryFaultForm({ sim }: { sim: Simulation }) {
  return (
    <article class="panel">
      <h3>The next webhook</h3>
      <form method="post" action="/sim/faults">
        <label>
          What happens
          <select name="kind">
            {deliveryFaultKinds.map((kind) => (
              <option key={kind} value={kind}>
                {faultLabel[kind]}
              </option>
            ))}
          </select>
        </label>
        <div class="fields">
          <label>
            Event
            <input name="type" placeholder="any, or refund.*" />
          </label>
          <AccountField sim={sim} />
          <TimesField />
          <MillisecondsField />
        </div>
        <button type="submit" class="primary">
          Plan it
        </button>
      </form>
    </article>
  )
}

function RefundCourseForm({ sim }: { sim: Simulation }) {
  return (
    <article class="panel">
      <h3>The next refund</h3>
      <form method="post" action="/sim/faults">
        <input type="hidden" name="kind" value="refund_course" />
        <label>
          Whatever card paid, it
          <select name="course">
            {refundCourses.map((course) => (
              <option key={course} value={course}>
                {refundCourseLabel[course]}
              </option>
            ))}
          </select>
        </label>
        <div class="fields">
          <AccountField sim={sim} />
          <TimesField />
        </div>
        <button type="submit" class="primary">
          Plan it
        </button>
      </form>
    </article>
  )
}
