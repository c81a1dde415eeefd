-- events and webhooks ---------------------------------------------------------------------------------------------
-- `position` is the last row of the chain that deliveries were made for. `lease_holder` is the process that sends for
-- this subscription until `lease_until`; before `quiet_until` nothing is sent, because the receiver asked for rest.
CREATE TABLE webhook_subscriptions (
    chain TEXT NOT NULL,
    id TEXT NOT NULL,
    url TEXT NOT NULL,
    event_types INTEGER,
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    disabled_because TEXT,
    position INTEGER NOT NULL,
    failing_since TEXT,
    quiet_until TEXT,
    lease_holder TEXT,
    lease_until TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL,
    PRIMARY KEY (chain, id),
    CHECK ((state = 'disabled') = (disabled_because IS NOT NULL))
) STRICT;
CREATE INDEX webhook_subscriptions_by_id ON webhook_subscriptions (id);
CREATE INDEX webhook_subscriptions_by_time ON webhook_subscriptions (created_at, id);

-- Two at most sign at the same time: the new one, and until `until` the one before.
CREATE TABLE webhook_secrets (
    chain TEXT NOT NULL,
    id TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    secret BLOB NOT NULL,
    since TEXT NOT NULL,
    until TEXT,
    PRIMARY KEY (chain, id),
    FOREIGN KEY (chain, subscription_id) REFERENCES webhook_subscriptions (chain, id)
) STRICT;
CREATE UNIQUE INDEX webhook_secrets_one_newest ON webhook_secrets (chain, subscription_id) WHERE until IS NULL;

CREATE TABLE webhook_deliveries (
    chain TEXT NOT NULL,
    id TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts INTEGER NOT NULL,
    next_at TEXT,
    last_at TEXT,
    last_status INTEGER,
    last_fault TEXT,
    settled_at TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (chain, id),
    FOREIGN KEY (chain, subscription_id) REFERENCES webhook_subscriptions (chain, id),
    CHECK ((state = 'pending') = (next_at IS NOT NULL)),
    CHECK ((state = 'pending') = (settled_at IS NULL))
) STRICT;
CREATE INDEX webhook_deliveries_by_id ON webhook_deliveries (id);
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (chain, subscription_id, created_at, id);
-- an event is delivered to a subscription once
CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (chain, subscription_id, seq);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (chain, subscription_id, next_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_settled ON webhook_deliveries (settled_at) WHERE state <> 'pending';
