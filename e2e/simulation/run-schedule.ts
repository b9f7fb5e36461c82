import { signAmendment } from '@/lib/credit-notes/sign-amendment'
import { adoptRefund } from '@/lib/refunds/adopt-refund'
import { applyStripeEvent } from '@/lib/refunds/apply-stripe-event'
import { type OpenAttempt, takeUpAttempt } from '@/lib/refunds/attempt-store'
import { markRefunded } from '@/lib/refunds/mark-refunded'
import { stopAutomaticTries } from '@/lib/refunds/plan-tries'
import { refreshRefund } from '@/lib/refunds/refresh-refund'
import { retryRefund } from '@/lib/refunds/retry-refund'
import { sweepRefunds } from '@/lib/refunds/sweep-refunds'
import { tellForeignRefund } from '@/lib/refunds/tell-foreign-refund'
import { beginRefund } from '@/lib/refunds/trigger-refund'
import { createRefund } from '@/lib/stripe/create-refund'
import { remembersAccount } from '@/lib/stripe/fetch-missed-events'
import { chanceOf } from './chance'
import { type Deeds, look, type Violation } from './invariants'
import { inWords, type Schedule, type Step } from './schedule'
import type { SimulatedWorld, Studio } from './simulated-world'

/** What came of one schedule. */
export type Run = {
  violations: Violation[]
  /** The steps as they went, in words. */
  story: string[]
  steps: number
  /** What went wrong on purpose, by its name. */
  faults: Record<string, number>
  /** How often all invariants were looked at, and how many single truths that were. */
  looks: number
  truths: number
  /** The longest that one step took on this machine's clock. */
  slowestStepMs: number
  /** The longest that a quiet point took until everything was right, in seconds of the test's clock. */
  slowest: number
}

/** Once faults stop everything must be right within this many seconds of the test's clock (faults.md, I9). */
const WELL_WITHIN_SECONDS = 60
/** How long the checks go on before a note counts as lost for good. */
const PATIENCE_SECONDS = 180
/** The worker's own gap between two sweeps. */
const SWEEP_EVERY = 15
/** Ghosts of calls are over by then: no network holds a request for longer than this many calls of one attempt. */
const GHOST_CALLS = 4

const PATHS = {
  refund: ['POST', '/v1/refunds'],
  list: ['GET', '/v1/refunds'],
  payment: ['GET', '/v1/charges/*'],
  events: ['GET', '/v1/events'],
} as const

/** Steps that only prepare what later ones meet (a quiet point checks for itself). */
const CHANGES_NOTHING_YET: ReadonlySet<Step['act']> = new Set([
  'quiet',
  'fault',
  'course',
  'time_passes',
  'keys_forgotten',
  'back_up',
  'restore',
  'pay_out',
  'webhook',
  'webhook_again',
  'webhooks',
  'stop_tries',
  'trace',
  'client_pays',
  'deauthorize',
  'reconnect',
])

type NoteRow = { id: string; status: string; deposit_id: string; amount: number }

/** Plays a schedule over the real handlers and checks every promise after each step and at each quiet point. */
export async function runSchedule(world: SimulatedWorld, schedule: Schedule, reordered: boolean): Promise<Run> {
  // The product jitters its gaps: by the seed too, or a failure could not be played again.
  Math.random = chanceOf(schedule.seed ^ 0xd1ce).next
  const studio = await world.open(schedule.payments)
  await world.forgetCalls()
  const deeds: Deeds = {
    marked: new Set(),
    markedUnknowing: new Set(),
    named: new Set(),
    adopted: new Map(),
    stopped: new Set(),
  }
  const run: Run = {
    violations: [],
    story: [],
    steps: 0,
    faults: {},
    looks: 0,
    truths: 0,
    slowestStepMs: 0,
    slowest: 0,
  }
  const player = playerOf(world, studio, deeds, run, chanceOf(schedule.seed ^ 0x5eed))
  for (const step of schedule.steps) {
    run.steps++
    const began = performance.now()
    try {
      run.story.push(`${inWords(step)} → ${await player.play(step)}`)
    } catch (error) {
      run.story.push(inWords(step))
      const seen = error instanceof Error ? `${error.message}\n${error.stack}` : String(error)
      run.violations.push({ invariant: 'no handler throws for what Stripe or chance did', seen })
    }
    run.slowestStepMs = Math.max(run.slowestStepMs, performance.now() - began)
    if (run.violations.length > 0) break
  }
  if (run.violations.length === 0 && reordered) run.violations.push(...(await player.anyOrder()))
  await countStripesFaults(world, run)
  return run
}

