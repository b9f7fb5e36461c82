-- What did not reach its reader is looked for whenever the desk is opened; nearly all emails have.
CREATE INDEX outbox_emails_undelivered ON outbox_emails (freelancer_id, created_at DESC) WHERE state = 'refused';
