-- A lost dispute is a way out of its own: the client's bank has taken the money back, nobody has sent it.
ALTER TYPE "manual_method" ADD VALUE 'chargeback';

-- Which dispute it was and when it was decided, so that the way out can be filled in.
ALTER TABLE "deposits"
  ADD COLUMN "dispute_id" TEXT,
  ADD COLUMN "dispute_closed_at" TIMESTAMPTZ(3);

-- Only a note that a lost dispute has paid may say so.
CREATE FUNCTION guard_chargeback() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.manual_method::text = 'chargeback' AND OLD.refund_status <> 'manual'
     AND OLD.failure_reason IS DISTINCT FROM 'paid_by_chargeback' THEN
    RAISE EXCEPTION 'credit note %: no chargeback has paid it', OLD.number USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_chargeback BEFORE UPDATE OF manual_method ON credit_notes FOR EACH ROW EXECUTE FUNCTION guard_chargeback();