async function countStripesFaults(world: SimulatedWorld, run: Run): Promise<void> {
  for (const { fault } of await world.calls()) if (fault) count(run, `Stripe: ${fault.replaceAll('_', ' ')}`)
}

function count(run: Run, fault: string, times = 1): void {
  run.faults[fault] = (run.faults[fault] ?? 0) + times
}

function playerOf(world: SimulatedWorld, studio: Studio, deeds: Deeds, run: Run, chance: ReturnType<typeof chanceOf>) {
  const { freelancerId, account } = studio
  /** Calls that a dead process had sent, still on their way to Stripe. */
  let ghosts: OpenAttempt[] = []
  /** What had been done when the last backup was made, and the notes that it holds. */
  let backup: { deeds: Deeds; notes: number } | null = null
  /** True from when a backup is put back until all is well again. */
  let forgetful = false

  const notes = () =>
    world.rows<NoteRow>(
      'SELECT id, refund_status AS status, deposit_id, amount_gross::int AS amount FROM credit_notes ORDER BY sequence',
    )
  const at = <Item>(items: readonly Item[], which: number): Item | undefined => items[Math.floor(which * items.length)]
  const refunds = async () => (await world.ledger()).refunds
  /** Refunds of a note's payment that were made in the Dashboard and that no note has adopted. */
  const madeByHand = async (note: NoteRow) => {
    const payment = studio.payments.find(({ depositId }) => depositId === note.deposit_id)?.paymentIntentId
    return (await refunds()).filter(
      ({ id, byHand, paymentIntent }) => byHand && paymentIntent === payment && !deeds.adopted.has(id),
    )
  }
  const undelivered = async () => (await world.deliveries()).filter(({ event }) => !world.answered.has(event))

  async function onNote(
    which: number,
    deed: (note: NoteRow, click: { freelancerId: string; creditNoteId: string }) => Promise<string>,
  ): Promise<string> {
    const note = at(await notes(), which)
    return note ? deed(note, { freelancerId, creditNoteId: note.id }) : 'no credit note yet'
  }

  async function statusOf(noteId: string): Promise<string> {
    const [row] = await world.rows<{ status: string; reason: string | null }>(
      'SELECT refund_status AS status, failure_reason AS reason FROM credit_notes WHERE id = $1',
      [noteId],
    )
    return row ? [row.status, ...(row.reason ? [row.reason] : [])].join(' ') : 'gone'
  }

  async function workDue(): Promise<number> {
    let done = 0
    for (let rounds = 0; rounds < 20; rounds++) {
      const due = await world.dueJobs()
      if (due.length === 0) break
      for (const job of due) {
        await world.run(job)
        done++
      }
    }
    return done
  }

  const befalls = (fault: string, times?: number) => count(run, fault, times)

  async function check(settled: boolean): Promise<Violation[]> {
    const { found, truths } = await look(world, studio, deeds, settled)
    run.looks++
    run.truths += truths
    return found
  }

  /** Faults stop, and everything that runs by itself goes on running: soon all must be right. */
  async function quiet(heard: 'webhooks' | 'nothing'): Promise<string> {
    await world.forgetFaults()
    ghosts = []
    const unheard = await undelivered()
    if (heard === 'webhooks') for (const { id } of chance.shuffled(unheard)) await world.send(id)
    befalls(heard === 'webhooks' ? 'webhook out of turn' : 'webhook lost', unheard.length)
    let passed = 0
    for (;;) {
      await workDue()
      const wrong = await check(true)
      if (wrong.length === 0) break
      if (passed >= PATIENCE_SECONDS) {
        run.violations.push(...wrong)
        return `still wrong after ${passed} s`
      }
      passed += SWEEP_EVERY
      await world.timePasses(SWEEP_EVERY)
      await sweepRefunds()
    }
    forgetful = false
    run.slowest = Math.max(run.slowest, passed)
    if (passed > WELL_WITHIN_SECONDS)
      run.violations.push({ invariant: 'I9: right within 60 s', seen: `it took ${passed} s` })
    return `right after ${passed} s`
  }

  /** I8: the same events in any order, some of them twice, end the same. What the notes went through before is forgotten first. */
  async function anyOrder(): Promise<Violation[]> {
    for (const { id } of await undelivered()) await world.send(id)
    await workDue()
    const kept = new Set((await world.rows<{ id: string }>('SELECT id FROM stripe_events')).map(({ id }) => id))
    // Ids are chance, and so would be their order within a second; Stripe's own order is not.
    const ids = [...new Set((await world.deliveries()).map(({ event }) => event))].filter((id) => kept.has(id))
    const ends: string[] = []
    for (let order = 0; order < 2; order++) {
      await world.sql.query(AS_BEFORE_THE_NEWS)
      const delivered = order === 0 ? ids : chance.shuffled([...ids, ...ids.filter(() => chance.happens(0.3))])
      for (const id of delivered) {
        await world.sql.query('UPDATE stripe_events SET handled_at = NULL WHERE id = $1', [id])
        await applyStripeEvent(id)
      }
      const foreign = await world.rows<{ id: string }>('SELECT id FROM stripe_refunds WHERE credit_note_id IS NULL')
      for (const { id } of foreign) await tellForeignRefund(id, { actor: 'stripe' })
      ends.push(JSON.stringify(await world.rows(THE_END)))
    }
    run.looks++
    run.truths++
    befalls('all events told again in another order')
    return new Set(ends).size === 1
      ? []
      : [{ invariant: 'I8: any order of the same events ends the same', seen: [...new Set(ends)].join('\n') }]
  }

  /**
   * Whether a process that dies at this attempt may have asked for nothing: it reads the payment's refunds first. One that
   * comes after another of its note reads them too, and then asks, unless there is something to find.
   */
  async function looksFirst(attempt: OpenAttempt): Promise<boolean> {
    if (attempt.uncertain || !(await remembersAccount(attempt.stripeAccountId))) return true
    const mayBeIts = (await refunds()).filter(
      ({ paymentIntent, metadata }) =>
        paymentIntent === attempt.paymentIntentId &&
        (metadata.credit_note_id === undefined || metadata.credit_note_id === attempt.creditNoteId),
    )
    return attempt.ordinal > 1 && mayBeIts.some(({ status }) => status !== 'failed' && status !== 'canceled')
  }

  async function dieResolving(which: number, asked: boolean): Promise<string> {
    return onNote(which, async (note) => {
      await world.sql.query(
        'UPDATE refund_attempts SET lease_until = now() WHERE credit_note_id = $1 AND finished_at IS NULL',
        [note.id],
      )
      const open = await world.rows<{ id: string }>(
        'SELECT id FROM refund_attempts WHERE credit_note_id = $1 AND finished_at IS NULL',
        [note.id],
      )
      const attempt = open[0] ? await takeUpAttempt(open[0].id) : null
      if (!attempt) return 'no open attempt'
      befalls('process died')
      if (!asked || (await looksFirst(attempt))) return 'died before asking'
      await createRefund({ ...attempt, attemptId: attempt.id })
      return 'died with the answer in hand'
    })
  }

  const plays: { [Act in Step['act']]: (step: Extract<Step, { act: Act }>) => Promise<string> } = {
    sign: async ({ which }) => {
      const link = at(studio.links, which)
      if (!link) return 'nothing to sign'
      // The second amendment of a proposal is signed after the first: it is the lower price.
      const signed = await signAmendment({ token: link.token, signedBy: 'Paula Pine' })
      return signed.ok ? (signed.creditNoteNumber ?? 'nothing goes back') : signed.reason
    },
    retry: ({ which }) =>
      onNote(which, async (note, click) => {
        const result = await retryRefund({ ...click, actor: 'freelancer' })
        if (result.ok) deeds.stopped.delete(note.id)
        return result.ok ? statusOf(note.id) : result.reason
      }),
    double_click: ({ which }) =>
      onNote(which, async (note, click) => {
        const results = await Promise.all([1, 2].map(() => retryRefund({ ...click, actor: 'freelancer' })))
        if (results.some(({ ok }) => ok)) deeds.stopped.delete(note.id)
        return `${results.map((result) => (result.ok ? 'ok' : result.reason)).join(' and ')}: ${await statusOf(note.id)}`
      }),
    refresh: ({ which }) =>
      onNote(which, async (note, click) => {
        const result = await refreshRefund(click)
        return `${result.ok && result.stripeAnswered ? 'answered' : 'silence'}: ${await statusOf(note.id)}`
      }),
    mark_refunded: ({ which, names }) =>
      onNote(which, async (note, click) => {
        const named = names ? (await madeByHand(note)).at(-1)?.id : undefined
        const result = await markRefunded({
          ...click,
          actor: 'freelancer',
          method: 'sepa',
          reference: named ? `by hand, ${named} at Stripe` : 'by hand',
          refundedOn: new Date('2026-06-15'),
        })
        if (!result.ok) return result.reason
        deeds.marked.add(note.id)
        if (named) deeds.named.add(named)
        if (forgetful && (await refunds()).some((refund) => refund.metadata.credit_note_id === note.id))
          deeds.markedUnknowing.add(note.id)
        return named ? `manual, ${named}` : 'manual'
      }),
    stop_tries: ({ which }) =>
      onNote(which, async (note, click) => {
        const stopped = await stopAutomaticTries({ ...click, actor: 'freelancer' })
        if (stopped) deeds.stopped.add(note.id)
        return stopped ? 'stopped' : 'nothing planned'
      }),
    adopt: ({ which }) =>
      onNote(which, async (note, click) => {
        const made = await madeByHand(note)
        const refund = made.find(({ amount }) => amount === note.amount) ?? made[0]
        if (!refund) return 'nothing to adopt'
        const result = await adoptRefund({ ...click, stripeRefundId: refund.id, actor: 'freelancer' })
        if (result.ok) deeds.adopted.set(refund.id, note.id)
        return result.ok ? `${refund.id}: ${await statusOf(note.id)}` : result.reason
      }),
    work: async () => `${await workDue()} jobs`,
    one_job: async ({ which }) => {
      const job = at(await world.dueJobs(), which)
      if (job) await world.run(job)
      return job?.name ?? 'no job is due'
    },
    job_twice: async ({ which }) => {
      const job = at(await world.dueJobs(), which)
      if (!job) return 'no job is due'
      befalls('job run twice')
      await world.run(job, true)
      await world.run(job)
      return job.name
    },
    sweep: async () => JSON.stringify(await sweepRefunds()),
    time_passes: async ({ seconds }) => {
      await world.timePasses(seconds)
      if (seconds >= 30) ghosts = []
      return 'later'
    },
    webhook: async ({ which }) => {
      const delivery = at(await undelivered(), which)
      if (delivery) await world.send(delivery.id)
      return delivery?.type ?? 'none is on its way'
    },
    webhook_again: async ({ which }) => {
      const delivery = at(await world.deliveries(), which)
      if (!delivery) return 'none was sent'
      if (world.answered.has(delivery.event)) befalls('webhook twice')
      await world.send(delivery.id)
      return delivery.type
    },
    webhooks: async () => {
      const waiting = await undelivered()
      for (const { id } of waiting) await world.send(id)
      return `${waiting.length}`
    },
    fault: async ({ on, kind, times, shouldRetry }) => {
      const [method, path] = PATHS[on]
      await world.act('/faults', { kind, method, path, times, account, ...(shouldRetry !== null && { shouldRetry }) })
      return 'planned'
    },
    course: async ({ course }) => {
      if (course !== 'at_once') befalls('refund made to wait')
      await world.act('/faults', { kind: 'refund_course', course, account })
      return 'planned'
    },
    bank_confirms: async ({ which }) => {
      const refund = at(
        (await refunds()).filter(({ status }) => status === 'pending' || status === 'requires_action'),
        which,
      )
      if (refund) await world.act(`/refunds/${refund.id}/confirm`)
      return refund?.id ?? 'nothing waits'
    },
    bank_bounces: async ({ which, reason, byHand }) => {
      const refund = at(
        (await refunds()).filter(
          (one) => (one.status === 'pending' || one.status === 'succeeded') && (one.byHand || !byHand),
        ),
        which,
      )
      if (!refund) return 'nothing to bounce'
      befalls('refund bounced')
      await world.act(`/refunds/${refund.id}/fail`, { failure_reason: reason })
      return refund.id
    },
    trace: async ({ which }) => {
      const refund = at(
        (await refunds()).filter(({ status }) => status === 'succeeded'),
        which,
      )
      if (refund) await world.act(`/refunds/${refund.id}/trace`)
      return refund?.id ?? 'nothing to trace'
    },
    cancel: async ({ which }) => {
      const refund = at(
        (await refunds()).filter(({ status }) => status === 'requires_action'),
        which,
      )
      if (!refund) return 'nothing to cancel'
      befalls('refund called off')
      await world.call(`/v1/refunds/${refund.id}/cancel`, account, {})
      return refund.id
    },
    dispute: async ({ which, inquiry }) => {
      const charge = at((await world.ledger()).charges, which)
      if (!charge) return 'nothing to dispute'
      const opened = await world.act(`/charges/${charge.id}/dispute`, {
        status: inquiry ? 'warning_needs_response' : 'needs_response',
      })
      if (opened) befalls('payment disputed')
      return charge.id
    },
    dispute_decided: async ({ which, won }) => {
      const dispute = at((await world.ledger()).disputes, which)
      if (dispute) await world.act(`/disputes/${dispute.id}/${won ? 'won' : 'lost'}`)
      return dispute?.id ?? 'no dispute'
    },
    dashboard_refund: async ({ which, of, amount }) => {
      const payment = at(studio.payments, which)
      const note = at(
        (await notes()).filter(({ deposit_id }) => deposit_id === payment?.depositId),
        of,
      )
      const paid = (await world.ledger()).paymentIntents.find(({ id }) => id === payment?.paymentIntentId)
      if (!paid?.latestCharge) return 'nothing is paid'
      const made = await world.act('/refund-in-dashboard', {
        payment_intent: paid.id,
        amount: amount ?? note?.amount ?? 20_000,
      })
      if (made) befalls('refund in the Dashboard')
      return made ? 'refunded' : 'refused'
    },
    pay_out: async () => {
      befalls('balance emptied')
      await world.act(`/accounts/${account}/pay-out`)
      return 'no money left'
    },
    top_up: async () => {
      await world.act(`/accounts/${account}/top-up`, { amount: 100_000, currency: 'eur' })
      return 'money there'
    },
    deauthorize: async () => {
      const connected = (await world.ledger()).accounts.find(({ id }) => id === account)?.connected
      if (!connected) return 'was gone'
      befalls('account taken away')
      await world.act(`/accounts/${account}/deauthorize`)
      return 'gone'
    },
    reconnect: async () => {
      const connected = (await world.ledger()).accounts.find(({ id }) => id === account)?.connected
      if (connected) return 'was there'
      await world.act(`/accounts/${account}/reconnect`)
      return 'back'
    },
    client_pays: async ({ which }) => {
      const payment = at(
        (await world.ledger()).paymentIntents.filter(({ status }) => status !== 'succeeded'),
        which,
      )
      if (payment) await world.act(`/payment_intents/${payment.id}/confirm`)
      return payment?.id ?? 'all is paid'
    },
    dies_after_claim: ({ which }) =>
      onNote(which, async (_note, click) => {
        const begun = await beginRefund({ ...click, cause: 'retry', actor: 'freelancer' })
        if (begun.kind !== 'claimed') return begun.kind
        befalls('process died')
        if (await looksFirst(begun.attempt)) return 'died while looking'
        // Some processes die with the call already on the wire.
        if (which * 1000 - Math.floor(which * 1000) < 0.5) ghosts.push(begun.attempt)
        return ghosts.includes(begun.attempt) ? 'died, the call on its way' : 'died'
      }),
    dies_after_call: ({ which }) =>
      onNote(which, async (_note, click) => {
        const begun = await beginRefund({ ...click, cause: 'retry', actor: 'freelancer' })
        if (begun.kind !== 'claimed') return begun.kind
        befalls('process died')
        if (await looksFirst(begun.attempt)) return 'died while looking'
        const outcome = await createRefund({ ...begun.attempt, attemptId: begun.attempt.id })
        return `died with the answer in hand: ${outcome.kind}`
      }),
    dies_resolving: ({ which, asked }) => dieResolving(which, asked),
    call_arrives_late: async () => {
      const ghost = ghosts.shift()
      if (!ghost) return 'none is on its way'
      // Though its attempt be closed meanwhile: Stripe does not know that.
      const [attempt] = await world.rows<{ calls: number }>('SELECT calls FROM refund_attempts WHERE id = $1', [
        ghost.id,
      ])
      if (!attempt || attempt.calls >= GHOST_CALLS) return 'it got lost'
      befalls('call arrived late')
      const outcome = await createRefund({ ...ghost, attemptId: ghost.id })
      return `arrived: ${outcome.kind}`
    },
    keys_forgotten: async () => {
      ghosts = []
      befalls('idempotency keys forgotten')
      await world.act('/idempotency-keys/forget')
      return 'as after a day'
    },
    back_up: async () => {
      await world.backUp()
      backup = { deeds: copyOf(deeds), notes: (await notes()).length }
      return 'copied'
    },
    restore: async () => {
      if (!backup) return 'there is no backup'
      // A note that nobody knows any more was told to the client all the same: no backup can bring it back.
      if (backup.notes < (await notes()).length) return 'not without the notes since'
      befalls('backup restored')
      forgetful = true
      await world.restore()
      Object.assign(deeds, copyOf(backup.deeds))
      // The calls of attempts that nobody knows any more can't be told by their keys.
      await countStripesFaults(world, run)
      await world.forgetCalls()
      return 'as it was then'
    },
    quiet: ({ heard }) => quiet(heard),
  }

  return {
    anyOrder,
    async play(step: Step): Promise<string> {
      const told = await perform(plays, step)
      if (!CHANGES_NOTHING_YET.has(step.act)) run.violations.push(...(await check(false)))
      return told
    },
  }
}

