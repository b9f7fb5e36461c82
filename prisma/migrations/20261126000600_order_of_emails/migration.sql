-- Emails of one transaction have the same time: a number says in which order they were written, and so are to be read. Those
-- that are there keep none, and come before all that do: numbering them would hold up every email while it lasts.
CREATE SEQUENCE "outbox_emails_ordinal_seq";
ALTER TABLE "outbox_emails" ADD COLUMN "ordinal" BIGINT;
ALTER TABLE "outbox_emails" ALTER COLUMN "ordinal" SET DEFAULT nextval('outbox_emails_ordinal_seq');
ALTER SEQUENCE "outbox_emails_ordinal_seq" OWNED BY "outbox_emails"."ordinal";
