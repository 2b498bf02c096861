-- How a channel is reached, and whose it is, so that one agency's channels do not keep another's waiting. What has waited for long goes,
-- whatever its channel does.
ALTER TABLE subscription_channel ADD COLUMN organization TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE subscription_channel ADD COLUMN kind TEXT COLLATE "C" NOT NULL DEFAULT 'rest-hook';
UPDATE subscription_channel SET organization = caller::json->>'Organization';
CREATE INDEX subscription_channel_by_organization ON subscription_channel (organization, state);
CREATE INDEX subscription_event_by_time ON subscription_event (happened_at);
