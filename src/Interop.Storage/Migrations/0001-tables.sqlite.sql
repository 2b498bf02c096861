-- Instants are UTC microseconds, flags 0/1, tiers 0 to 4. Text compares by bytes, as FHIR ids must.
-- References and grants name their targets by id without foreign keys: a target may arrive later, and rows distribute by patient.

CREATE TABLE resource (
    key INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    version BIGINT NOT NULL,
    deleted SMALLINT NOT NULL,
    subject TEXT NULL,
    source TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    requires SMALLINT NOT NULL,
    labels BIGINT NOT NULL,
    own_labels BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    changed_1 BIGINT NOT NULL,
    changed_2 BIGINT NOT NULL,
    changed_3 BIGINT NOT NULL,
    changed_4 BIGINT NOT NULL,
    party_changed_1 BIGINT NOT NULL,
    party_changed_2 BIGINT NOT NULL,
    party_changed_3 BIGINT NOT NULL,
    hash_1 BIGINT NOT NULL,
    hash_2 BIGINT NOT NULL,
    hash_3 BIGINT NOT NULL,
    party_hash_1 BIGINT NOT NULL,
    party_hash_2 BIGINT NOT NULL,
    party_hash_3 BIGINT NOT NULL,
    policy_version TEXT NOT NULL,
    label_rules TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE UNIQUE INDEX resource_by_id ON resource (type, id);
CREATE INDEX resource_by_type ON resource (type, key);
CREATE INDEX resource_by_subject ON resource (subject, type);

-- The versions before the current one; what is current about judging (parties, inherited labels, requirements) stays with resource.
CREATE TABLE resource_version (
    resource BIGINT NOT NULL,
    version BIGINT NOT NULL,
    deleted SMALLINT NOT NULL,
    subject TEXT NULL,
    source TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    requires SMALLINT NOT NULL,
    labels BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    changed_1 BIGINT NOT NULL,
    changed_2 BIGINT NOT NULL,
    changed_3 BIGINT NOT NULL,
    changed_4 BIGINT NOT NULL,
    party_changed_1 BIGINT NOT NULL,
    party_changed_2 BIGINT NOT NULL,
    party_changed_3 BIGINT NOT NULL,
    policy_version TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (resource, version)
) WITHOUT ROWID;

CREATE TABLE party (
    resource BIGINT NOT NULL,
    organization TEXT NOT NULL,
    PRIMARY KEY (resource, organization)
) WITHOUT ROWID;

CREATE TABLE case_relation (
    patient TEXT NOT NULL,
    resource BIGINT NOT NULL,
    organization TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    PRIMARY KEY (patient, resource, organization, valid_from)
) WITHOUT ROWID;
CREATE INDEX case_relation_by_resource ON case_relation (resource);

CREATE TABLE required_reference (
    resource BIGINT NOT NULL,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (resource, type, id)
) WITHOUT ROWID;

CREATE TABLE label_inheritance (
    resource BIGINT NOT NULL,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (resource, type, id)
) WITHOUT ROWID;
CREATE INDEX label_inheritance_by_target ON label_inheritance (type, id, resource);

-- subject '' is the agreement's default, practitioner '' the whole organisation: empty text, because keys do not compare nulls.
CREATE TABLE sharing_grant (
    number INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    source TEXT NOT NULL,
    grantee TEXT NOT NULL,
    practitioner TEXT NOT NULL,
    purpose TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    cleared BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    basis TEXT NOT NULL
);
-- Covers the join: the visibility of a row is answered out of this index alone.
CREATE INDEX sharing_grant_by_grantee
    ON sharing_grant (grantee, subject, source, practitioner, purpose, valid_from, valid_to, tier, cleared);
CREATE INDEX sharing_grant_by_subject ON sharing_grant (subject, source);

-- The second index of each table answers what one resource has, without a look at the table.
-- parameter is a number made of the type's and the parameter's name (ParameterNumber). The resource follows the value, so that a
-- page over a common value streams in resource order and stops early.
CREATE TABLE index_token (
    parameter BIGINT NOT NULL,
    code TEXT NOT NULL,
    resource BIGINT NOT NULL,
    system TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    PRIMARY KEY (parameter, code, resource, system)
) WITHOUT ROWID;
CREATE INDEX index_token_by_resource ON index_token (resource, parameter, code, system, tier, party_tier);

CREATE TABLE index_string (
    parameter BIGINT NOT NULL,
    folded TEXT NOT NULL,
    resource BIGINT NOT NULL,
    value TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    PRIMARY KEY (parameter, folded, resource, value)
) WITHOUT ROWID;
CREATE INDEX index_string_by_resource ON index_string (resource, parameter, folded, value, tier, party_tier);

CREATE TABLE index_date (
    parameter BIGINT NOT NULL,
    low BIGINT NOT NULL,
    high BIGINT NOT NULL,
    resource BIGINT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    PRIMARY KEY (parameter, low, high, resource)
) WITHOUT ROWID;
CREATE INDEX index_date_by_resource ON index_date (resource, parameter, low, high, tier, party_tier);

CREATE TABLE index_reference (
    parameter BIGINT NOT NULL,
    target_id TEXT NOT NULL,
    target_type TEXT NOT NULL,
    resource BIGINT NOT NULL,
    url TEXT NOT NULL,
    identifier_value TEXT NOT NULL,
    identifier_system TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    PRIMARY KEY (parameter, target_id, target_type, resource, url, identifier_value, identifier_system)
) WITHOUT ROWID;
CREATE INDEX index_reference_by_resource ON index_reference (resource, parameter, target_id, target_type, tier, party_tier);
CREATE INDEX index_reference_by_url ON index_reference (parameter, url, resource) WHERE url <> '';
CREATE INDEX index_reference_by_identifier ON index_reference (parameter, identifier_value, resource) WHERE identifier_value <> '';

CREATE TABLE index_number (
    parameter BIGINT NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    resource BIGINT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    PRIMARY KEY (parameter, low, high, resource)
) WITHOUT ROWID;
CREATE INDEX index_number_by_resource ON index_number (resource, parameter, low, high, tier, party_tier);

CREATE TABLE index_quantity (
    parameter BIGINT NOT NULL,
    low REAL NOT NULL,
    high REAL NOT NULL,
    resource BIGINT NOT NULL,
    system TEXT NOT NULL,
    code TEXT NOT NULL,
    unit TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    PRIMARY KEY (parameter, low, high, resource, system, code, unit)
) WITHOUT ROWID;
CREATE INDEX index_quantity_by_resource ON index_quantity (resource, parameter, low, high, tier, party_tier);

CREATE TABLE index_uri (
    parameter BIGINT NOT NULL,
    uri TEXT NOT NULL,
    resource BIGINT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    PRIMARY KEY (parameter, uri, resource)
) WITHOUT ROWID;
CREATE INDEX index_uri_by_resource ON index_uri (resource, parameter, uri, tier, party_tier);

CREATE TABLE index_position (
    parameter BIGINT NOT NULL,
    latitude REAL NOT NULL,
    longitude REAL NOT NULL,
    resource BIGINT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    PRIMARY KEY (parameter, latitude, longitude, resource)
) WITHOUT ROWID;
CREATE INDEX index_position_by_resource ON index_position (resource, parameter, latitude, longitude, tier, party_tier);

-- One row per component of a tuple; the columns have the names that they have above, so that one piece of SQL matches both.
CREATE TABLE index_composite (
    resource BIGINT NOT NULL,
    parameter BIGINT NOT NULL,
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
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    PRIMARY KEY (resource, parameter, tuple, component)
) WITHOUT ROWID;
CREATE INDEX index_composite_by_code ON index_composite (parameter, component, code, resource);

CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY,
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
    detail TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_by_patient ON audit (patient, sequence) WHERE patient IS NOT NULL;

CREATE TABLE outbox (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    due BIGINT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX outbox_by_due ON outbox (due, number);

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE cad_message (
    incident TEXT NOT NULL,
    hash TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (incident, hash)
);

-- What a planner should believe, instead of what it would find: a plan must not depend on how much is stored, nor on hidden rows.
-- Rows in all, then rows for each further column of the key.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('resource', 'resource_by_id', '1000000 20000 1'),
    ('resource', 'resource_by_type', '1000000 20000 1'),
    ('resource', 'resource_by_subject', '1000000 50 5'),
    ('resource_version', 'resource_version', '1000000 2 1'),
    ('party', 'party', '2000000 2 1'),
    ('required_reference', 'required_reference', '500000 2 2 1'),
    ('label_inheritance', 'label_inheritance', '2000000 3 2 1'),
    ('label_inheritance', 'label_inheritance_by_target', '2000000 100000 20 1'),
    ('case_relation', 'case_relation', '200000 4 2 1 1'),
    ('case_relation', 'case_relation_by_resource', '200000 2'),
    ('sharing_grant', 'sharing_grant_by_grantee', '500000 25000 4 3 2 1 1 1 1 1'),
    ('sharing_grant', 'sharing_grant_by_subject', '500000 20 10'),
    ('index_token', 'index_token', '20000000 100000 500 1 1'),
    ('index_token', 'index_token_by_resource', '20000000 20 2 1 1 1 1'),
    ('index_string', 'index_string', '5000000 100000 20 1 1'),
    ('index_string', 'index_string_by_resource', '5000000 5 2 1 1 1 1'),
    ('index_date', 'index_date', '5000000 100000 2 2 1'),
    ('index_date', 'index_date_by_resource', '5000000 5 2 1 1 1 1'),
    ('index_reference', 'index_reference', '10000000 100000 20 20 1 1 1 1'),
    ('index_reference', 'index_reference_by_resource', '10000000 10 2 1 1 1 1'),
    ('index_reference', 'index_reference_by_url', '100000 10000 10 1'),
    ('index_reference', 'index_reference_by_identifier', '100000 10000 10 1'),
    ('index_number', 'index_number', '500000 100000 20 20 1'),
    ('index_number', 'index_number_by_resource', '500000 2 2 1 1 1 1'),
    ('index_quantity', 'index_quantity', '1000000 100000 20 20 1 1 1 1'),
    ('index_quantity', 'index_quantity_by_resource', '1000000 3 2 1 1 1 1'),
    ('index_uri', 'index_uri', '500000 50000 20 1'),
    ('index_uri', 'index_uri_by_resource', '500000 2 2 1 1 1'),
    ('index_position', 'index_position', '50000 50000 20 20 1'),
    ('index_position', 'index_position_by_resource', '50000 2 2 1 1 1 1'),
    ('index_composite', 'index_composite', '4000000 6 3 2 1'),
    ('index_composite', 'index_composite_by_code', '4000000 200000 100000 200 1');
