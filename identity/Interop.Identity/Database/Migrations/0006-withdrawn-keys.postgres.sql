-- A key that has leaked is withdrawn at once: every token that it signed is told as ended.
ALTER TABLE signing_key ADD COLUMN withdrawn_at BIGINT;
CREATE FUNCTION key_withdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM tell_revocation(NEW.withdrawn_at, 'key:' || NEW.kid); RETURN NULL; END $$;
CREATE TRIGGER key_withdrawn AFTER UPDATE OF withdrawn_at ON signing_key
FOR EACH ROW WHEN (NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL) EXECUTE FUNCTION key_withdrawn();
