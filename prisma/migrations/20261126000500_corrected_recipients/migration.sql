-- When the freelancer last put the address of an email right: the latest such address holds for the client's next emails.
ALTER TABLE "outbox_emails" ADD COLUMN "recipient_corrected_at" TIMESTAMPTZ(3);

-- When an address was put right before has not been kept. Until now that of the newest email held: it goes on holding.
UPDATE outbox_emails email SET recipient_corrected_at = email.created_at FROM credit_notes note
WHERE note.id = email.credit_note_id AND email.recipient_role = 'client' AND email.recipient <> note.parties -> 'client' ->> 'email';
