-- Signing in. No secret is kept here, only fingerprints and public keys; no address is kept, only its fingerprint.

-- A connected system stands among people with the same id, so that what it did names it.
CREATE TABLE clients (
    id uuid PRIMARY KEY REFERENCES people (id),
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    purpose text NOT NULL,
    scopes bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'revoked')),
    created_at timestamptz NOT NULL
);
CREATE INDEX clients_by_organisation ON clients (organisation_id);

-- After a rotation the one before stays good for a while.
CREATE TABLE client_credentials (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES clients (id),
    secret_hash bytea,
    public_key text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    CHECK ((secret_hash IS NULL) <> (public_key IS NULL))
);
CREATE INDEX client_credentials_by_client ON client_credentials (client_id);

-- Assertions that were used, until they would expire by themselves.
CREATE TABLE used_assertions (
    client_id uuid NOT NULL REFERENCES clients (id),
    jti_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
);
CREATE INDEX used_assertions_by_expiry ON used_assertions (expires_at);

CREATE TABLE sign_in_codes (
    id uuid PRIMARY KEY,
    address_hash bytea NOT NULL,
    code_hash bytea NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    used boolean NOT NULL DEFAULT FALSE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sign_in_codes_by_address ON sign_in_codes (address_hash, created_at);
CREATE INDEX sign_in_codes_by_expiry ON sign_in_codes (expires_at);

-- One address may lead to several accounts: nobody can find out by registering one whether it is known.
CREATE TABLE sign_in_addresses (
    address_hash bytea NOT NULL,
    person_id uuid NOT NULL REFERENCES people (id),
    added_at timestamptz NOT NULL,
    PRIMARY KEY (address_hash, person_id)
);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people (id),
    started_at timestamptz NOT NULL,
    ended_because text CHECK (ended_because IN ('signed-out', 'reused'))
);
CREATE INDEX sessions_by_start ON sessions (started_at);

CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions (id),
    used boolean NOT NULL DEFAULT FALSE,
    issued_at timestamptz NOT NULL
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- Whom another issuer knows under which name.
CREATE TABLE external_subjects (
    issuer text NOT NULL,
    subject_hash bytea NOT NULL,
    person_id uuid NOT NULL REFERENCES people (id),
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (issuer, subject_hash)
);
