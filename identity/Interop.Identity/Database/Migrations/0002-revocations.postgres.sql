-- What ended, in order, for servers that remember verified tokens. Triggers, so that no way of ending something can forget it.
CREATE TABLE revocation (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     BIGINT NOT NULL,
    what   TEXT   NOT NULL                  -- client:ID, grant:ID or jti:ID
);

-- Who asks for what comes after a number must never be told a higher one while a lower one is on its way, so a number is drawn
-- only under a lock that lasts until the transaction that drew it is visible.
CREATE FUNCTION tell_revocation(told_at BIGINT, told_what TEXT) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7310589);
    INSERT INTO revocation (at, what) VALUES (told_at, told_what);
END $$;

CREATE FUNCTION client_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM tell_revocation(NEW.revoked_at, 'client:' || NEW.client_id); RETURN NULL; END $$;
CREATE TRIGGER client_revoked AFTER UPDATE OF revoked_at ON client
FOR EACH ROW WHEN (NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL) EXECUTE FUNCTION client_revoked();

CREATE FUNCTION family_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM tell_revocation(NEW.revoked_at, 'grant:' || NEW.family_id); RETURN NULL; END $$;
CREATE TRIGGER family_revoked AFTER UPDATE OF revoked_at ON family
FOR EACH ROW WHEN (NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL) EXECUTE FUNCTION family_revoked();

CREATE FUNCTION token_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM tell_revocation(NEW.expires_at, 'jti:' || NEW.jti); RETURN NULL; END $$;
CREATE TRIGGER token_revoked AFTER INSERT ON revoked_token FOR EACH ROW EXECUTE FUNCTION token_revoked();

CREATE FUNCTION account_disabled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tell_revocation(NEW.disabled_at, 'grant:' || family_id) FROM family WHERE account_id = NEW.account_id AND revoked_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER account_disabled AFTER UPDATE OF disabled_at ON account
FOR EACH ROW WHEN (NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL) EXECUTE FUNCTION account_disabled();
