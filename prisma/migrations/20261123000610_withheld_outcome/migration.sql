-- Since when Stripe refuses to let Requite see what became of an attempt: an account that is lost for good never says.
ALTER TABLE "refund_attempts" ADD COLUMN "look_refused_since" TIMESTAMPTZ(3);

-- For so long that a person may close the attempt without knowing its outcome.
CREATE FUNCTION outcome_is_withheld(since timestamptz) RETURNS boolean LANGUAGE sql STABLE
  RETURN coalesce(since < now() - interval '7 days', false);

-- Only such an attempt, and only while nobody is asking Stripe about it, may be closed as one that nobody knows.
CREATE FUNCTION guard_withheld_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'refused' AND NEW.code = 'outcome_withheld' AND OLD.finished_at IS NULL
     AND NOT (OLD.state = 'unknown' AND outcome_is_withheld(OLD.look_refused_since)) THEN
    RAISE EXCEPTION 'refund attempt %: its outcome may yet be found out', OLD.id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_withheld_outcome BEFORE UPDATE OF state ON refund_attempts FOR EACH ROW EXECUTE FUNCTION guard_withheld_outcome();
