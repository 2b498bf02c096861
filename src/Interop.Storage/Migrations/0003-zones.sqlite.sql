-- Where a row is looked for is a function of who may see it. A zone is what one organisation's staff see whole: 0 the open directory, else a
-- number of the custodian (ZoneNumber), one of its own for what only a privacy officer sees, -1 for nobody. A lane is what others see
-- of it without a grant of the patient: 1 basic and unlabelled, of a patient with grants or of nobody; 2 the same, of one who said nothing; 3 basic,
-- with labels that every role clears; 4 basic for its custodian as a party to it, with the same; 0 no lane. Everything else that a grant opens is named in reach, row by row. So the rows that a
-- search visits are visible ones, whatever else is stored.

ALTER TABLE resource ADD COLUMN zone BIGINT NOT NULL DEFAULT -1;
ALTER TABLE resource ADD COLUMN lane SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE resource DROP COLUMN party_changed_1;
ALTER TABLE resource DROP COLUMN party_changed_2;
ALTER TABLE resource DROP COLUMN party_changed_3;
ALTER TABLE resource DROP COLUMN party_hash_1;
ALTER TABLE resource DROP COLUMN party_hash_2;
ALTER TABLE resource DROP COLUMN party_hash_3;
ALTER TABLE resource_version DROP COLUMN party_changed_1;
ALTER TABLE resource_version DROP COLUMN party_changed_2;
ALTER TABLE resource_version DROP COLUMN party_changed_3;
DROP INDEX resource_by_type;
DROP INDEX resource_by_subject;
CREATE INDEX resource_by_zone ON resource (type, zone, key);
CREATE INDEX resource_by_lane ON resource (type, zone, lane, key) WHERE lane > 0;
CREATE INDEX resource_by_subject ON resource (subject, type, zone, lane, key);
CREATE INDEX resource_beside_lanes ON resource (source, key)
    WHERE lane <> 2 AND subject IS NOT NULL AND (tier <= 1 OR party_tier <= 1);

-- A party has a view of its own: what else the resource says, and to whom, moves neither its hash nor its time.
DROP TABLE party;
CREATE TABLE party (
    resource BIGINT NOT NULL,
    organization TEXT NOT NULL,
    changed_1 BIGINT NOT NULL,
    changed_2 BIGINT NOT NULL,
    changed_3 BIGINT NOT NULL,
    hash_1 BIGINT NOT NULL,
    hash_2 BIGINT NOT NULL,
    hash_3 BIGINT NOT NULL,
    PRIMARY KEY (resource, organization)
) WITHOUT ROWID;

-- Who was party to an earlier version: it is a fact of that version.
CREATE TABLE party_version (
    resource BIGINT NOT NULL,
    version BIGINT NOT NULL,
    organization TEXT NOT NULL,
    changed_1 BIGINT NOT NULL,
    changed_2 BIGINT NOT NULL,
    changed_3 BIGINT NOT NULL,
    PRIMARY KEY (resource, version, organization)
) WITHOUT ROWID;

-- Which resources a grant opens beyond its lane.
CREATE TABLE reach (
    grant_number BIGINT NOT NULL,
    type BIGINT NOT NULL,
    subject TEXT NOT NULL,
    resource BIGINT NOT NULL,
    PRIMARY KEY (grant_number, type, subject, resource)
) WITHOUT ROWID;
CREATE INDEX reach_by_resource ON reach (resource);

-- Grants that open something, those that are over behind: a search walks the ones in force.
ALTER TABLE sharing_grant ADD COLUMN zone BIGINT NOT NULL DEFAULT -1;
DROP INDEX sharing_grant_by_subject;
CREATE INDEX sharing_grant_by_subject ON sharing_grant (subject, source, tier);
CREATE INDEX sharing_grant_opening ON sharing_grant (grantee, purpose, valid_to, valid_from, number) WHERE tier > 0;
CREATE INDEX sharing_grant_of_subject ON sharing_grant (grantee, subject, purpose, valid_to, valid_from, number) WHERE tier > 0;

