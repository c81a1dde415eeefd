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
