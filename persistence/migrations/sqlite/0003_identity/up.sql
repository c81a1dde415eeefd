-- Signing in. No secret is kept here, only fingerprints and public keys; no address is kept, only its fingerprint.

-- A connected system stands among people with the same id, so that what it did names it.
CREATE TABLE clients (
    id TEXT PRIMARY KEY REFERENCES people (id),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    purpose TEXT NOT NULL,
    scopes INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'revoked')),
    created_at TEXT NOT NULL
) STRICT;
CREATE INDEX clients_by_organisation ON clients (organisation_id);

-- After a rotation the one before stays good for a while.
CREATE TABLE client_credentials (
    id TEXT PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    secret_hash BLOB,
    public_key TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    CHECK ((secret_hash IS NULL) <> (public_key IS NULL))
) STRICT;
CREATE INDEX client_credentials_by_client ON client_credentials (client_id);

-- Assertions that were used, until they would expire by themselves.
CREATE TABLE used_assertions (
    client_id TEXT NOT NULL REFERENCES clients (id),
    jti_hash BLOB NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
) STRICT;
CREATE INDEX used_assertions_by_expiry ON used_assertions (expires_at);

CREATE TABLE sign_in_codes (
    id TEXT PRIMARY KEY,
    address_hash BLOB NOT NULL,
    code_hash BLOB NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    used INTEGER NOT NULL DEFAULT FALSE,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL
) STRICT;
CREATE INDEX sign_in_codes_by_address ON sign_in_codes (address_hash, created_at);
CREATE INDEX sign_in_codes_by_expiry ON sign_in_codes (expires_at);

-- One address may lead to several accounts: nobody can find out by registering one whether it is known.
CREATE TABLE sign_in_addresses (
    address_hash BLOB NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id),
    added_at TEXT NOT NULL,
    PRIMARY KEY (address_hash, person_id)
) STRICT;

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    started_at TEXT NOT NULL,
    ended_because TEXT CHECK (ended_because IN ('signed-out', 'reused'))
) STRICT;
CREATE INDEX sessions_by_start ON sessions (started_at);

CREATE TABLE refresh_tokens (
    token_hash BLOB PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    used INTEGER NOT NULL DEFAULT FALSE,
    issued_at TEXT NOT NULL
) STRICT;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- Whom another issuer knows under which name.
CREATE TABLE external_subjects (
    issuer TEXT NOT NULL,
    subject_hash BLOB NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id),
    linked_at TEXT NOT NULL,
    PRIMARY KEY (issuer, subject_hash)
) STRICT;
