-- Links to anonymous surveys that nobody has used yet: of each the hash of its code, and nothing of who made it, when, or for whom. Tables
-- in the order of their keys, so that the order of writing is nowhere.
CREATE TABLE survey_code (
    hash TEXT NOT NULL PRIMARY KEY,
    survey TEXT NOT NULL,
    expires INTEGER NOT NULL
) WITHOUT ROWID;

-- Answers that wait for the end of the day, when all of it are stored as one.
CREATE TABLE survey_answer (
    id TEXT NOT NULL PRIMARY KEY,
    due INTEGER NOT NULL,
    body BLOB NOT NULL
) WITHOUT ROWID;
