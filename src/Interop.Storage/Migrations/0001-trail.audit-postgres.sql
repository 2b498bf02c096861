-- The trail is a schema of its own, as it is a file of its own with SQLite. Each server adds to a chain of its own, so that none waits for
-- another; a client's id may be of any length, which a hash index takes.
CREATE TABLE audit (
    sequence BIGINT NOT NULL,
    instant BIGINT NOT NULL,
    issuer TEXT COLLATE "C" NULL,
    client TEXT COLLATE "C" NULL,
    user_id TEXT COLLATE "C" NULL,
    organization TEXT COLLATE "C" NULL,
    practitioner TEXT COLLATE "C" NULL,
    purposes TEXT COLLATE "C" NULL,
    interaction TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NULL,
    patient TEXT COLLATE "C" NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL,
    previous_hash TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    chain INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (chain, sequence)
);
CREATE INDEX audit_by_patient ON audit (patient) WHERE patient IS NOT NULL;
CREATE INDEX audit_by_client ON audit USING HASH (client);

-- The last row of each chain, so that a cut-off end is found, and where the others were then, so that a chain is missed.
CREATE TABLE head (
    sequence BIGINT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    chain INTEGER NOT NULL DEFAULT 1 PRIMARY KEY,
    others TEXT COLLATE "C" NOT NULL DEFAULT ''
);
