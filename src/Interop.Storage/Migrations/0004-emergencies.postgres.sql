-- Who broke the glass over whose records, for how long, and the Task in which that is reviewed.
CREATE TABLE emergency (
    patient TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    organization TEXT COLLATE "C" NOT NULL,
    practitioner TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    medical SMALLINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    review TEXT COLLATE "C" NOT NULL,
    review_due BIGINT NOT NULL,
    PRIMARY KEY (patient, source, organization, practitioner, valid_from)
);
CREATE INDEX emergency_by_organization ON emergency (source, organization, role, review_due);
