-- What a name or an address has used up of its sign-ins: full again at full_at. One row each, so that all instances count together.
CREATE TABLE allowance (
    source  TEXT   PRIMARY KEY,             -- what is limited, and the SHA-256 of whom
    full_at BIGINT NOT NULL
);
CREATE INDEX allowance_full ON allowance (full_at);
