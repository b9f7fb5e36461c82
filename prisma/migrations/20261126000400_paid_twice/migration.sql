-- Whose client may have been paid twice is looked for whenever the desk is opened; nearly no note is one of them.
CREATE INDEX credit_notes_paid_twice ON credit_notes (freelancer_id, issued_at DESC, id DESC) WHERE paid_twice_at IS NOT NULL;