function copyOf({ marked, markedUnknowing, named, adopted, stopped }: Deeds): Deeds {
  return {
    marked: new Set(marked),
    markedUnknowing: new Set(markedUnknowing),
    named: new Set(named),
    adopted: new Map(adopted),
    stopped: new Set(stopped),
  }
}

function perform(
  plays: { [Act in Step['act']]: (step: Extract<Step, { act: Act }>) => Promise<string> },
  step: Step,
): Promise<string> {
  const play: unknown = plays[step.act]
  if (typeof play !== 'function') throw new Error(`nobody can play ${step.act}`)
  return Reflect.apply(play, undefined, [step])
}

/** Forgets all that Stripe has told; attempts and what was done by hand stay. */
const AS_BEFORE_THE_NEWS = `
  DELETE FROM stripe_refunds;
  DELETE FROM outbox_emails;
  UPDATE credit_notes SET refund_status = 'pending', failure_reason = NULL, failure_message = NULL, stripe_refund_id = NULL,
    requested_at = NULL, settled_at = NULL, next_try_at = NULL WHERE refund_status <> 'manual';
  UPDATE credit_notes SET paid_twice_at = NULL;
  UPDATE deposits SET dispute_status = NULL, confirmed_at = NULL;
  UPDATE proposals SET status = 'deposit_paid' WHERE status = 'paid';
  UPDATE connected_accounts SET disconnected_at = NULL, charges_enabled = true;
  DELETE FROM graphile_worker._private_jobs;`

const THE_END = `
  SELECT 'note' AS of, n.number AS id, n.refund_status::text AS status, n.failure_reason AS reason, n.stripe_refund_id AS detail,
    (n.paid_twice_at IS NOT NULL)::text AS more FROM credit_notes n
  UNION ALL SELECT 'refund', id, status, failure_reason, pending_reason, trace_number FROM stripe_refunds
  UNION ALL SELECT 'deposit', id::text, dispute_status, (confirmed_at IS NOT NULL)::text, NULL, NULL FROM deposits
  UNION ALL SELECT 'proposal', number, status::text, NULL, NULL, NULL FROM proposals
  UNION ALL SELECT 'account', stripe_account_id, (disconnected_at IS NOT NULL)::text, charges_enabled::text, NULL, NULL FROM connected_accounts
  UNION ALL SELECT DISTINCT 'email', credit_note_id::text, moment, refund_ref, NULL, NULL FROM outbox_emails WHERE moment <> 'refund_returned' AND moment <> 'refund_returned_alert' AND moment <> 'refund_completed' AND moment <> 'refund_failed' AND moment <> 'paid_twice_alert' AND moment <> 'manual_refund_returned_alert'
  ORDER BY 1, 2, 3, 4`
