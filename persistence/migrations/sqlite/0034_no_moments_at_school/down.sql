-- the moments are gone: the day of the talk stands in their place
CREATE TABLE announced_meetings_before (
    id TEXT NOT NULL,
    location_code TEXT NOT NULL,
    talk_date TEXT NOT NULL,
    day_begins_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('announced', 'cancelled')),
    objections INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1,
    announced_at TEXT NOT NULL,
    cancelled_at TEXT,
    PRIMARY KEY (id),
    CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL))
) STRICT;
INSERT INTO announced_meetings_before (id, location_code, talk_date, day_begins_at, state, objections, version, announced_at, cancelled_at)
    SELECT id, location_code, talk_date, day_begins_at, state, objections, version, day_begins_at,
        CASE state WHEN 'cancelled' THEN day_begins_at END
    FROM announced_meetings;
DROP TABLE announced_meetings;
ALTER TABLE announced_meetings_before RENAME TO announced_meetings;
CREATE INDEX announced_meetings_by_school ON announced_meetings (location_code, announced_at, id);
CREATE INDEX announced_meetings_by_day ON announced_meetings (day_begins_at);
