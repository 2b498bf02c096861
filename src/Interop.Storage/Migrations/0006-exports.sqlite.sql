-- Exports that callers asked for: who asked for what, how far it is, and which server works at it until when.
CREATE TABLE export_job (
    id TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    caller TEXT NOT NULL,
    request TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    progress TEXT NOT NULL,
    finished_at BIGINT NULL,
    failure TEXT NULL,
    leased_until BIGINT NOT NULL
);