-- Three orders. The key: (parameter, zone, value), for staff; the resource follows the value, so that a page over a common value streams.
-- By lane the same, for those who see a lane of it. By resource with the tier before the value: what one resource has at the tier
-- at which it is seen, without a step over what it has above; and apart from that what it has for parties alone. party is the
-- organisation whose view alone has the row; empty for all parties.
DROP TABLE index_token;
CREATE TABLE index_token (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    code TEXT NOT NULL,
    resource BIGINT NOT NULL,
    system TEXT NOT NULL,
    party TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL,
    PRIMARY KEY (parameter, zone, code, resource, system, party)
) WITHOUT ROWID;
CREATE INDEX index_token_by_lane ON index_token (parameter, zone, lane, code, resource, system) WHERE lane > 0;
CREATE INDEX index_token_by_resource ON index_token (resource, parameter, tier, code, system);
CREATE INDEX index_token_by_party ON index_token (resource, parameter, party, party_tier, code, system, tier) WHERE party_tier < tier;

DROP TABLE index_string;
CREATE TABLE index_string (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    folded TEXT NOT NULL,
    resource BIGINT NOT NULL,
    value TEXT NOT NULL,
    party TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL,
    PRIMARY KEY (parameter, zone, folded, resource, value, party)
) WITHOUT ROWID;
CREATE INDEX index_string_by_lane ON index_string (parameter, zone, lane, folded, resource, value) WHERE lane > 0;
CREATE INDEX index_string_by_resource ON index_string (resource, parameter, tier, folded, value);
CREATE INDEX index_string_by_party ON index_string (resource, parameter, party, party_tier, folded, value, tier) WHERE party_tier < tier;

DROP TABLE index_date;
CREATE TABLE index_date (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    low BIGINT NOT NULL,
    high BIGINT NOT NULL,
    resource BIGINT NOT NULL,
    party TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL,
    PRIMARY KEY (parameter, zone, low, high, resource, party)
) WITHOUT ROWID;
CREATE INDEX index_date_by_lane ON index_date (parameter, zone, lane, low, high, resource) WHERE lane > 0;
CREATE INDEX index_date_by_resource ON index_date (resource, parameter, tier, low, high);
CREATE INDEX index_date_by_party ON index_date (resource, parameter, party, party_tier, low, high, tier) WHERE party_tier < tier;

DROP TABLE index_reference;
CREATE TABLE index_reference (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    target_id TEXT NOT NULL,
    target_type TEXT NOT NULL,
    resource BIGINT NOT NULL,
    url TEXT NOT NULL,
    identifier_value TEXT NOT NULL,
    identifier_system TEXT NOT NULL,
    party TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL,
    PRIMARY KEY (parameter, zone, target_id, target_type, resource, url, identifier_value, identifier_system, party)
) WITHOUT ROWID;
CREATE INDEX index_reference_by_lane ON index_reference (parameter, zone, lane, target_id, target_type, resource, url, identifier_value, identifier_system) WHERE lane > 0;
CREATE INDEX index_reference_by_resource ON index_reference (resource, parameter, tier, target_id, target_type, url, identifier_value, identifier_system);
CREATE INDEX index_reference_by_party ON index_reference (resource, parameter, party, party_tier, target_id, target_type, url, identifier_value, identifier_system, tier) WHERE party_tier < tier;
CREATE INDEX index_reference_by_url ON index_reference (parameter, zone, url, resource) WHERE url <> '';
CREATE INDEX index_reference_by_identifier ON index_reference (parameter, zone, identifier_value, resource) WHERE identifier_value <> '';

DROP TABLE index_number;
CREATE TABLE index_number (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    resource BIGINT NOT NULL,
    party TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL,
    PRIMARY KEY (parameter, zone, low, high, resource, party)
) WITHOUT ROWID;
CREATE INDEX index_number_by_lane ON index_number (parameter, zone, lane, low, high, resource) WHERE lane > 0;
CREATE INDEX index_number_by_resource ON index_number (resource, parameter, tier, low, high);
CREATE INDEX index_number_by_party ON index_number (resource, parameter, party, party_tier, low, high, tier) WHERE party_tier < tier;

