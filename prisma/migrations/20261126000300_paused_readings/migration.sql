-- A reading of an account's events that was cut short: the event it came to, and when it began. The next one goes on there.
ALTER TABLE "event_cursors" ADD COLUMN "paused_after" TEXT, ADD COLUMN "paused_begun_at" TIMESTAMPTZ(3);
