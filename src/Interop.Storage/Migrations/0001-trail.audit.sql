-- The audit trail has a database of its own, so that no write to resources keeps an answer waiting for its row.
CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY,
    instant BIGINT NOT NULL,
    issuer TEXT NULL,
    client TEXT NULL,
    user_id TEXT NULL,
    organization TEXT NULL,
    practitioner TEXT NULL,
    purposes TEXT NULL,
    interaction TEXT NOT NULL,
    target TEXT NULL,
    patient TEXT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_by_patient ON audit (patient, sequence) WHERE patient IS NOT NULL;
CREATE INDEX audit_by_client ON audit (client, organization, sequence);

-- The last row, so that a cut-off end is found.
CREATE TABLE head (
    sequence BIGINT NOT NULL,
    hash TEXT NOT NULL
);

-- Rows that a write left in its own database are taken over once: the numbers of those that are here and may still be there.
CREATE TABLE taken (
    number INTEGER PRIMARY KEY
);
