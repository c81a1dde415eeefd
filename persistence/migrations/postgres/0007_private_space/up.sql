-- The private space of a match: what parent and buddy write for themselves and to each other. Nothing outside these two
-- tables changes when something is written here.
CREATE TABLE private_entries (
    programme_id uuid NOT NULL,
    id uuid NOT NULL,
    match_id uuid NOT NULL,
    request_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('contact-note', 'talk-preparation', 'goal', 'message')),
    writer text NOT NULL CHECK (writer IN ('parent', 'buddy')),
    -- sealed under the key of the private space
    words text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    written_at timestamptz NOT NULL,
    changed_at timestamptz,
    PRIMARY KEY (programme_id, id),
    FOREIGN KEY (programme_id, match_id) REFERENCES matches (programme_id, id)
);
CREATE INDEX private_entries_by_match ON private_entries (programme_id, match_id, written_at, id);

-- Up to which message each of the two has read.
CREATE TABLE private_readings (
    programme_id uuid NOT NULL,
    match_id uuid NOT NULL,
    reader text NOT NULL CHECK (reader IN ('parent', 'buddy')),
    written_at timestamptz NOT NULL,
    entry_id uuid NOT NULL,
    PRIMARY KEY (programme_id, match_id, reader),
    FOREIGN KEY (programme_id, match_id) REFERENCES matches (programme_id, id)
);
