-- An agreement has one currency: what was paid in another could never be refunded as announced.
CREATE FUNCTION guard_one_currency() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  agreed text;
BEGIN
  IF TG_TABLE_NAME = 'deposits' THEN
    -- Held, so that the proposal cannot change its currency at the same moment.
    SELECT currency INTO agreed FROM proposals WHERE id = NEW.proposal_id FOR SHARE;
  ELSIF TG_TABLE_NAME = 'credit_notes' THEN
    SELECT currency INTO agreed FROM deposits WHERE id = NEW.deposit_id;
  ELSE
    SELECT currency INTO agreed FROM deposits WHERE proposal_id = NEW.id;
  END IF;
  IF agreed <> NEW.currency THEN
    RAISE EXCEPTION '% in %: the agreement is in %', TG_TABLE_NAME, NEW.currency, agreed USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER guard_one_currency AFTER INSERT OR UPDATE OF currency, proposal_id ON deposits FOR EACH ROW EXECUTE FUNCTION guard_one_currency();
CREATE TRIGGER guard_one_currency AFTER INSERT ON credit_notes FOR EACH ROW EXECUTE FUNCTION guard_one_currency();
CREATE TRIGGER guard_one_currency AFTER UPDATE OF currency ON proposals FOR EACH ROW EXECUTE FUNCTION guard_one_currency();