DROP TABLE index_quantity;
CREATE TABLE index_quantity (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    resource BIGINT NOT NULL,
    system TEXT NOT NULL,
    code TEXT NOT NULL,
    unit TEXT NOT NULL,
    party TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL,
    PRIMARY KEY (parameter, zone, low, high, resource, system, code, unit, party)
) WITHOUT ROWID;
CREATE INDEX index_quantity_by_lane ON index_quantity (parameter, zone, lane, low, high, resource, system, code, unit) WHERE lane > 0;
CREATE INDEX index_quantity_by_resource ON index_quantity (resource, parameter, tier, low, high, system, code, unit);
CREATE INDEX index_quantity_by_party ON index_quantity (resource, parameter, party, party_tier, low, high, system, code, unit, tier) WHERE party_tier < tier;

DROP TABLE index_uri;
CREATE TABLE index_uri (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    uri TEXT NOT NULL,
    resource BIGINT NOT NULL,
    party TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL,
    PRIMARY KEY (parameter, zone, uri, resource, party)
) WITHOUT ROWID;
CREATE INDEX index_uri_by_lane ON index_uri (parameter, zone, lane, uri, resource) WHERE lane > 0;
CREATE INDEX index_uri_by_resource ON index_uri (resource, parameter, tier, uri);
CREATE INDEX index_uri_by_party ON index_uri (resource, parameter, party, party_tier, uri, tier) WHERE party_tier < tier;

DROP TABLE index_position;
CREATE TABLE index_position (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    latitude REAL NOT NULL,
    longitude REAL NOT NULL,
    resource BIGINT NOT NULL,
    party TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL,
    PRIMARY KEY (parameter, zone, latitude, longitude, resource, party)
) WITHOUT ROWID;
CREATE INDEX index_position_by_lane ON index_position (parameter, zone, lane, latitude, longitude, resource) WHERE lane > 0;
CREATE INDEX index_position_by_resource ON index_position (resource, parameter, tier, latitude, longitude);
CREATE INDEX index_position_by_party ON index_position (resource, parameter, party, party_tier, latitude, longitude, tier) WHERE party_tier < tier;

DROP TABLE index_composite;
-- One row per component of a tuple; the columns have the names that they have above, so that one piece of SQL matches both.
CREATE TABLE index_composite (
    resource BIGINT NOT NULL,
    parameter BIGINT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    party TEXT NOT NULL,
    tuple INTEGER NOT NULL,
    component SMALLINT NOT NULL,
    system TEXT NOT NULL,
    code TEXT NOT NULL,
    unit TEXT NOT NULL,
    folded TEXT NOT NULL,
    value TEXT NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    target_type TEXT NOT NULL,
    target_id TEXT NOT NULL,
    url TEXT NOT NULL,
    uri TEXT NOT NULL,
    zone BIGINT NOT NULL,
    lane SMALLINT NOT NULL,
    PRIMARY KEY (resource, parameter, tier, party_tier, party, tuple, component)
) WITHOUT ROWID;
CREATE INDEX index_composite_by_code ON index_composite (parameter, zone, component, code, resource);
CREATE INDEX index_composite_by_lane ON index_composite (parameter, zone, lane, component, code, resource) WHERE lane > 0;
CREATE INDEX index_composite_by_party ON index_composite (resource, parameter, party, party_tier, tuple, component, tier) WHERE party_tier < tier;

-- Judged again at the next start: that fills what is empty here.
UPDATE resource SET policy_version = '';

