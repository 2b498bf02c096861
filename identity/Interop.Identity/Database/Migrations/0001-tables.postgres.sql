-- Instants are UTC microseconds. Secrets that are only compared are SHA-256 of the value; secrets that are used are encrypted.
CREATE TABLE signing_key (
    kid          TEXT PRIMARY KEY,
    protected    TEXT   NOT NULL,           -- PKCS#8, encrypted by Data Protection
    modulus      TEXT   NOT NULL,
    exponent     TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    signs_from   BIGINT NOT NULL,
    published_to BIGINT                     -- null while it is the newest
);

CREATE TABLE client (
    client_id     TEXT PRIMARY KEY,
    name          TEXT     NOT NULL,
    organization  TEXT     NOT NULL,
    grants        TEXT     NOT NULL,        -- space-delimited, as scopes, purposes, roles and redirect_uris are
    scopes        TEXT     NOT NULL,
    purposes      TEXT     NOT NULL,
    roles         TEXT     NOT NULL,
    redirect_uris TEXT     NOT NULL,
    jwks          TEXT,
    jwks_uri      TEXT,
    requires_dpop SMALLINT NOT NULL,
    is_sandbox    SMALLINT NOT NULL,
    created_at    BIGINT   NOT NULL,
    revoked_at    BIGINT
);

CREATE TABLE account (
    account_id    TEXT PRIMARY KEY,
    user_name     TEXT     NOT NULL UNIQUE, -- normalised: trimmed, lower case
    display_name  TEXT     NOT NULL,
    organization  TEXT     NOT NULL,
    password_hash TEXT     NOT NULL,
    roles         TEXT     NOT NULL,
    purposes      TEXT     NOT NULL,
    fhir_user     TEXT,
    patient       TEXT,
    failures      INTEGER  NOT NULL DEFAULT 0,
    locked_until  BIGINT   NOT NULL DEFAULT 0,
    totp          TEXT,                     -- encrypted by Data Protection
    totp_step     BIGINT   NOT NULL DEFAULT 0,
    created_at    BIGINT   NOT NULL,
    disabled_at   BIGINT
);

CREATE TABLE recovery_code (
    account_id TEXT   NOT NULL REFERENCES account,
    hash       TEXT   NOT NULL,
    used_at    BIGINT,
    PRIMARY KEY (account_id, hash)
);

CREATE TABLE session (
    session_id   TEXT PRIMARY KEY,
    account_id   TEXT   NOT NULL REFERENCES account,
    methods      TEXT   NOT NULL,           -- amr values (RFC 8176)
    browser      TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    ended_at     BIGINT
);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE approval (
    account_id TEXT   NOT NULL REFERENCES account,
    client_id  TEXT   NOT NULL REFERENCES client,
    scopes     TEXT   NOT NULL,
    given_at   BIGINT NOT NULL,
    PRIMARY KEY (account_id, client_id)
);

-- What a person allowed a client once: the family of everything issued from one authorization code.
CREATE TABLE family (
    family_id  TEXT PRIMARY KEY,
    client_id  TEXT     NOT NULL REFERENCES client,
    account_id TEXT     NOT NULL REFERENCES account,
    session_id TEXT     NOT NULL REFERENCES session,
    scopes     TEXT     NOT NULL,
    purposes   TEXT     NOT NULL,
    jkt        TEXT,
    is_offline SMALLINT NOT NULL,
    created_at BIGINT   NOT NULL,
    expires_at BIGINT   NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX family_account ON family (account_id);
CREATE INDEX family_client ON family (client_id);

CREATE TABLE authorization_code (
    hash         TEXT PRIMARY KEY,
    family_id    TEXT   NOT NULL REFERENCES family,
    redirect_uri TEXT   NOT NULL,
    challenge    TEXT   NOT NULL,
    nonce        TEXT,
    jkt          TEXT,
    expires_at   BIGINT NOT NULL,
    used_at      BIGINT
);

CREATE TABLE refresh_token (
    hash       TEXT PRIMARY KEY,
    family_id  TEXT   NOT NULL REFERENCES family,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE TABLE revoked_token (
    jti        TEXT PRIMARY KEY,
    expires_at BIGINT NOT NULL
);

-- jti values seen in client assertions and DPoP proofs; the primary key is what refuses a replay at any instance.
CREATE TABLE seen (
    source     TEXT   NOT NULL,
    jti        TEXT   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (source, jti)
);
CREATE INDEX seen_expiry ON seen (expires_at);

CREATE TABLE security_event (
    event_id   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    outcome    TEXT   NOT NULL,             -- ok or refused
    client_id  TEXT,
    account_id TEXT,
    remote     TEXT,
    reason     TEXT
);
CREATE FUNCTION security_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'security_event is append-only'; END $$;
CREATE TRIGGER security_event_no_change BEFORE UPDATE OR DELETE ON security_event
FOR EACH ROW EXECUTE FUNCTION security_event_is_append_only();
CREATE TRIGGER security_event_no_truncate BEFORE TRUNCATE ON security_event
FOR EACH STATEMENT EXECUTE FUNCTION security_event_is_append_only();
