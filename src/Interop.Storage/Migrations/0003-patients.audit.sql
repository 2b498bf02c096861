-- Rows that are about several patients are found by each of them; of one, the row itself says it. Both are looked for by time.
CREATE TABLE audit_patient (
    patient TEXT NOT NULL,
    chain INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (patient, chain, sequence)
) WITHOUT ROWID;
CREATE INDEX audit_patient_by_row ON audit_patient (chain, sequence);
CREATE INDEX audit_by_instant ON audit (instant, chain, sequence);
CREATE INDEX audit_by_organization ON audit (organization, instant);

-- What a client of an organisation did is looked for among what its organisation did: each index is paid for with every row.
DROP INDEX audit_by_client;
