/** Where a fault's outcome is proved: a test file, and words of its title (or of a group of tests). */
type Proof = readonly [file: string, title: string]

/** A fault that the refund desk must survive: how the tests make it, what must come out, and which tests see to it. */
export type FaultProof = { how: string; out: string; proofs: readonly Proof[] }

const recovery = 'e2e/refunds/recovery.db.test.ts'
const withheld = 'e2e/refunds/withheld-outcome.db.test.ts'
const unhandled = 'e2e/refunds/unhandled-events.db.test.ts'
const answers = 'e2e/refunds/stripe-answers.db.test.ts'
const news = 'e2e/refunds/stripe-news.db.test.ts'
const crashes = 'e2e/refunds/crashes.db.test.ts'
const clicks = 'e2e/refunds/clicks.db.test.ts'
const order = 'e2e/refunds/any-order.db.test.ts'
const refused = 'e2e/refunds/stripe-out-of-reach.db.test.ts'
const door = 'app/api/stripe/route.db.test.ts'
const database = 'app/api/stripe/database-faults.db.test.ts'
const body = 'app/api/read-body.test.ts'
const outbox = 'lib/email/outbox.db.test.ts'
const elsewhere = 'e2e/refunds/refund-elsewhere.db.test.ts'
const bounces = 'lib/email/record-bounce.db.test.ts'
const inTime = 'lib/refunds/answer-in-time.test.ts'
const wire = 'e2e/faults/stripe-wire.db.test.ts'
const twoOfEverything = 'e2e/faults/two-of-everything.fault.ts'
const backup = 'e2e/faults/restored-backup.db.test.ts'
const heartbeats = 'lib/worker/heartbeat-store.db.test.ts'
const outage = 'e2e/faults/database-outage.fault.ts'

