-- events and webhooks ---------------------------------------------------------------------------------------------
-- `position` is the last row of the chain that deliveries were made for. `lease_holder` is the process that sends for
-- this subscription until `lease_until`; before `quiet_until` nothing is sent, because the receiver asked for rest.
CREATE TABLE webhook_subscriptions (
    chain uuid NOT NULL,
    id uuid NOT NULL,
    url text NOT NULL,
    event_types bigint,
    state text NOT NULL CHECK (state IN ('active', 'disabled')),
    disabled_because text,
    position bigint NOT NULL,
    failing_since timestamptz,
    quiet_until timestamptz,
    lease_holder uuid,
    lease_until timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (chain, id),
    CHECK ((state = 'disabled') = (disabled_because IS NOT NULL))
);
CREATE INDEX webhook_subscriptions_by_id ON webhook_subscriptions (id);
CREATE INDEX webhook_subscriptions_by_time ON webhook_subscriptions (created_at, id);

-- Two at most sign at the same time: the new one, and until `until` the one before.
CREATE TABLE webhook_secrets (
    chain uuid NOT NULL,
    id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    secret bytea NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz,
    PRIMARY KEY (chain, id),
    FOREIGN KEY (chain, subscription_id) REFERENCES webhook_subscriptions (chain, id)
);
CREATE UNIQUE INDEX webhook_secrets_one_newest ON webhook_secrets (chain, subscription_id) WHERE until IS NULL;

CREATE TABLE webhook_deliveries (
    chain uuid NOT NULL,
    id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    seq bigint NOT NULL,
    event_type text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'delivered', 'failed')),
    attempts integer NOT NULL,
    next_at timestamptz,
    last_at timestamptz,
    last_status integer,
    last_fault text,
    settled_at timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (chain, id),
    FOREIGN KEY (chain, subscription_id) REFERENCES webhook_subscriptions (chain, id),
    CHECK ((state = 'pending') = (next_at IS NOT NULL)),
    CHECK ((state = 'pending') = (settled_at IS NULL))
);
CREATE INDEX webhook_deliveries_by_id ON webhook_deliveries (id);
CREATE INDEX webhook_deliveries_by_time ON webhook_deliveries (chain, subscription_id, created_at, id);
-- an event is delivered to a subscription once
CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (chain, subscription_id, seq);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (chain, subscription_id, next_at) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_settled ON webhook_deliveries (settled_at) WHERE state <> 'pending';
