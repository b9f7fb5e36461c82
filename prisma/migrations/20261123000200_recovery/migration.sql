-- What Requite does by itself about refunds that failed or went quiet.
ALTER TABLE "credit_notes"
  ADD COLUMN "automatic_tries" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "automatic_stopped" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "next_try_at" TIMESTAMPTZ(3),
  ADD COLUMN "stripe_read_at" TIMESTAMPTZ(3);
ALTER TABLE credit_notes ADD CONSTRAINT next_try_only_after_failure CHECK (next_try_at IS NULL OR refund_status = 'failed');
CREATE INDEX credit_notes_next_try ON credit_notes (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX credit_notes_requested_unread ON credit_notes (stripe_read_at NULLS FIRST) WHERE refund_status = 'requested';
CREATE INDEX stripe_refunds_foreign ON stripe_refunds (stripe_account_id, payment_intent_id) WHERE credit_note_id IS NULL;

-- How far Stripe's own list of events has been read, per connected account.
CREATE TABLE "event_cursors" (
    "stripe_account_id" TEXT NOT NULL,
    "read_until" TIMESTAMPTZ(3) NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "event_cursors_pkey" PRIMARY KEY ("stripe_account_id")
);

-- Each look after what fell between the cracks: when, how many, what it found.
CREATE TABLE "sweep_runs" (
    "id" BIGSERIAL NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),
    "counts" JSONB NOT NULL DEFAULT '{}',
    CONSTRAINT "sweep_runs_pkey" PRIMARY KEY ("id")
);

-- One row: while Stripe keeps failing, what Requite does by itself waits; what a person asks for does not.
CREATE TABLE "stripe_breaker" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "open_until" TIMESTAMPTZ(3),
    CONSTRAINT "stripe_breaker_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "one_breaker" CHECK (id = 1)
);
INSERT INTO stripe_breaker (id) VALUES (1);
