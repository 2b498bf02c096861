-- A key that has leaked is withdrawn at once: every token that it signed is told as ended.
ALTER TABLE signing_key ADD COLUMN withdrawn_at BIGINT;
CREATE TRIGGER key_withdrawn AFTER UPDATE OF withdrawn_at ON signing_key WHEN NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL
BEGIN INSERT INTO revocation (at, what) VALUES (NEW.withdrawn_at, 'key:' || NEW.kid); END;
