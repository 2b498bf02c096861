-- The APIs that follow the revocations, and how far each has told to have got.
CREATE TABLE follower (
    follower_id TEXT PRIMARY KEY,
    known       BIGINT NOT NULL,            -- the number of the last revocation that it applies
    seen_at     BIGINT NOT NULL
);
