-- Retention, erasure, export -----------------------------------------------------------------------------------------
-- A term that a programme set otherwise than usual. Why it keeps something longer is for everybody to read.
CREATE TABLE retention_terms (
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    term TEXT NOT NULL,
    days INTEGER NOT NULL CHECK (days >= 0),
    reason TEXT,
    set_at TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (programme_id, term)
) STRICT;

-- A hold keeps a case from erasure until it is lifted.
CREATE TABLE holds (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    because TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    placed_at TEXT NOT NULL,
    lifted_by TEXT,
    lifted_at TEXT,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, request_id) REFERENCES support_requests (programme_id, id),
    CHECK ((lifted_by IS NULL) = (lifted_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX holds_in_force ON holds (programme_id, request_id) WHERE lifted_at IS NULL;
CREATE INDEX holds_by_request ON holds (request_id);

-- Who asked that everything of hers be erased: what a hold kept back goes when the hold is lifted.
CREATE TABLE erasure_requests (
    person_id TEXT PRIMARY KEY REFERENCES people (id),
    asked_at TEXT NOT NULL
) STRICT;

-- What was erased or withdrawn, as a fingerprint: a backup that is restored learns from it what to erase again.
CREATE TABLE tombstones (
    fingerprint BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    laid_at TEXT NOT NULL
) STRICT;

-- That a consent was given and taken back, without saying whose: to answer for what was done on it.
CREATE TABLE consent_proofs (
    fingerprint BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    text_version TEXT NOT NULL,
    language TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    given_at TEXT NOT NULL,
    withdrawn_at TEXT
) STRICT;
CREATE INDEX consent_proofs_by_age ON consent_proofs (given_at);

-- What was erased, as a number: of a programme or of a school, by how it ended and in which quarter it began.
CREATE TABLE erased_counts (
    scope TEXT NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    quarter TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (scope, kind, outcome, quarter)
) STRICT;

-- Work that one process does at a time.
CREATE TABLE job_leases (
    job TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until TEXT NOT NULL
) STRICT;

-- That this database came from a backup, and whether what was erased since was erased again. Nothing is served before.
CREATE TABLE restorations (
    id TEXT PRIMARY KEY,
    backup_made_at TEXT NOT NULL,
    restored_at TEXT NOT NULL,
    replayed_at TEXT
) STRICT;

-- An export, sealed, for a day.
CREATE TABLE exports (
    id TEXT PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    content TEXT,
    requested_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    taken_at TEXT
) STRICT;
CREATE INDEX exports_by_person ON exports (person_id, requested_at);
CREATE INDEX exports_by_expiry ON exports (expires_at);

-- When a buddy left: her file goes a year later. Of those who left before, nobody knows; their year begins now.
ALTER TABLE buddies ADD COLUMN left_at TEXT;
UPDATE buddies SET left_at = date('now') || 'T00:00:00.000000Z' WHERE status = 'left';
