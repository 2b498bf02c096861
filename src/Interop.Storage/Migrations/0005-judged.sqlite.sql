-- Which rows other tables of tiers and labels have judged is asked at each start: without an index that read the whole database.
CREATE INDEX resource_policy_version ON resource (policy_version);
