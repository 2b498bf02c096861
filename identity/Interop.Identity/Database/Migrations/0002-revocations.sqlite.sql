-- What ended, in order, for servers that remember verified tokens. Triggers, so that no way of ending something can forget it.
CREATE TABLE revocation (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at     BIGINT NOT NULL,
    what   TEXT   NOT NULL                  -- client:ID, grant:ID or jti:ID
);
CREATE TRIGGER client_revoked AFTER UPDATE OF revoked_at ON client WHEN NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL
BEGIN INSERT INTO revocation (at, what) VALUES (NEW.revoked_at, 'client:' || NEW.client_id); END;
CREATE TRIGGER family_revoked AFTER UPDATE OF revoked_at ON family WHEN NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL
BEGIN INSERT INTO revocation (at, what) VALUES (NEW.revoked_at, 'grant:' || NEW.family_id); END;
CREATE TRIGGER token_revoked AFTER INSERT ON revoked_token
BEGIN INSERT INTO revocation (at, what) VALUES (NEW.expires_at, 'jti:' || NEW.jti); END;
CREATE TRIGGER account_disabled AFTER UPDATE OF disabled_at ON account WHEN NEW.disabled_at IS NOT NULL AND OLD.disabled_at IS NULL
BEGIN INSERT INTO revocation (at, what) SELECT NEW.disabled_at, 'grant:' || family_id FROM family WHERE account_id = NEW.account_id AND revoked_at IS NULL; END;
