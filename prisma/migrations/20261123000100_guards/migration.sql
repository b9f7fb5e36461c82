-- The database guards the promises by itself: whatever code runs, these hold.

-- Amounts are positive integers in minor units; currencies are lower-case ISO codes, as Stripe writes them.
ALTER TABLE proposals ADD CONSTRAINT proposal_totals CHECK (total_net >= 0 AND total_vat >= 0 AND total_gross = total_net + total_vat);
ALTER TABLE amendments ADD CONSTRAINT amendment_totals CHECK (total_net >= 0 AND total_vat >= 0 AND total_gross = total_net + total_vat);
ALTER TABLE deposits ADD CONSTRAINT deposit_amount CHECK (amount > 0);
ALTER TABLE credit_notes ADD CONSTRAINT credit_note_amounts
  CHECK (amount_gross > 0 AND amount_net >= 0 AND amount_vat >= 0 AND amount_gross = amount_net + amount_vat);
ALTER TABLE refund_attempts ADD CONSTRAINT attempt_amount CHECK (amount > 0);
ALTER TABLE stripe_refunds ADD CONSTRAINT stripe_refund_amount CHECK (amount > 0);
ALTER TABLE proposals ADD CONSTRAINT proposal_currency CHECK (currency ~ '^[a-z]{3}$');
ALTER TABLE deposits ADD CONSTRAINT deposit_currency CHECK (currency ~ '^[a-z]{3}$');
ALTER TABLE credit_notes ADD CONSTRAINT credit_note_currency CHECK (currency ~ '^[a-z]{3}$');
ALTER TABLE refund_attempts ADD CONSTRAINT attempt_currency CHECK (currency ~ '^[a-z]{3}$');

ALTER TABLE deposits ADD CONSTRAINT deposit_known_at_stripe CHECK (
  method = 'sepa'
  OR (stripe_account_id IS NOT NULL
      AND coalesce(stripe_payment_intent_id, stripe_charge_id, stripe_checkout_session_id) IS NOT NULL));

-- Numbers are the series' own: CRN-2026-0001 is year 2026, sequence 1.
ALTER TABLE credit_notes ADD CONSTRAINT credit_note_number
  CHECK (sequence > 0 AND number = 'CRN-' || year || '-' || lpad(sequence::text, greatest(4, length(sequence::text)), '0'));

-- What a status says must be there.
ALTER TABLE credit_notes ADD CONSTRAINT failed_says_why CHECK (refund_status <> 'failed' OR failure_reason IS NOT NULL);
ALTER TABLE credit_notes ADD CONSTRAINT settled_has_no_failure
  CHECK (refund_status NOT IN ('requested', 'succeeded', 'manual') OR (failure_reason IS NULL AND failure_message IS NULL));
ALTER TABLE credit_notes ADD CONSTRAINT settled_says_when
  CHECK ((refund_status IN ('succeeded', 'manual')) = (settled_at IS NOT NULL));
ALTER TABLE credit_notes ADD CONSTRAINT stripe_statuses_name_the_refund
  CHECK (refund_status NOT IN ('requested', 'succeeded') OR stripe_refund_id IS NOT NULL);
ALTER TABLE credit_notes ADD CONSTRAINT manual_says_how CHECK (
  (refund_status = 'manual') = (manual_method IS NOT NULL)
  AND (refund_status = 'manual') = (manual_refunded_on IS NOT NULL)
  AND (refund_status = 'manual') = (manual_reference IS NOT NULL)
  AND (manual_reference IS NULL OR length(btrim(manual_reference)) BETWEEN 1 AND 500));

-- One attempt in flight (or of unknown outcome) per credit note: the claim that can't race.
CREATE UNIQUE INDEX refund_attempts_one_open ON refund_attempts (credit_note_id) WHERE state IN ('in_flight', 'unknown');
ALTER TABLE refund_attempts ADD CONSTRAINT attempt_outcome CHECK (
  (state IN ('in_flight', 'unknown')) = (finished_at IS NULL)
  AND (state <> 'accepted' OR stripe_refund_id IS NOT NULL)
  AND (state <> 'refused' OR code IS NOT NULL));

-- The desk's list reads what is open first: a partial index keeps that page fast however many notes are settled.
CREATE INDEX credit_notes_open ON credit_notes (freelancer_id, issued_at DESC, id DESC) WHERE refund_status IN ('pending', 'failed');
CREATE INDEX credit_notes_not_open ON credit_notes (freelancer_id, issued_at DESC, id DESC) WHERE refund_status NOT IN ('pending', 'failed');
CREATE INDEX stripe_events_unhandled ON stripe_events (received_at) WHERE handled_at IS NULL;
CREATE INDEX refund_attempts_open_leases ON refund_attempts (lease_until) WHERE state IN ('in_flight', 'unknown');

