-- Codes with which a person opens an account about her own record. Of her nothing is kept but ids.
CREATE TABLE invitation (
    hash         TEXT PRIMARY KEY,
    organization TEXT   NOT NULL,
    patient      TEXT   NOT NULL,
    fhir_user    TEXT   NOT NULL,
    given_by     TEXT   NOT NULL REFERENCES account,
    expires_at   BIGINT NOT NULL,
    account_id   TEXT
);
CREATE INDEX invitation_person ON invitation (fhir_user, patient);
