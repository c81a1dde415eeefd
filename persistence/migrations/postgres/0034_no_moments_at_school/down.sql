-- the moments are gone: the day of the talk stands in their place
CREATE TABLE announced_meetings_before (
    id uuid NOT NULL,
    location_code text COLLATE "C" NOT NULL,
    talk_date date NOT NULL,
    day_begins_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('announced', 'cancelled')),
    objections bigint NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1,
    announced_at timestamptz NOT NULL,
    cancelled_at timestamptz,
    PRIMARY KEY (id),
    CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL))
);
INSERT INTO announced_meetings_before (id, location_code, talk_date, day_begins_at, state, objections, version, announced_at, cancelled_at)
    SELECT id, location_code, talk_date, day_begins_at, state, objections, version, day_begins_at,
        CASE state WHEN 'cancelled' THEN day_begins_at END
    FROM announced_meetings;
DROP TABLE announced_meetings;
ALTER TABLE announced_meetings_before RENAME TO announced_meetings;
CREATE INDEX announced_meetings_by_school ON announced_meetings (location_code, announced_at, id);
CREATE INDEX announced_meetings_by_day ON announced_meetings (day_begins_at);