-- Legal transitions (product.md), and what of a credit note may never change.
CREATE FUNCTION guard_credit_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  attempt_open boolean;
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'credit note % is issued: it cannot be deleted', OLD.number USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.refund_status <> 'pending' THEN
      RAISE EXCEPTION 'credit note % must begin as pending', NEW.number USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;

  IF (NEW.id, NEW.freelancer_id, NEW.proposal_id, NEW.amendment_id, NEW.deposit_id, NEW.year, NEW.sequence, NEW.number,
      NEW.amount_net, NEW.amount_vat, NEW.amount_gross, NEW.currency, NEW.parties, NEW.issued_at)
     IS DISTINCT FROM
     (OLD.id, OLD.freelancer_id, OLD.proposal_id, OLD.amendment_id, OLD.deposit_id, OLD.year, OLD.sequence, OLD.number,
      OLD.amount_net, OLD.amount_vat, OLD.amount_gross, OLD.currency, OLD.parties, OLD.issued_at) THEN
    RAISE EXCEPTION 'credit note % is issued: its document cannot change', OLD.number USING ERRCODE = 'integrity_constraint_violation';
  END IF;

  IF NEW.refund_status IS DISTINCT FROM OLD.refund_status THEN
    SELECT EXISTS (SELECT FROM refund_attempts a WHERE a.credit_note_id = OLD.id AND a.state IN ('in_flight', 'unknown'))
      INTO attempt_open;
    IF NOT (CASE OLD.refund_status
      WHEN 'pending' THEN NEW.refund_status IN ('requested', 'succeeded', 'failed') OR (NEW.refund_status = 'manual' AND NOT attempt_open)
      WHEN 'requested' THEN NEW.refund_status IN ('succeeded', 'failed')
      WHEN 'succeeded' THEN NEW.refund_status = 'failed'
      -- A retry clears the stale failure, but only beside the attempt it has claimed (docs/decisions).
      WHEN 'failed' THEN NEW.refund_status IN ('requested', 'succeeded')
        OR (NEW.refund_status = 'manual' AND NOT attempt_open)
        OR (NEW.refund_status = 'pending' AND attempt_open)
      WHEN 'manual' THEN false
    END) THEN
      RAISE EXCEPTION 'credit note %: refund cannot go from % to %', OLD.number, OLD.refund_status, NEW.refund_status
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  ELSIF OLD.refund_status = 'manual' AND (NEW.manual_method, NEW.manual_reference, NEW.manual_refunded_on)
        IS DISTINCT FROM (OLD.manual_method, OLD.manual_reference, OLD.manual_refunded_on) THEN
    RAISE EXCEPTION 'credit note %: a manual refund is permanent', OLD.number USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_credit_note BEFORE INSERT OR UPDATE OR DELETE ON credit_notes FOR EACH ROW EXECUTE FUNCTION guard_credit_note();

-- An attempt is append-only: what is sent to Stripe is fixed at the claim, and an outcome stands.
CREATE FUNCTION guard_refund_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'refund attempts cannot be deleted' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (NEW.id, NEW.freelancer_id, NEW.credit_note_id, NEW.ordinal, NEW.cause, NEW.idempotency_key, NEW.stripe_account_id,
      NEW.payment_intent_id, NEW.amount, NEW.currency, NEW.started_at)
     IS DISTINCT FROM
     (OLD.id, OLD.freelancer_id, OLD.credit_note_id, OLD.ordinal, OLD.cause, OLD.idempotency_key, OLD.stripe_account_id,
      OLD.payment_intent_id, OLD.amount, OLD.currency, OLD.started_at) THEN
    RAISE EXCEPTION 'refund attempt %: what was sent to Stripe cannot change', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.state IN ('accepted', 'refused') AND NEW IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION 'refund attempt %: its outcome stands', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_refund_attempt BEFORE UPDATE OR DELETE ON refund_attempts FOR EACH ROW EXECUTE FUNCTION guard_refund_attempt();

-- The timeline is append-only.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER timeline_append_only BEFORE UPDATE OR DELETE ON timeline_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER timeline_no_truncate BEFORE TRUNCATE ON timeline_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_notes_no_truncate BEFORE TRUNCATE ON credit_notes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refund_attempts_no_truncate BEFORE TRUNCATE ON refund_attempts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A Stripe event is what Stripe said: only our handling of it is ours to write.
CREATE FUNCTION guard_stripe_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.type, NEW.stripe_account_id, NEW.created_at, NEW.received_at, NEW.payload)
     IS DISTINCT FROM (OLD.id, OLD.type, OLD.stripe_account_id, OLD.created_at, OLD.received_at, OLD.payload) THEN
    RAISE EXCEPTION 'stripe event %: what Stripe said cannot change', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_stripe_event BEFORE UPDATE ON stripe_events FOR EACH ROW EXECUTE FUNCTION guard_stripe_event();

-- Open pages hear of every change: each writes a timeline entry, and each entry is announced when its transaction commits.
CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('requite_changes', json_build_object('freelancerId', NEW.freelancer_id, 'creditNoteId', NEW.credit_note_id)::text);
  RETURN NULL;
END $$;
CREATE TRIGGER announce_change AFTER INSERT ON timeline_entries FOR EACH ROW EXECUTE FUNCTION announce_change();
