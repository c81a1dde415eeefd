-- what was cancelled is not told apart any more, and by what school knew a talk is gone
CREATE TABLE announcements_before (
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
INSERT INTO announcements_before
    (programme_id, id, match_id, request_id, location_code, school_key, talk_date, recognised_by, state, text_version, language, text_hash, version, announced_at, withdrawn_at)
    SELECT programme_id, id, match_id, request_id, location_code, coalesce(school_key, id), talk_date, 'name', state,
        text_version, language, text_hash, version, announced_at, withdrawn_at
    FROM meeting_announcements;
CREATE TABLE objections_before (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    announcement_id TEXT NOT NULL,
    objection TEXT NOT NULL,
    noted_at TEXT NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, announcement_id) REFERENCES announcements_before (programme_id, id)
) STRICT;
INSERT INTO objections_before (programme_id, id, announcement_id, objection, noted_at)
    SELECT programme_id, id, announcement_id, objection, noted_at FROM meeting_objections;
DROP TABLE meeting_objections;
DROP TABLE meeting_announcements;
DROP TABLE announced_meetings;
ALTER TABLE announcements_before RENAME TO meeting_announcements;
ALTER TABLE objections_before RENAME TO meeting_objections;
CREATE UNIQUE INDEX meeting_announcements_by_school_key ON meeting_announcements (school_key);
CREATE INDEX meeting_announcements_by_match ON meeting_announcements (programme_id, match_id, announced_at, id);
CREATE INDEX meeting_announcements_by_school ON meeting_announcements (location_code, announced_at, school_key);
CREATE UNIQUE INDEX meeting_objections_once ON meeting_objections (programme_id, announcement_id, objection);
