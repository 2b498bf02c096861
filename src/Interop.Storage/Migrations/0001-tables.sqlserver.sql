-- What the numbered files for PostgreSQL come to, with SQL Server's types: what the tables and columns are for is said there and in the
-- files for SQLite. The database's own collation compares text by its UTF-8 bytes. What stands in a key has as many bytes as it can have:
-- 64 an id, 700 what IndexKey cuts whole, 1,600 what it cuts to a beginning; a key may have 1,700, in the order of a table 900.
-- Indexes of parties (by_party) are not made: a filter here compares no two columns, and without one they would hold every row again.

CREATE TABLE resource (
    [key] BIGINT IDENTITY PRIMARY KEY,
    type VARCHAR(64) NOT NULL,
    id VARCHAR(64) NOT NULL,
    version BIGINT NOT NULL,
    deleted SMALLINT NOT NULL,
    subject VARCHAR(64) NULL,
    source VARCHAR(64) NOT NULL,
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
    hash_1 BIGINT NOT NULL,
    hash_2 BIGINT NOT NULL,
    hash_3 BIGINT NOT NULL,
    policy_version VARCHAR(400) NOT NULL,
    label_rules VARCHAR(MAX) NOT NULL,
    body VARBINARY(MAX) NOT NULL,
    zone BIGINT NOT NULL DEFAULT -1,
    lane SMALLINT NOT NULL DEFAULT 0,
    passes_labels BIGINT NOT NULL DEFAULT 0,
    own_passes BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX resource_by_id ON resource (id, type);
CREATE INDEX resource_by_zone ON resource (zone, type, [key]);
CREATE INDEX resource_by_lane ON resource (lane, zone, type, [key]) WHERE lane > 0;
CREATE INDEX resource_by_subject ON resource (subject, type, zone, lane, [key]);
CREATE INDEX resource_beside_lanes ON resource (source, [key]) INCLUDE (lane, tier, party_tier) WHERE lane <> 2 AND subject IS NOT NULL;
CREATE INDEX resource_policy_version ON resource (policy_version);

CREATE TABLE resource_version (
    resource BIGINT NOT NULL,
    version BIGINT NOT NULL,
    deleted SMALLINT NOT NULL,
    subject VARCHAR(64) NULL,
    source VARCHAR(64) NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    requires SMALLINT NOT NULL,
    labels BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    changed_1 BIGINT NOT NULL,
    changed_2 BIGINT NOT NULL,
    changed_3 BIGINT NOT NULL,
    changed_4 BIGINT NOT NULL,
    policy_version VARCHAR(400) NOT NULL,
    body VARBINARY(MAX) NOT NULL,
    PRIMARY KEY (resource, version)
);

CREATE TABLE party (
    resource BIGINT NOT NULL,
    organization VARCHAR(64) NOT NULL,
    changed_1 BIGINT NOT NULL,
    changed_2 BIGINT NOT NULL,
    changed_3 BIGINT NOT NULL,
    hash_1 BIGINT NOT NULL,
    hash_2 BIGINT NOT NULL,
    hash_3 BIGINT NOT NULL,
    PRIMARY KEY (resource, organization)
);

CREATE TABLE party_version (
    resource BIGINT NOT NULL,
    version BIGINT NOT NULL,
    organization VARCHAR(64) NOT NULL,
    changed_1 BIGINT NOT NULL,
    changed_2 BIGINT NOT NULL,
    changed_3 BIGINT NOT NULL,
    PRIMARY KEY (resource, version, organization)
);

CREATE TABLE case_relation (
    patient VARCHAR(64) NOT NULL,
    resource BIGINT NOT NULL,
    organization VARCHAR(64) NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    referral SMALLINT NOT NULL DEFAULT 0,
    PRIMARY KEY (patient, resource, organization, valid_from)
);
CREATE INDEX case_relation_by_resource ON case_relation (resource);

CREATE TABLE required_reference (
    resource BIGINT NOT NULL,
    type VARCHAR(64) NOT NULL,
    id VARCHAR(64) NOT NULL,
    PRIMARY KEY (resource, type, id)
);

CREATE TABLE label_inheritance (
    resource BIGINT NOT NULL,
    type VARCHAR(64) NOT NULL,
    id VARCHAR(64) NOT NULL,
    kind SMALLINT NOT NULL DEFAULT 1,
    PRIMARY KEY (resource, type, id)
);
CREATE INDEX label_inheritance_by_target ON label_inheritance (id, type, resource);

CREATE TABLE sharing_grant (
    number BIGINT IDENTITY PRIMARY KEY,
    subject VARCHAR(64) NOT NULL,
    source VARCHAR(64) NOT NULL,
    grantee VARCHAR(64) NOT NULL,
    practitioner VARCHAR(64) NOT NULL,
    purpose VARCHAR(400) NOT NULL,
    tier SMALLINT NOT NULL,
    cleared BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    basis VARCHAR(MAX) NOT NULL,
    zone BIGINT NOT NULL DEFAULT -1,
    closed_to_naming VARCHAR(8000) NOT NULL DEFAULT '',
    closed_to_listing VARCHAR(8000) NOT NULL DEFAULT ''
);
CREATE INDEX sharing_grant_by_grantee
    ON sharing_grant (grantee, subject, source, practitioner, purpose, valid_from, valid_to, tier, cleared);
CREATE INDEX sharing_grant_by_subject ON sharing_grant (subject, source, tier);
CREATE INDEX sharing_grant_opening ON sharing_grant (grantee, purpose, valid_to, valid_from, number) WHERE tier > 0;
CREATE INDEX sharing_grant_of_subject ON sharing_grant (grantee, subject, purpose, valid_to, valid_from, number) WHERE tier > 0;

CREATE TABLE reach (
    grant_number BIGINT NOT NULL,
    type BIGINT NOT NULL,
    subject VARCHAR(64) NOT NULL,
    resource BIGINT NOT NULL,
    PRIMARY KEY (grant_number, type, subject, resource)
);
CREATE INDEX reach_by_resource ON reach (resource);

-- The order of each of these tables is that of their resources, with which rows come and go.
CREATE TABLE index_token (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    code VARCHAR(700) NOT NULL,
    system VARCHAR(700) NOT NULL,
    resource BIGINT NOT NULL,
    party VARCHAR(64) NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL
);
CREATE CLUSTERED INDEX index_token_by_resource ON index_token (resource, parameter, tier);
CREATE INDEX index_token_by_zone ON index_token (zone, parameter, code, resource, system);
CREATE INDEX index_token_by_lane ON index_token (lane, zone, parameter, code, resource, system) WHERE lane > 0;

CREATE TABLE index_string (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    folded VARCHAR(1600) NOT NULL,
    value VARCHAR(MAX) NOT NULL,
    resource BIGINT NOT NULL,
    party VARCHAR(64) NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL
);
CREATE CLUSTERED INDEX index_string_by_resource ON index_string (resource, parameter, tier);
CREATE INDEX index_string_by_zone ON index_string (zone, parameter, folded, resource);
CREATE INDEX index_string_by_lane ON index_string (lane, zone, parameter, folded, resource) WHERE lane > 0;

CREATE TABLE index_date (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    low BIGINT NOT NULL,
    high BIGINT NOT NULL,
    resource BIGINT NOT NULL,
    party VARCHAR(64) NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL
);
CREATE CLUSTERED INDEX index_date_by_resource ON index_date (resource, parameter, tier);
CREATE INDEX index_date_by_zone ON index_date (zone, parameter, low, high, resource);
CREATE INDEX index_date_by_lane ON index_date (lane, zone, parameter, low, high, resource) WHERE lane > 0;

CREATE TABLE index_reference (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    target_id VARCHAR(700) NOT NULL,
    target_type VARCHAR(64) NOT NULL,
    url VARCHAR(700) NOT NULL,
    identifier_value VARCHAR(700) NOT NULL,
    identifier_system VARCHAR(700) NOT NULL,
    resource BIGINT NOT NULL,
    party VARCHAR(64) NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL
);
CREATE CLUSTERED INDEX index_reference_by_resource ON index_reference (resource, parameter, tier);
CREATE INDEX index_reference_by_zone
    ON index_reference (zone, parameter, target_id, target_type, resource) INCLUDE (url, identifier_value, identifier_system);
CREATE INDEX index_reference_by_lane
    ON index_reference (lane, zone, parameter, target_id, target_type, resource)
    INCLUDE (url, identifier_value, identifier_system) WHERE lane > 0;
CREATE INDEX index_reference_by_url ON index_reference (url, zone, parameter, resource) WHERE url <> '';
CREATE INDEX index_reference_by_identifier ON index_reference (identifier_value, zone, parameter, resource) WHERE identifier_value <> '';

CREATE TABLE index_number (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    low FLOAT NOT NULL,
    high FLOAT NOT NULL,
    resource BIGINT NOT NULL,
    party VARCHAR(64) NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL
);
CREATE CLUSTERED INDEX index_number_by_resource ON index_number (resource, parameter, tier);
CREATE INDEX index_number_by_zone ON index_number (zone, parameter, low, high, resource);
CREATE INDEX index_number_by_lane ON index_number (lane, zone, parameter, low, high, resource) WHERE lane > 0;

CREATE TABLE index_quantity (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    low FLOAT NOT NULL,
    high FLOAT NOT NULL,
    system VARCHAR(700) NOT NULL,
    code VARCHAR(700) NOT NULL,
    unit VARCHAR(700) NOT NULL,
    resource BIGINT NOT NULL,
    party VARCHAR(64) NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL
);
CREATE CLUSTERED INDEX index_quantity_by_resource ON index_quantity (resource, parameter, tier);
CREATE INDEX index_quantity_by_zone ON index_quantity (zone, parameter, low, high, resource) INCLUDE (system, code, unit);
CREATE INDEX index_quantity_by_lane
    ON index_quantity (lane, zone, parameter, low, high, resource) INCLUDE (system, code, unit) WHERE lane > 0;

CREATE TABLE index_uri (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    uri VARCHAR(700) NOT NULL,
    resource BIGINT NOT NULL,
    party VARCHAR(64) NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL
);
CREATE CLUSTERED INDEX index_uri_by_resource ON index_uri (resource, parameter, tier);
CREATE INDEX index_uri_by_zone ON index_uri (zone, parameter, uri, resource);
CREATE INDEX index_uri_by_lane ON index_uri (lane, zone, parameter, uri, resource) WHERE lane > 0;

CREATE TABLE index_position (
    parameter BIGINT NOT NULL,
    zone BIGINT NOT NULL,
    latitude FLOAT NOT NULL,
    longitude FLOAT NOT NULL,
    resource BIGINT NOT NULL,
    party VARCHAR(64) NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    lane SMALLINT NOT NULL
);
CREATE CLUSTERED INDEX index_position_by_resource ON index_position (resource, parameter, tier);
CREATE INDEX index_position_by_zone ON index_position (zone, parameter, latitude, longitude, resource);
CREATE INDEX index_position_by_lane ON index_position (lane, zone, parameter, latitude, longitude, resource) WHERE lane > 0;

CREATE TABLE index_composite (
    resource BIGINT NOT NULL,
    parameter BIGINT NOT NULL,
    tier SMALLINT NOT NULL,
    party_tier SMALLINT NOT NULL,
    party VARCHAR(64) NOT NULL,
    tuple INT NOT NULL,
    component SMALLINT NOT NULL,
    system VARCHAR(700) NOT NULL,
    code VARCHAR(700) NOT NULL,
    unit VARCHAR(700) NOT NULL,
    folded VARCHAR(1600) NOT NULL,
    value VARCHAR(MAX) NOT NULL,
    low FLOAT NOT NULL,
    high FLOAT NOT NULL,
    target_type VARCHAR(64) NOT NULL,
    target_id VARCHAR(700) NOT NULL,
    url VARCHAR(700) NOT NULL,
    uri VARCHAR(700) NOT NULL,
    zone BIGINT NOT NULL,
    lane SMALLINT NOT NULL,
    PRIMARY KEY (resource, parameter, tier, party_tier, party, tuple, component)
);
CREATE INDEX index_composite_by_code ON index_composite (zone, parameter, component, code, resource);
CREATE INDEX index_composite_by_lane ON index_composite (lane, zone, parameter, component, code, resource) WHERE lane > 0;

CREATE TABLE roster_requirement (
    organization VARCHAR(64) NOT NULL,
    code VARCHAR(MAX) NOT NULL
);
CREATE INDEX roster_requirement_by_organization ON roster_requirement (organization);

CREATE TABLE roster (
    organization VARCHAR(64) NOT NULL,
    practitioner VARCHAR(64) NOT NULL,
    code VARCHAR(MAX) NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL
);
CREATE INDEX roster_by_practitioner ON roster (organization, practitioner);

CREATE TABLE outbox (
    number BIGINT IDENTITY PRIMARY KEY,
    kind VARCHAR(200) NOT NULL,
    target VARCHAR(MAX) NOT NULL,
    due BIGINT NOT NULL,
    detail VARCHAR(MAX) NOT NULL
);
CREATE INDEX outbox_by_kind ON outbox (kind, due, number);

CREATE TABLE setting (
    name VARCHAR(200) NOT NULL PRIMARY KEY,
    value VARCHAR(MAX) NOT NULL
);

CREATE TABLE cad_message (
    incident VARCHAR(700) NOT NULL,
    hash VARCHAR(64) NOT NULL,
    sent_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    body VARBINARY(MAX) NOT NULL,
    agencies VARCHAR(MAX) NOT NULL DEFAULT ''
);
CREATE INDEX cad_message_by_incident ON cad_message (incident);

CREATE TABLE audit_pending (
    number BIGINT IDENTITY PRIMARY KEY,
    instant BIGINT NOT NULL,
    issuer VARCHAR(MAX) NULL,
    client VARCHAR(MAX) NULL,
    user_id VARCHAR(MAX) NULL,
    organization VARCHAR(MAX) NULL,
    practitioner VARCHAR(MAX) NULL,
    purposes VARCHAR(MAX) NULL,
    interaction VARCHAR(MAX) NOT NULL,
    target VARCHAR(MAX) NULL,
    patient VARCHAR(MAX) NULL,
    outcome VARCHAR(MAX) NOT NULL,
    detail VARCHAR(MAX) NOT NULL
);

CREATE TABLE last_writer (
    server BIGINT NOT NULL,
    turns BIGINT NOT NULL
);
INSERT INTO last_writer (server, turns) VALUES (0, 0);

CREATE TABLE export_job (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    owner VARCHAR(MAX) NOT NULL,
    caller VARCHAR(MAX) NOT NULL,
    request VARCHAR(MAX) NOT NULL,
    begun_at BIGINT NOT NULL,
    progress VARCHAR(MAX) NOT NULL,
    finished_at BIGINT NULL,
    failure VARCHAR(MAX) NULL,
    leased_until BIGINT NOT NULL
);

CREATE TABLE emergency (
    patient VARCHAR(64) NOT NULL,
    source VARCHAR(64) NOT NULL,
    organization VARCHAR(64) NOT NULL,
    practitioner VARCHAR(64) NOT NULL,
    role VARCHAR(200) NOT NULL,
    medical SMALLINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT NOT NULL,
    review VARCHAR(200) NOT NULL,
    review_due BIGINT NOT NULL,
    PRIMARY KEY (patient, source, organization, practitioner, valid_from)
);
CREATE INDEX emergency_by_organization ON emergency (source, organization, role, review_due);

CREATE TABLE subscription_channel (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    topic VARCHAR(700) NOT NULL,
    caller VARCHAR(MAX) NOT NULL,
    headers VARCHAR(MAX) NOT NULL,
    state VARCHAR(64) NOT NULL,
    due BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    events BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    organization VARCHAR(64) NOT NULL DEFAULT '',
    kind VARCHAR(64) NOT NULL DEFAULT 'rest-hook',
    bound VARCHAR(200) NOT NULL DEFAULT ''
);
CREATE INDEX subscription_channel_by_due ON subscription_channel (due, id);
CREATE INDEX subscription_channel_by_topic ON subscription_channel (topic, state);
CREATE INDEX subscription_channel_by_organization ON subscription_channel (organization, state);

CREATE TABLE subscription_event (
    number BIGINT IDENTITY PRIMARY KEY,
    channel VARCHAR(64) NOT NULL,
    focus VARCHAR(200) NOT NULL,
    happened_at BIGINT NOT NULL,
    event BIGINT NULL,
    told_at BIGINT NOT NULL
);
CREATE INDEX subscription_event_by_channel ON subscription_event (channel, told_at, number);
CREATE INDEX subscription_event_by_time ON subscription_event (happened_at);

CREATE TABLE measure_case (
    month BIGINT NOT NULL,
    measure VARCHAR(200) NOT NULL,
    person BIGINT NOT NULL,
    outcome BIGINT NULL,
    amount BIGINT NULL,
    race VARCHAR(400) NOT NULL,
    ethnicity VARCHAR(400) NOT NULL,
    birth_sex VARCHAR(400) NOT NULL,
    gender_identity VARCHAR(400) NOT NULL,
    age VARCHAR(400) NOT NULL,
    language VARCHAR(400) NOT NULL,
    district VARCHAR(400) NOT NULL,
    response_model VARCHAR(400) NOT NULL,
    sexual_orientation VARCHAR(400) NOT NULL DEFAULT 'unknown',
    housing VARCHAR(400) NOT NULL DEFAULT 'unknown'
);
CREATE INDEX measure_case_by_month ON measure_case (month, measure);

CREATE TABLE measure_month (
    month BIGINT NOT NULL PRIMARY KEY,
    frozen_at BIGINT NOT NULL
);

CREATE TABLE measure_count (
    period VARCHAR(64) NOT NULL,
    name VARCHAR(800) NOT NULL,
    masked BIGINT NOT NULL,
    PRIMARY KEY (period, name)
);

CREATE TABLE survey_code (
    hash VARCHAR(64) NOT NULL PRIMARY KEY,
    survey VARCHAR(MAX) NOT NULL,
    expires BIGINT NOT NULL
);

CREATE TABLE survey_answer (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    due BIGINT NOT NULL,
    body VARBINARY(MAX) NOT NULL
);
