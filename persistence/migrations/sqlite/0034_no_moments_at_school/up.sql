-- What school was told of a talk has no moment in it: not when the parent announced it, and not when it was cancelled. Nobody at school reads
-- them, and each could be laid beside the row of the case.
CREATE TABLE announced_meetings_told (
    id TEXT NOT NULL,
    location_code TEXT NOT NULL,
    talk_date TEXT NOT NULL,
    -- what its term counts from
    day_begins_at TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('announced', 'cancelled')),
    -- the bits of the codes that the school noted
    objections INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (id)
) STRICT;
INSERT INTO announced_meetings_told (id, location_code, talk_date, day_begins_at, state, objections, version)
    SELECT id, location_code, talk_date, day_begins_at, state, objections, version FROM announced_meetings;
DROP TABLE announced_meetings;
ALTER TABLE announced_meetings_told RENAME TO announced_meetings;
CREATE INDEX announced_meetings_by_school ON announced_meetings (location_code, day_begins_at, id);
CREATE INDEX announced_meetings_by_day ON announced_meetings (day_begins_at);
