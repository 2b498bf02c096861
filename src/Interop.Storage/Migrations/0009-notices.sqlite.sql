-- What is to be done once a time has come, each kind by who knows it.
DROP INDEX outbox_by_due;
CREATE INDEX outbox_by_kind ON outbox (kind, due, number);

-- Where subscribers are told, and through whose eyes they look: what a stored Subscription must not say, and how far its telling is.
CREATE TABLE subscription_channel (
    id TEXT NOT NULL PRIMARY KEY,
    topic TEXT NOT NULL,
    caller TEXT NOT NULL,
    headers TEXT NOT NULL,
    state TEXT NOT NULL,
    due BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    events BIGINT NOT NULL,
    told_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL
);
CREATE INDEX subscription_channel_by_due ON subscription_channel (due, id);
CREATE INDEX subscription_channel_by_topic ON subscription_channel (topic, state);

-- What has happened for a subscriber; event is its number once it was sent, told_at 0 until then.
CREATE TABLE subscription_event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    focus TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    event BIGINT NULL,
    told_at BIGINT NOT NULL
);
CREATE INDEX subscription_event_by_channel ON subscription_event (channel, told_at, number);
