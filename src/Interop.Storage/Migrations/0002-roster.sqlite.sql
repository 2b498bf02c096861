-- Who may be let in by qualification: what organisations demand of their people, and what their rosters show.
CREATE TABLE roster_requirement (
    organization TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (organization, code)
) WITHOUT ROWID;

CREATE TABLE roster (
    organization TEXT NOT NULL,
    practitioner TEXT NOT NULL,
    code TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    PRIMARY KEY (organization, practitioner, code, valid_from, valid_to)
) WITHOUT ROWID;
