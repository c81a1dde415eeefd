-- A period that has counted stays when another begins: each has its row. The version of a coverage is that of its latest period, and counts
-- all its changes. What was written over before this migration is not known any more.
CREATE TABLE dated_coverage (
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    location_code TEXT NOT NULL REFERENCES schools (location_code),
    since TEXT NOT NULL,
    until TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (programme_id, location_code, since),
    CHECK (until IS NULL OR until >= since)
) STRICT;
INSERT INTO dated_coverage (programme_id, location_code, since, until)
    SELECT programme_id, location_code, since, until FROM programme_schools;
DROP TABLE programme_schools;
ALTER TABLE dated_coverage RENAME TO programme_schools;
CREATE INDEX programme_schools_by_school ON programme_schools (location_code, programme_id);

-- A term that is the usual one again keeps its row, without days, so that its version goes on counting.
CREATE TABLE versioned_terms (
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    term TEXT NOT NULL,
    days INTEGER CHECK (days >= 0),
    reason TEXT,
    set_at TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (programme_id, term)
) STRICT;
INSERT INTO versioned_terms (programme_id, term, days, reason, set_at, version)
    SELECT programme_id, term, days, reason, set_at, version FROM retention_terms;
DROP TABLE retention_terms;
ALTER TABLE versioned_terms RENAME TO retention_terms;
