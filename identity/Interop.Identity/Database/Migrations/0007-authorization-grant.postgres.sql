-- What a person allowed a client once is an authorization grant (RFC 6749 section 1.3). Bodies of functions are text and are said again.
ALTER TABLE family RENAME TO authorization_grant;
ALTER TABLE authorization_grant RENAME COLUMN family_id TO grant_id;
ALTER TABLE authorization_code RENAME COLUMN family_id TO grant_id;
ALTER TABLE refresh_token RENAME COLUMN family_id TO grant_id;
ALTER INDEX family_account RENAME TO authorization_grant_account;
ALTER INDEX family_client RENAME TO authorization_grant_client;

ALTER FUNCTION family_revoked() RENAME TO grant_revoked;
ALTER TRIGGER family_revoked ON authorization_grant RENAME TO grant_revoked;
CREATE OR REPLACE FUNCTION grant_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM tell_revocation(NEW.revoked_at, 'grant:' || NEW.grant_id); RETURN NULL; END $$;

CREATE OR REPLACE FUNCTION account_disabled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tell_revocation(NEW.disabled_at, 'grant:' || grant_id)
    FROM    authorization_grant
    WHERE   account_id = NEW.account_id AND revoked_at IS NULL;
    RETURN NULL;
END $$;
