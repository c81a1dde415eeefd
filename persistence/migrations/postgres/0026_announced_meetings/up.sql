-- What school was told of a talk stands by itself: no name, and no id of the case. The case knows its row while somebody comes along
-- and not after, so the row stays as school knows it when the case is erased, and goes when the day of the talk is over.
CREATE TABLE announced_meetings (
    id uuid NOT NULL,
    location_code text COLLATE "C" NOT NULL,
    talk_date date NOT NULL,
    -- what its term counts from
    day_begins_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('announced', 'cancelled')),
    -- the bits of the codes that the school noted
    objections bigint NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 1,
    announced_at timestamptz NOT NULL,
    cancelled_at timestamptz,
    PRIMARY KEY (id),
    CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL))
);
CREATE INDEX announced_meetings_by_school ON announced_meetings (location_code, announced_at, id);
CREATE INDEX announced_meetings_by_day ON announced_meetings (day_begins_at);

INSERT INTO announced_meetings (id, location_code, talk_date, day_begins_at, state, objections, version, announced_at, cancelled_at)
    SELECT school_key, location_code, talk_date, talk_date::timestamp AT TIME ZONE 'Europe/Amsterdam', state,
        coalesce((SELECT sum(CASE objection WHEN 'room' THEN 1 WHEN 'date-changed' THEN 2 WHEN 'time-changed' THEN 4 WHEN 'place-changed' THEN 8 WHEN 'talk-unknown' THEN 16 ELSE 0 END)
            FROM meeting_objections o WHERE o.programme_id = a.programme_id AND o.announcement_id = a.id), 0),
        school_version, announced_at, withdrawn_at
    FROM meeting_announcements a;

-- time and place are for parent and buddy to keep, and by what school knows the talk for the parent to tell
CREATE TABLE announcements_of_cases (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    match_id uuid NOT NULL,
    request_id uuid NOT NULL,
    location_code text COLLATE "C" NOT NULL,
    -- the row of `announced_meetings`, while somebody comes along
    school_key uuid,
    talk_date date NOT NULL,
    state text NOT NULL CHECK (state IN ('announced', 'cancelled')),
    text_version text NOT NULL,
    language text NOT NULL,
    text_hash text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    announced_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, match_id) REFERENCES matches (programme_id, id),
    CHECK ((state = 'cancelled') = (withdrawn_at IS NOT NULL)),
    CHECK ((state = 'announced') = (school_key IS NOT NULL))
);
INSERT INTO announcements_of_cases
    (programme_id, id, match_id, request_id, location_code, school_key, talk_date, state, text_version, language, text_hash, version, announced_at, withdrawn_at)
    SELECT programme_id, id, match_id, request_id, location_code, CASE state WHEN 'announced' THEN school_key END, talk_date, state,
        text_version, language, text_hash, version, announced_at, withdrawn_at
    FROM meeting_announcements;
CREATE TABLE objections_to_cases (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    announcement_id uuid NOT NULL,
    objection text NOT NULL,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, announcement_id) REFERENCES announcements_of_cases (programme_id, id)
);
INSERT INTO objections_to_cases (programme_id, id, announcement_id, objection, noted_at)
    SELECT programme_id, id, announcement_id, objection, noted_at FROM meeting_objections;
DROP TABLE meeting_objections;
DROP TABLE meeting_announcements;
ALTER TABLE announcements_of_cases RENAME TO meeting_announcements;
ALTER TABLE objections_to_cases RENAME TO meeting_objections;
CREATE UNIQUE INDEX meeting_announcements_by_school_key ON meeting_announcements (school_key);
CREATE INDEX meeting_announcements_by_match ON meeting_announcements (programme_id, match_id, announced_at, id);
CREATE UNIQUE INDEX meeting_objections_once ON meeting_objections (programme_id, announcement_id, objection);
