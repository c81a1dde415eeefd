-- Meeting announcements: that somebody comes along to a talk at school. What school sees goes by `school_key` and
-- `school_version`, so that the two sides share no value.
CREATE TABLE meeting_announcements (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    match_id uuid NOT NULL,
    request_id uuid NOT NULL,
    location_code text COLLATE "C" NOT NULL,
    school_key uuid NOT NULL,
    talk_date date NOT NULL,
    start_time text,
    minutes integer CHECK (minutes BETWEEN 5 AND 600),
    place text,
    recognised_by text NOT NULL,
    -- sealed under the key of the case; gone once nobody comes along any more
    recognised text,
    state text NOT NULL CHECK (state IN ('announced', 'cancelled')),
    text_version text NOT NULL,
    language text NOT NULL,
    text_hash text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    school_version integer NOT NULL DEFAULT 1,
    announced_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, match_id) REFERENCES matches (programme_id, id),
    CHECK ((state = 'cancelled') = (withdrawn_at IS NOT NULL)),
    CHECK (state = 'announced' OR recognised IS NULL)
);
CREATE UNIQUE INDEX meeting_announcements_by_school_key ON meeting_announcements (school_key);
CREATE INDEX meeting_announcements_by_match ON meeting_announcements (programme_id, match_id, announced_at, id);
CREATE INDEX meeting_announcements_by_school ON meeting_announcements (location_code, announced_at, school_key);

-- What stands in the way in practice, from a closed list.
CREATE TABLE meeting_objections (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    announcement_id uuid NOT NULL,
    objection text NOT NULL,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, announcement_id) REFERENCES meeting_announcements (programme_id, id)
);
CREATE UNIQUE INDEX meeting_objections_once ON meeting_objections (programme_id, announcement_id, objection);
