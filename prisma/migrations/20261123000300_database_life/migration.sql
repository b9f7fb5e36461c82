-- In which life of the database an account's events were last asked for, and last read: a restored backup is another one.
ALTER TABLE "event_cursors" ADD COLUMN "tried_in" TEXT, ADD COLUMN "read_in" TEXT;
