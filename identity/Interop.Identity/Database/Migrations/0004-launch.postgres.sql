-- Launch context (SMART App Launch): what a token is about. Of a patient nothing is kept but the id.
ALTER TABLE family ADD COLUMN patient TEXT;
ALTER TABLE family ADD COLUMN encounter TEXT;
ALTER TABLE family ADD COLUMN needs_banner SMALLINT NOT NULL DEFAULT 1;

-- What a session elsewhere prepared for one person and one client.
CREATE TABLE launch (
    hash         TEXT PRIMARY KEY,
    client_id    TEXT     NOT NULL REFERENCES client,
    account_id   TEXT     NOT NULL REFERENCES account,
    patient      TEXT,
    encounter    TEXT,
    needs_banner SMALLINT NOT NULL,
    expires_at   BIGINT   NOT NULL,
    used_at      BIGINT
);
CREATE INDEX launch_expires ON launch (expires_at);
