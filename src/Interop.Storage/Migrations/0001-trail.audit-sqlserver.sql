-- The trail's tables stand beside the others here. Each server adds to a chain of its own, so that none waits for another.
CREATE TABLE audit (
    sequence BIGINT NOT NULL,
    instant BIGINT NOT NULL,
    issuer VARCHAR(MAX) NULL,
    client VARCHAR(MAX) NULL,
    user_id VARCHAR(MAX) NULL,
    organization VARCHAR(900) NULL,
    practitioner VARCHAR(MAX) NULL,
    purposes VARCHAR(MAX) NULL,
    interaction VARCHAR(MAX) NOT NULL,
    target VARCHAR(MAX) NULL,
    patient VARCHAR(900) NULL,
    outcome VARCHAR(MAX) NOT NULL,
    detail VARCHAR(MAX) NOT NULL,
    previous_hash VARCHAR(64) NOT NULL,
    hash VARCHAR(64) NOT NULL,
    chain INT NOT NULL DEFAULT 1,
    PRIMARY KEY (chain, sequence)
);
CREATE INDEX audit_by_patient ON audit (patient) WHERE patient IS NOT NULL;
CREATE INDEX audit_by_instant ON audit (instant, chain, sequence);
CREATE INDEX audit_by_organization ON audit (organization, instant);

CREATE TABLE head (
    sequence BIGINT NOT NULL,
    hash VARCHAR(64) NOT NULL,
    chain INT NOT NULL DEFAULT 1 PRIMARY KEY,
    others VARCHAR(MAX) NOT NULL DEFAULT ''
);

CREATE TABLE audit_patient (
    patient VARCHAR(64) NOT NULL,
    chain INT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (patient, chain, sequence)
);
CREATE INDEX audit_patient_by_row ON audit_patient (chain, sequence);
