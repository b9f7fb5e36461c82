-- Events that stay unhandled are taken up again, with growing gaps.
ALTER TABLE "stripe_events"
  ADD COLUMN "looks" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "look_again_at" TIMESTAMPTZ(3);

-- What could not be read used to be marked as handled: this version may be able to read it.
UPDATE stripe_events SET handled_at = NULL WHERE outcome = 'unreadable';
