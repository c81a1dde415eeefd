-- Meeting announcements: that somebody comes along to a talk at school. What school sees goes by `school_key` and
-- `school_version`, so that the two sides share no value.
CREATE TABLE meeting_announcements (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    match_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    location_code TEXT NOT NULL,
    school_key TEXT NOT NULL,
    talk_date TEXT NOT NULL,
    start_time TEXT,
    minutes INTEGER CHECK (minutes BETWEEN 5 AND 600),
    place TEXT,
    recognised_by TEXT NOT NULL,
    -- sealed under the key of the case; gone once nobody comes along any more
    recognised TEXT,
    state TEXT NOT NULL CHECK (state IN ('announced', 'cancelled')),
    text_version TEXT NOT NULL,
    language TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    school_version INTEGER NOT NULL DEFAULT 1,
    announced_at TEXT NOT NULL,
    withdrawn_at TEXT,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, match_id) REFERENCES matches (programme_id, id),
    CHECK ((state = 'cancelled') = (withdrawn_at IS NOT NULL)),
    CHECK (state = 'announced' OR recognised IS NULL)
) STRICT;
CREATE UNIQUE INDEX meeting_announcements_by_school_key ON meeting_announcements (school_key);
CREATE INDEX meeting_announcements_by_match ON meeting_announcements (programme_id, match_id, announced_at, id);
CREATE INDEX meeting_announcements_by_school ON meeting_announcements (location_code, announced_at, school_key);

-- What stands in the way in practice, from a closed list.
CREATE TABLE meeting_objections (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    announcement_id TEXT NOT NULL,
    objection TEXT NOT NULL,
    noted_at TEXT NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, announcement_id) REFERENCES meeting_announcements (programme_id, id)
) STRICT;
CREATE UNIQUE INDEX meeting_objections_once ON meeting_objections (programme_id, announcement_id, objection);
