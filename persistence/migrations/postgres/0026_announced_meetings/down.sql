-- what was cancelled is not told apart any more, and by what school knew a talk is gone
CREATE TABLE announcements_before (
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
INSERT INTO announcements_before
    (programme_id, id, match_id, request_id, location_code, school_key, talk_date, recognised_by, state, text_version, language, text_hash, version, announced_at, withdrawn_at)
    SELECT programme_id, id, match_id, request_id, location_code, coalesce(school_key, id), talk_date, 'name', state,
        text_version, language, text_hash, version, announced_at, withdrawn_at
    FROM meeting_announcements;
CREATE TABLE objections_before (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    announcement_id uuid NOT NULL,
    objection text NOT NULL,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, announcement_id) REFERENCES announcements_before (programme_id, id)
);
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
