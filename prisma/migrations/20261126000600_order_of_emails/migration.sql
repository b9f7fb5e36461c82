-- Emails of one transaction have the same time: a number says in which order they were written, and so are to be read.
ALTER TABLE "outbox_emails" ADD COLUMN "ordinal" BIGSERIAL;

-- The same numbers, in the order in which those that are there were queued.
UPDATE outbox_emails email SET ordinal = queued.ordinal
FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS ordinal FROM outbox_emails) queued
WHERE queued.id = email.id;
