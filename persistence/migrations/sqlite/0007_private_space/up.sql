-- The private space of a match: what parent and buddy write for themselves and to each other. Nothing outside these two
-- tables changes when something is written here.
CREATE TABLE private_entries (
    programme_id TEXT NOT NULL,
    id TEXT NOT NULL,
    match_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('contact-note', 'talk-preparation', 'goal', 'message')),
    writer TEXT NOT NULL CHECK (writer IN ('parent', 'buddy')),
    -- sealed under the key of the private space
    words TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    written_at TEXT NOT NULL,
    changed_at TEXT,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, match_id) REFERENCES matches (programme_id, id)
) STRICT;
CREATE INDEX private_entries_by_match ON private_entries (programme_id, match_id, written_at, id);

-- Up to which message each of the two has read.
CREATE TABLE private_readings (
    programme_id TEXT NOT NULL,
    match_id TEXT NOT NULL,
    reader TEXT NOT NULL CHECK (reader IN ('parent', 'buddy')),
    written_at TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    PRIMARY KEY (programme_id, match_id, reader),
    FOREIGN KEY (programme_id, match_id) REFERENCES matches (programme_id, id)
) STRICT;
