-- Keys: which master keys this database is bound to, and the data keys that they wrap. The master keys themselves are in a
-- file outside the database.
CREATE TABLE master_keys (
    id text PRIMARY KEY,
    -- a known word, sealed: shows that a key of this id is the very same key
    token bytea NOT NULL,
    bound_at timestamptz NOT NULL
);

CREATE TABLE data_keys (
    id uuid PRIMARY KEY,
    owner_kind text NOT NULL CHECK (owner_kind IN ('person', 'case', 'private', 'system')),
    owner_id uuid NOT NULL,
    master_id text NOT NULL REFERENCES master_keys (id),
    -- gone once the key is destroyed, and with it everything that it sealed
    wrapped bytea,
    state text NOT NULL CHECK (state IN ('active', 'retiring', 'destroyed')),
    created_at timestamptz NOT NULL,
    destroyed_at timestamptz,
    CHECK ((state = 'destroyed') = (wrapped IS NULL))
);
CREATE UNIQUE INDEX data_keys_one_in_use ON data_keys (owner_kind, owner_id) WHERE state = 'active';
CREATE INDEX data_keys_by_owner ON data_keys (owner_kind, owner_id);
