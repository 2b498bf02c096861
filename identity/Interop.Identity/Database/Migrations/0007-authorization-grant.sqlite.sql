-- What a person allowed a client once is an authorization grant (RFC 6749 section 1.3). SQLite carries the names into triggers and keys.
ALTER TABLE family RENAME TO authorization_grant;
ALTER TABLE authorization_grant RENAME COLUMN family_id TO grant_id;
ALTER TABLE authorization_code RENAME COLUMN family_id TO grant_id;
ALTER TABLE refresh_token RENAME COLUMN family_id TO grant_id;
DROP INDEX family_account;
DROP INDEX family_client;
CREATE INDEX authorization_grant_account ON authorization_grant (account_id);
CREATE INDEX authorization_grant_client ON authorization_grant (client_id);
DROP TRIGGER family_revoked;
CREATE TRIGGER grant_revoked AFTER UPDATE OF revoked_at ON authorization_grant WHEN NEW.revoked_at IS NOT NULL AND OLD.revoked_at IS NULL
BEGIN INSERT INTO revocation (at, what) VALUES (NEW.revoked_at, 'grant:' || NEW.grant_id); END;
