CREATE TABLE own_terms (
    programme_id uuid NOT NULL REFERENCES programmes (id),
    term text NOT NULL,
    days integer NOT NULL CHECK (days >= 0),
    reason text,
    set_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (programme_id, term)
);
INSERT INTO own_terms (programme_id, term, days, reason, set_at, version)
    SELECT programme_id, term, days, reason, set_at, version FROM retention_terms WHERE days IS NOT NULL;
DROP TABLE retention_terms;
ALTER TABLE own_terms RENAME TO retention_terms;

-- one row for each school: its latest period
CREATE TABLE coverage (
    programme_id uuid NOT NULL REFERENCES programmes (id),
    location_code text COLLATE "C" NOT NULL REFERENCES schools (location_code),
    since date NOT NULL,
    until date,
    PRIMARY KEY (programme_id, location_code),
    CHECK (until IS NULL OR until >= since)
);
INSERT INTO coverage (programme_id, location_code, since, until)
    SELECT programme_id, location_code, since, until FROM programme_schools p WHERE NOT EXISTS (SELECT 1 FROM programme_schools later
        WHERE later.programme_id = p.programme_id AND later.location_code = p.location_code AND later.since > p.since);
DROP TABLE programme_schools;
ALTER TABLE coverage RENAME TO programme_schools;
CREATE INDEX programme_schools_by_school ON programme_schools (location_code, programme_id);
