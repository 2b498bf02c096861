-- Exports that callers asked for: who asked for what, how far it is, and which server works at it until when.
CREATE TABLE export_job (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    owner TEXT COLLATE "C" NOT NULL,
    caller TEXT COLLATE "C" NOT NULL,
    request TEXT COLLATE "C" NOT NULL,
    begun_at BIGINT NOT NULL,
    progress TEXT COLLATE "C" NOT NULL,
    finished_at BIGINT NULL,
    failure TEXT COLLATE "C" NULL,
    leased_until BIGINT NOT NULL
);
