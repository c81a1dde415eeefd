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

-- A row of the journal has a number from 1 on.
CREATE TRIGGER journal_counts_from_one BEFORE INSERT ON journal WHEN NEW.seq < 1
BEGIN
    SELECT RAISE(ABORT, 'a row of the journal has a number from 1 on');
END;

-- One role is given once: what is suspended is suspended.
CREATE UNIQUE INDEX memberships_given_once ON memberships (organisation_id, person_id, role)
    WHERE status <> 'ended' AND programme_id IS NULL;
CREATE UNIQUE INDEX memberships_given_once_in_a_programme ON memberships (organisation_id, person_id, role, programme_id)
    WHERE status <> 'ended';