/** The faults by number. F34, F36, F41 and F44 were never given out. */
export const FAULTS: Readonly<Record<string, FaultProof>> = {
  F1: {
    how: 'killed before the claim commits',
    out: 'unchanged, no call; a later click works',
    proofs: [[crashes, 'killed before the claim: nothing has changed']],
  },
  F2: {
    how: 'claim committed, nobody calls',
    out: 'the sweep sends the claimed key: one refund',
    proofs: [[crashes, 'killed after the claim, before the call']],
  },
  F3: {
    how: 'no answer heard; the call was or was not at work',
    out: 'same key, or found by looking: one refund',
    proofs: [
      [answers, 'timeout_after: shown as in progress'],
      [answers, 'timeout_before: the same key'],
    ],
  },
  F4: {
    how: 'dead after Stripe’s answer; a trigger makes the record fail with disk full; a proxy takes the database away',
    out: 'webhook or sweep adopts it: one refund',
    proofs: [
      [crashes, 'killed after Stripe’s answer, before the record'],
      [crashes, 'the database refuses to record the answer'],
      [outage, 'the refund that it was asking for is booked'],
    ],
  },
  F5: {
    how: 'a retry on a note that is requested already',
    out: '409 with the status, Stripe hears nothing',
    proofs: [[clicks, 'is refused on requested, naming the status']],
  },
  F6: {
    how: 'simulator: effect, then silence',
    out: 'in progress, not failed; resolved alone; one refund',
    proofs: [[answers, 'timeout_after: shown as in progress']],
  },
  F7: {
    how: 'simulator: silence without effect',
    out: 'the same key makes it: one refund',
    proofs: [[answers, 'timeout_before: the same key']],
  },
  F8: {
    how: 'simulator: effect, then a stored 500; an effect that comes to light after its attempt was closed',
    out: 'adopted by looking, no second call',
    proofs: [
      [answers, 'although it made the refund'],
      [answers, 'a try after another one looks before it asks'],
    ],
  },
  F9: {
    how: 'simulator: a stored 500 without effect',
    out: 'failed; the next try has a new key that works',
    proofs: [[answers, 'without making it']],
  },
  F10: {
    how: 'simulator: 429 rate_limit, once and for ever',
    out: 'same key within the budget, then failed',
    proofs: [
      [answers, 'rate_limit: the same key'],
      [answers, 'rate_limit without end'],
    ],
  },
  F11: {
    how: 'two calls with one key at a time',
    out: 'waited for, never a new key',
    proofs: [[answers, 'a key that is in use is waited for']],
  },
  F12: {
    how: 'simulator: 429 lock_timeout, once and for ever',
    out: 'same key within the budget, then failed',
    proofs: [
      [answers, 'lock_timeout: the same key'],
      [answers, 'lock_timeout without end'],
    ],
  },
  F13: {
    how: 'the key was used with other parameters',
    out: 'nothing is paid; a person is needed',
    proofs: [[answers, 'a key that was used with other parameters']],
  },
  F14: {
    how: 'refunded before, by us or by somebody else',
    out: 'ours adopted; else failed, naming the refund and its day',
    proofs: [
      [answers, 'as this very note: adopted'],
      [answers, 'by somebody else: failed, and it says which'],
      [answers, 'and comes back before that is recorded'],
      [recovery, 'a refund made in Stripe’s Dashboard'],
      [news, 'made in Stripe’s Dashboard, of the same amount, may be a second payment'],
      [elsewhere, ''],
    ],
  },
  F15: {
    how: 'disputed payment; short balance; every stored reason',
    out: 'failed or waiting, with the right verdict and a second look',
    proofs: [
      [answers, 'a disputed payment: failed'],
      [recovery, 'a lost dispute is settled as repaid by chargeback'],
      [answers, 'a short balance makes it wait'],
      ['lib/refunds/refund-reasons.test.ts', 'a verdict never misleads'],
      ['lib/refunds/refund-status.test.ts', 'a failed refund asks for one exactly when a retry cannot help now'],
    ],
  },
  F16: {
    how: 'simulator: our key refused; the account taken away',
    out: 'failed after one call, to be reconnected',
    proofs: [
      [answers, 'a key of ours that Stripe no longer takes'],
      [answers, 'an account that was taken away from us'],
      [withheld, 'what Stripe may have paid is not sent by hand before seven days without a look'],
    ],
  },
  F17: {
    how: 'nobody listens at Stripe’s address; a name that does not resolve',
    out: 'same key within the budget, then failed, retry helps',
    proofs: [
      [refused, 'connection refused'],
      [wire, 'nobody listens at Stripe’s address'],
      ['e2e/faults/stripe-unresolved.db.test.ts', 'a name that does not resolve'],
    ],
  },
  F18: {
    how: 'a proxy resets the connection 200 bytes into the answer',
    out: 'unknown, then found: one refund',
    proofs: [
      [wire, 'an answer that is cut in the middle'],
      [answers, 'reset_after: shown as in progress'],
    ],
  },
  F19: {
    how: 'simulator: 200 with an empty body, with broken JSON',
    out: 'unknown, then found: one refund',
    proofs: [
      [answers, 'empty_answer: shown as in progress'],
      [answers, 'malformed_answer: shown as in progress'],
    ],
  },
  F20: {
    how: 'a proxy lets one byte a second through',
    out: 'the person hears “in progress” within 2 s; the call ends at its deadline',
    proofs: [
      [wire, 'an answer of one byte a second'],
      [inTime, 'whoever waits hears after a second and a half'],
    ],
  },
  F21: {
    how: 'refunds that wait, need the client, are canceled',
    out: 'requested, with what to do; failed',
    proofs: [
      [answers, 'a refund that Stripe calls off'],
      [answers, 'a short balance makes it wait'],
      [order, ''],
    ],
  },
  F22: {
    how: 'a signature before payment_intent.succeeded',
    out: 'no call, a clear reason; starts alone',
    proofs: [[news, 'is not refunded: no call, the reason is on the note']],
  },
  F23: {
    how: 'the same delivery a hundred times',
    out: '200 each, one effect, one email',
    proofs: [
      [news, 'the same delivery a hundred times'],
      [door, 'the same delivery a hundred times'],
    ],
  },
  F24: {
    how: 'fifty at once over two app processes and two workers',
    out: '200 each, one effect, one email',
    proofs: [[twoOfEverything, 'fifty deliveries of one event at once over both apps']],
  },
  F25: {
    how: 'succeeded delivered before pending',
    out: 'ends succeeded',
    proofs: [
      [news, 'succeeded arrives before pending'],
      [order, ''],
    ],
  },
  F26: {
    how: 'two events of one second, both ways round',
    out: 'neither dropped',
    proofs: [[news, 'two events of the same second, either order']],
  },
  F27: {
    how: 'the webhook applied while our answer is on its way',
    out: 'adopted, no second row',
    proofs: [[news, 'the webhook is faster than our own record']],
  },
  F28: {
    how: 'refund.failed after succeeded',
    out: 'failed, correction email, the proposal reopens',
    proofs: [[news, 'after it had succeeded: the books reopen']],
  },
  F29: {
    how: 'no, forged, foreign and v0-only signatures',
    out: '400, no row',
    proofs: ['no signature', 'a signature that is none', 'somebody else’s secret', 'only a v0 signature'].map(
      (title): Proof => [door, title],
    ),
  },
  F30: {
    how: 'one byte altered',
    out: '400, no row',
    proofs: [[door, 'one byte altered is answered 400']],
  },
  F31: {
    how: 'signed six minutes ago',
    out: '400, no row',
    proofs: [
      [door, 'a time six minutes ago is answered 400'],
      [door, 'a signature is good for five minutes'],
    ],
  },
  F32: {
    how: 'signed an hour ahead',
    out: '400, no row',
    proofs: [[door, 'a time an hour ahead is answered 400']],
  },
  F33: {
    how: 'two secrets, two v1 signatures',
    out: 'accepted while both live',
    proofs: [[door, 'while a secret rolls']],
  },
  F35: {
    how: 'another account’s event names our refund',
    out: 'kept, noted, no change',
    proofs: [[news, 'another account’s event that names our refund']],
  },
  F37: {
    how: 'refunds and payments nobody here knows',
    out: 'kept, no change',
    proofs: [
      [news, 'a refund of a payment we never heard of'],
      [news, 'a refund made by hand in Stripe’s Dashboard'],
    ],
  },
  F38: {
    how: 'an event type nobody knows; one that this version cannot read',
    out: '200, kept; what cannot be read is tried again, never called handled',
    proofs: [
      [door, 'an event of a kind that nobody knows'],
      [unhandled, 'an event that cannot be read is never called handled'],
    ],
  },
  F39: {
    how: 'malformed JSON and non-events, rightly signed',
    out: '400, no crash',
    proofs: [[door, 'rightly signed, is answered 400']],
  },
  F40: {
    how: 'oversized, endless and dribbling bodies, by hand over a socket',
    out: 'cut at 1 MiB and at 10 s; others are served',
    proofs: [
      [body, 'an endless body is given up at the limit'],
      [body, 'a body that never ends is given up at the deadline'],
      ['e2e/webhook-door.spec.ts', 'a body that goes on for ever'],
      ['e2e/webhook-door.spec.ts', 'a body that dribbles'],
    ],
  },
  F42: {
    how: 'twelve callers that never pause, against the production build',
    out: 'only 200 and 503; answers to the callers give way to the desk; every event taken is applied',
    proofs: [
      [twoOfEverything, 'is answered 200 or shed with 503'],
      [database, 'more webhooks than may wait at a time'],
    ],
  },
  F43: {
    how: 'a proxy refuses, or stalls, the way to the database, of the door or of a worker',
    out: '503 within 5 s, never 200; the redelivery is taken; the worker lives on, nobody takes its jobs',
    proofs: [
      [database, 'is down when Stripe calls'],
      [database, 'falls silent when Stripe calls'],
      [unhandled, 'an event that nobody handles is applied by the sweep'],
      [outage, 'a job that failed for it is put back'],
      [heartbeats, 'after an outage every worker keeps the job it is at'],
    ],
  },
  F45: {
    how: 'two transactions lock each other out; a serialization failure',
    out: 'the whole is run again, a few times; each effect once',
    proofs: [['lib/transaction.db.test.ts', '']],
  },
  F46: {
    how: 'a table is locked and every connection waits',
    out: '503 within 5 s',
    proofs: [
      [database, 'holds a lock and every connection waits'],
      ['lib/failures.db.test.ts', 'a full pool means: try again later'],
    ],
  },
  F47: {
    how: 'ALTER DATABASE … default_transaction_read_only; a trigger that raises disk_full',
    out: '503, nothing kept; taken once it is writable',
    proofs: [
      [database, 'is read-only'],
      [crashes, 'the database refuses to record the answer'],
      [outage, 'a database that may only be read for a while'],
    ],
  },
  F48: {
    how: 'a proxy resets the connection in place of the answer to the commit',
    out: '503; the redelivery is a no-op',
    proofs: [[database, 'commits, but its answer is lost']],
  },
  F49: {
    how: 'mail servers that are down, refuse, hang, drip, die after acceptance, send back what they took',
    out: 'tried again with growing gaps; a final no and a bounce are shown, with a resend; the note is unaffected',
    proofs: [
      [outbox, 'a server in trouble delays an email'],
      [outbox, 'no server at all is trouble too'],
      [outbox, 'a server that drips a byte'],
      [outbox, 'a final refusal is shown to the freelancer'],
      [outbox, 'killed between the server’s acceptance and our mark'],
      [outbox, 'a refused email goes to the corrected address'],
      [bounces, 'a mail that came back is shown as not delivered'],
      [bounces, 'sent again to a corrected address it arrives'],
    ],
  },
  F50: {
    how: 'twenty presses of Retry over two app processes; six in one',
    out: 'one Stripe call, the others 409 with the status',
    proofs: [
      [twoOfEverything, 'Retry pressed twenty times over both apps'],
      [clicks, 'pressed in many tabs at once asks Stripe once'],
    ],
  },
  F51: {
    how: 'Retry, Mark refunded and a webhook at once',
    out: 'one wins, never both',
    proofs: [
      [clicks, 'Retry against Mark refunded'],
      [clicks, 'Retry against a webhook that says succeeded'],
    ],
  },
  F52: {
    how: 'two workers whose clocks are 10 min off, one each way; DST',
    out: 'nothing asked or sent twice; leases hold on the database’s clock',
    proofs: [
      [twoOfEverything, 'two workers whose clocks are ten minutes off'],
      [crashes, 'leases run on the database’s clock'],
      ['lib/dates.test.ts', 'a moment follows summer time'],
    ],
  },
  F53: {
    how: 'SIGTERM to the production build with twenty requests open; migrations read',
    out: 'each is answered, exit code 0; migrations only expand',
    proofs: [
      [twoOfEverything, 'an app with twenty requests open answers each of them'],
      [twoOfEverything, 'a worker finishes the refund it is at'],
      ['prisma/migrations.test.ts', 'old code works on the new schema'],
    ],
  },
  F54: {
    how: 'the simulator forgets its idempotency keys',
    out: 'found by looking, not made again',
    proofs: [
      [answers, 'a day later, when Stripe has forgotten the key'],
      [crashes, 'a day later, the key forgotten'],
    ],
  },
  F55: {
    how: 'part of the charge refunded elsewhere',
    out: 'failed, with what is left',
    proofs: [[answers, 'in part, by somebody else']],
  },
  F56: {
    how: 'the database is put back to a copy made before the refund',
    out: 'the gap is read from Stripe; one refund, no false alarm',
    proofs: [[backup, '']],
  },
}
