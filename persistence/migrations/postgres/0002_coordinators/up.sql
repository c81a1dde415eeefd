-- A match that was resting already when a tie came on top: what it rests for once that is settled.
ALTER TABLE matches ADD COLUMN paused_before text;

-- A coordinator's own ties (rule 37): a case that they touch goes to another coordinator.
CREATE TABLE coordinator_ties (
    programme_id uuid NOT NULL REFERENCES programmes (id),
    id uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES people (id),
    kind text NOT NULL,
    about jsonb NOT NULL,
    aggravated boolean NOT NULL,
    since date,
    until date,
    declared_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    PRIMARY KEY (programme_id, id)
);
CREATE INDEX coordinator_ties_by_person ON coordinator_ties (programme_id, person_id);

-- A row of the journal has a number from 1 on.
CREATE TRIGGER journal_counts_from_one BEFORE INSERT ON journal
    FOR EACH ROW WHEN (NEW.seq < 1) EXECUTE FUNCTION journal_is_append_only();

-- One role is given once: what is suspended is suspended.
CREATE UNIQUE INDEX memberships_given_once ON memberships (organisation_id, person_id, role)
    WHERE status <> 'ended' AND programme_id IS NULL;
CREATE UNIQUE INDEX memberships_given_once_in_a_programme ON memberships (organisation_id, person_id, role, programme_id)
    WHERE status <> 'ended';
