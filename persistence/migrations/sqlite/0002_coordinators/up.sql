-- A match that was resting already when a tie came on top: what it rests for once that is settled.
ALTER TABLE matches ADD COLUMN paused_before TEXT;

-- A coordinator's own ties (rule 37): a case that they touch goes to another coordinator.
CREATE TABLE coordinator_ties (
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    id TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    aggravated INTEGER NOT NULL,
    since TEXT,
    until TEXT,
    declared_at TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (programme_id, id)
) STRICT;
CREATE INDEX coordinator_ties_by_person ON coordinator_ties (programme_id, person_id);