DELETE FROM sqlite_stat1 WHERE tbl IN ('resource', 'party') OR tbl LIKE 'index_%' OR idx = 'sharing_grant_by_subject';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('resource', 'resource_by_id', '1000000 20000 1'),
    ('resource', 'resource_by_zone', '1000000 20000 10000 1'),
    ('resource', 'resource_by_lane', '300000 20000 10000 5000 1'),
    ('resource', 'resource_by_subject', '1000000 50 5 3 2 1'),
    ('party', 'party', '2000000 2 1'),
    ('party_version', 'party_version', '2000000 4 2 1'),
    ('reach', 'reach', '2000000 20 5 2 1'),
    ('reach', 'reach_by_resource', '2000000 10'),
    ('resource', 'resource_beside_lanes', '100000 5000 1'),
    ('sharing_grant', 'sharing_grant_by_subject', '500000 20 10 5'),
    ('sharing_grant', 'sharing_grant_opening', '400000 20000 10000 2 2 1'),
    ('sharing_grant', 'sharing_grant_of_subject', '400000 20000 4 2 2 2 1'),
    ('index_token', 'index_token', '20000000 100000 50000 500 1 1 1'),
    ('index_token', 'index_token_by_resource', '20000000 20 2 2 1 1'),
    ('index_token', 'index_token_by_lane', '5000000 25000 12500 6250 500 1 1'),
    ('index_token', 'index_token_by_party', '2000000 10 2 2 2 1 1 1'),
    ('index_string', 'index_string', '5000000 100000 50000 20 1 1 1'),
    ('index_string', 'index_string_by_resource', '5000000 5 2 2 1 1'),
    ('index_string', 'index_string_by_lane', '1250000 25000 12500 6250 20 1 1'),
    ('index_string', 'index_string_by_party', '500000 10 2 2 2 1 1 1'),
    ('index_date', 'index_date', '5000000 100000 50000 2 2 1 1'),
    ('index_date', 'index_date_by_resource', '5000000 5 2 2 1 1'),
    ('index_date', 'index_date_by_lane', '1250000 25000 12500 6250 2 2 1'),
    ('index_date', 'index_date_by_party', '500000 10 2 2 2 1 1 1'),
    ('index_reference', 'index_reference', '10000000 100000 50000 20 20 1 1 1 1 1'),
    ('index_reference', 'index_reference_by_resource', '10000000 10 2 2 1 1 1 1 1'),
    ('index_reference', 'index_reference_by_lane', '2500000 25000 12500 6250 20 20 1 1 1 1'),
    ('index_reference', 'index_reference_by_party', '1000000 10 2 2 2 1 1 1 1 1 1'),
    ('index_reference', 'index_reference_by_url', '100000 10000 5000 10 1'),
    ('index_reference', 'index_reference_by_identifier', '100000 10000 5000 10 1'),
    ('index_number', 'index_number', '500000 100000 50000 20 20 1 1'),
    ('index_number', 'index_number_by_resource', '500000 2 2 2 1 1'),
    ('index_number', 'index_number_by_lane', '125000 25000 12500 6250 20 20 1'),
    ('index_number', 'index_number_by_party', '50000 10 2 2 2 1 1 1'),
    ('index_quantity', 'index_quantity', '1000000 100000 50000 20 20 1 1 1 1 1'),
    ('index_quantity', 'index_quantity_by_resource', '1000000 3 2 2 1 1 1 1 1'),
    ('index_quantity', 'index_quantity_by_lane', '250000 25000 12500 6250 20 20 1 1 1 1'),
    ('index_quantity', 'index_quantity_by_party', '100000 10 2 2 2 1 1 1 1 1 1'),
    ('index_uri', 'index_uri', '500000 50000 25000 20 1 1'),
    ('index_uri', 'index_uri_by_resource', '500000 2 2 2 1'),
    ('index_uri', 'index_uri_by_lane', '125000 12500 6250 3125 20 1'),
    ('index_uri', 'index_uri_by_party', '50000 10 2 2 2 1 1'),
    ('index_position', 'index_position', '50000 50000 25000 20 20 1 1'),
    ('index_position', 'index_position_by_resource', '50000 2 2 2 1 1'),
    ('index_position', 'index_position_by_lane', '12500 12500 6250 3125 20 20 1'),
    ('index_position', 'index_position_by_party', '5000 10 2 2 2 1 1 1'),
    ('index_composite', 'index_composite', '4000000 6 3 3 3 3 2 1'),
    ('index_composite', 'index_composite_by_code', '4000000 200000 100000 50000 200 1'),
    ('index_composite', 'index_composite_by_lane', '1000000 50000 25000 25000 12000 200 1'),
    ('index_composite', 'index_composite_by_party', '400000 6 3 2 2 1 1 1');

-- A write's audit row is stored with it, and from here taken into the trail's own database (0001-trail.audit.sql).
CREATE TABLE audit_pending (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    instant BIGINT NOT NULL,
    issuer TEXT NULL,
    client TEXT NULL,
    user_id TEXT NULL,
    organization TEXT NULL,
    practitioner TEXT NULL,
    purposes TEXT NULL,
    interaction TEXT NOT NULL,
    target TEXT NULL,
    patient TEXT NULL,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL
);

-- What the trail had here is taken over too, as it is.
ALTER TABLE audit RENAME TO audit_before;
DROP INDEX audit_by_patient;
