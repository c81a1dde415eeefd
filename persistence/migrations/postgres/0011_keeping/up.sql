-- Retention, erasure, export -----------------------------------------------------------------------------------------
-- A term that a programme set otherwise than usual. Why it keeps something longer is for everybody to read.
CREATE TABLE retention_terms (
    programme_id uuid NOT NULL REFERENCES programmes (id),
    term text NOT NULL,
    days integer NOT NULL CHECK (days >= 0),
    reason text,
    set_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (programme_id, term)
);

-- A hold keeps a case from erasure until it is lifted.
CREATE TABLE holds (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    request_id uuid NOT NULL,
    because text NOT NULL,
    placed_by uuid NOT NULL,
    placed_at timestamptz NOT NULL,
    lifted_by uuid,
    lifted_at timestamptz,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id),
    CHECK ((lifted_by IS NULL) = (lifted_at IS NULL))
);
CREATE UNIQUE INDEX holds_in_force ON holds (programme_id, request_id) WHERE lifted_at IS NULL;
CREATE INDEX holds_by_request ON holds (request_id);

-- Who asked that everything of hers be erased: what a hold kept back goes when the hold is lifted.
CREATE TABLE erasure_requests (
    person_id uuid PRIMARY KEY REFERENCES people (id),
    asked_at timestamptz NOT NULL
);

-- What was erased or withdrawn, as a fingerprint: a backup that is restored learns from it what to erase again.
CREATE TABLE tombstones (
    fingerprint bytea PRIMARY KEY,
    kind text NOT NULL,
    laid_at timestamptz NOT NULL
);

-- That a consent was given and taken back, without saying whose: to answer for what was done on it.
CREATE TABLE consent_proofs (
    fingerprint bytea PRIMARY KEY,
    kind text NOT NULL,
    text_version text NOT NULL,
    language text NOT NULL,
    text_hash text NOT NULL,
    given_at timestamptz NOT NULL,
    withdrawn_at timestamptz
);
CREATE INDEX consent_proofs_by_age ON consent_proofs (given_at);

-- What was erased, as a number: of a programme or of a school, by how it ended and in which quarter it began.
CREATE TABLE erased_counts (
    scope text NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL,
    quarter text NOT NULL,
    number integer NOT NULL,
    PRIMARY KEY (scope, kind, outcome, quarter)
);

-- Work that one process does at a time.
CREATE TABLE job_leases (
    job text PRIMARY KEY,
    holder uuid NOT NULL,
    until timestamptz NOT NULL
);

-- That this database came from a backup, and whether what was erased since was erased again. Nothing is served before.
CREATE TABLE restorations (
    id uuid PRIMARY KEY,
    backup_made_at timestamptz NOT NULL,
    restored_at timestamptz NOT NULL,
    replayed_at timestamptz
);

-- An export, sealed, for a day.
CREATE TABLE exports (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people (id),
    content text,
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    taken_at timestamptz
);
CREATE INDEX exports_by_person ON exports (person_id, requested_at);
CREATE INDEX exports_by_expiry ON exports (expires_at);

-- When a buddy left: her file goes a year later. Of those who left before, nobody knows; their year begins now.
ALTER TABLE buddies ADD COLUMN left_at timestamptz;
UPDATE buddies SET left_at = CURRENT_DATE WHERE status = 'left';
