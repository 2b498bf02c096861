-- Links to anonymous surveys that nobody has used yet: of each the hash of its code, and nothing of who made it, when, or for whom.
CREATE TABLE survey_code (
    hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    survey TEXT COLLATE "C" NOT NULL,
    expires BIGINT NOT NULL
);

-- Answers that wait for the end of the day, when all of it are stored as one.
CREATE TABLE survey_answer (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    due BIGINT NOT NULL,
    body BYTEA NOT NULL
);
